"""Files from people are fetched from Telegram, and files for them arrive there."""

from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from channels.errors import FileUnavailable, SendRejected, SendUnknown
from channels.message import Attachment, AttachmentKind, OutboundFile, OutboundMessage
from tests.contract.channels.kit import answer_to
from tests.contract.channels.telegram_kit import ADAS_CHAT, TelegramKit
from tests.doubles.telegram_faults import Fault, cut_after_applying, cut_before_applying
from tests.doubles.telegram_files import file_of
from tests.doubles.telegram_world import StoredMessage

PNG = b"\x89PNG\r\n\x1a\n a small picture"


async def fetched(telegram: TelegramKit, file_id: str) -> bytes:
    """Fetch a file as the gateway does."""
    attachment = Attachment(kind=AttachmentKind.DOCUMENT, file_id=file_id)
    async with aclosing(telegram.channel.fetch_file(attachment)) as pieces:
        return b"".join([piece async for piece in pieces])


def file_at(path: Path, data: bytes, mime_type: str = "application/pdf") -> OutboundFile:
    """Write a file that shall be sent."""
    path.write_bytes(data)
    return OutboundFile(path=path, name=path.name, mime_type=mime_type, size_bytes=len(data))


def shown(telegram: TelegramKit) -> list[StoredMessage]:
    """Return the bot's messages to Ada."""
    return telegram.server.world.from_bot(ADAS_CHAT)


async def test_a_file_is_fetched_whole(telegram: TelegramKit) -> None:
    """Larger than a piece, and byte for byte."""
    data = bytes(range(256)) * 4096
    await telegram.server.user_sends(file := file_of(data, name="a.bin"))
    assert await fetched(telegram, file.id) == data


async def test_a_file_over_telegrams_bound_is_told_plainly(telegram: TelegramKit) -> None:
    """No other try can help, and the reason is for people to read."""
    await telegram.server.user_sends(file := file_of(b"x", announced=21 * 1024 * 1024))
    with pytest.raises(FileUnavailable, match="20 MB") as failed:
        await fetched(telegram, file.id)
    assert failed.value.retry_after is None


@pytest.mark.parametrize("fault", [cut_before_applying(), Fault(refusal=(404, "", None))])
async def test_a_broken_download_may_be_tried_again(telegram: TelegramKit, fault: Fault) -> None:
    """A cut connection or an expired link is no file; a new link gives the whole one."""
    await telegram.server.user_sends(file := file_of(b"0123456789"))
    telegram.server.fail_next("download", fault)
    with pytest.raises(FileUnavailable) as failed:
        await fetched(telegram, file.id)
    assert failed.value.retry_after is not None
    assert telegram.server.token not in str(failed.value)
    assert await fetched(telegram, file.id) == b"0123456789"


async def test_an_unknown_file_is_told_apart(telegram: TelegramKit) -> None:
    """Telegram's words for it leave open whether it comes back."""
    with pytest.raises(FileUnavailable) as failed:
        await fetched(telegram, "nobody's")
    assert failed.value.retry_after is not None


async def test_a_document_arrives_with_its_name_and_caption(
    telegram: TelegramKit, tmp_path: Path
) -> None:
    """Markup becomes entities; the bytes are the file's."""
    file = file_at(tmp_path / "报告.pdf", b"%PDF")
    await telegram.channel.send_file(answer_to(telegram, "the **report**"), file)
    (message,) = shown(telegram)
    assert message.file is not None
    assert (message.file.kind, message.file.name, message.file.data) == (
        "document",
        "报告.pdf",
        b"%PDF",
    )
    assert message.text == "the report"
    assert [entity["type"] for entity in message.content.entities] == ["bold"]


async def test_a_picture_is_shown_as_a_photo(telegram: TelegramKit, tmp_path: Path) -> None:
    """It can be looked at in the chat; without words there is no caption."""
    file = file_at(tmp_path / "a.png", PNG, "image/png")
    await telegram.channel.send_file(answer_to(telegram, ""), file)
    (message,) = shown(telegram)
    assert message.file is not None
    assert (message.file.kind, message.text) == ("photo", "")


async def test_a_picture_that_is_no_photo_goes_as_a_document(
    telegram: TelegramKit, tmp_path: Path
) -> None:
    """Telegram refuses some shapes of pictures; the person gets it all the same, once."""
    file = file_at(tmp_path / "long.png", PNG + b"too long", "image/png")
    await telegram.channel.send_file(answer_to(telegram, ""), file)
    assert [message.file.kind for message in shown(telegram) if message.file] == ["document"]


async def test_a_long_caption_is_cut(telegram: TelegramKit, tmp_path: Path) -> None:
    """It fits Telegram's bound, and no character is cut in two."""
    file = file_at(tmp_path / "a.pdf", b"x")
    await telegram.channel.send_file(answer_to(telegram, "😀" * 1000), file)
    (message,) = shown(telegram)
    assert message.text == "😀" * 511 + "…"


async def test_a_file_to_nobody_is_refused(telegram: TelegramKit, tmp_path: Path) -> None:
    """Another try would be useless."""
    telegram.server.block(ADAS_CHAT)
    file = file_at(tmp_path / "a.pdf", b"x")
    with pytest.raises(SendRejected):
        await telegram.channel.send_file(answer_to(telegram, ""), file)


async def lost(telegram: TelegramKit, message: OutboundMessage, file: OutboundFile) -> str:
    """Send a file whose answer gets lost; returns the anchor."""
    anchor = telegram.channel.anchor(message, "")
    telegram.server.fail_next("sendDocument", cut_after_applying())
    with pytest.raises(SendUnknown):
        await telegram.channel.send_file(message, file)
    return anchor


@pytest.mark.parametrize("caption", ["the report", ""])
async def test_a_lost_file_is_found_by_another_process(
    telegram: TelegramKit, tmp_path: Path, caption: str
) -> None:
    """The edit of a caption to what it was shows the message, and changes nothing."""
    message, file = answer_to(telegram, caption), file_at(tmp_path / "a.pdf", b"x")
    anchor = await lost(telegram, message, file)
    found = await telegram.another_process().find_file(message, file, anchor, taken=())
    assert found == str(shown(telegram)[0].id)
    assert [one.text for one in shown(telegram)] == [caption]


async def test_texts_and_files_are_not_taken_for_each_other(
    telegram: TelegramKit, tmp_path: Path
) -> None:
    """Of a lost text and a lost file, each is found by its own kind."""
    text, file = answer_to(telegram, "words", outbox_id="o-1"), file_at(tmp_path / "a.pdf", b"x")
    with_file = replace(answer_to(telegram, "file", outbox_id="o-2"))
    anchor = await lost(telegram, with_file, file)
    telegram.server.fail_next("sendMessage", cut_after_applying())
    with pytest.raises(SendUnknown):
        await telegram.channel.send(text)
    restarted = telegram.another_process()
    found = (
        await restarted.find(text, anchor, taken=()),
        await restarted.find_file(with_file, file, anchor, taken=()),
    )
    assert found == (str(shown(telegram)[1].id), str(shown(telegram)[0].id))
    assert [one.text for one in shown(telegram)] == ["file", "words"]
