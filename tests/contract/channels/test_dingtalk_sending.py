"""How messages, cards and files are shown on DingTalk, and what is known of lost ones."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.dingtalk.channel import DingtalkCardChannel
from channels.dingtalk.outbound import split
from channels.errors import (
    FileUnavailable,
    LookupInconclusive,
    MessageGone,
    SendFailed,
    SendRejected,
    SendUnknown,
)
from channels.message import Attachment, AttachmentKind, OutboundFile, OutboundMessage
from tests.contract.channels.dingtalk_kit import DingtalkKit
from tests.contract.channels.inbox import RecordingInbox, running
from tests.contract.channels.kit import Trouble, answer_to
from tests.doubles.dingtalk_faults import (
    Fault,
    cut_after_applying,
    cut_before_applying,
    refused,
    server_error,
    too_many_requests,
)
from tests.doubles.dingtalk_server import (
    CREATE_CARD,
    STREAM_CARD,
    TO_A_GROUP,
    TO_A_PERSON,
    TOKEN,
    UPDATE_CARD,
    UPLOAD,
    WEBHOOK,
)
from tests.doubles.dingtalk_world import ADA, CREW

WEBHOOK_TIME = timedelta(minutes=90)


def preview(kit: DingtalkKit, text: str) -> OutboundMessage:
    """Return a message that will grow."""
    return replace(answer_to(kit, text), is_growing=True)


async def heard(kit: DingtalkKit, inbox: RecordingInbox, *, group: str = "") -> None:
    """Let Ada write something, so that the channel has a webhook."""
    async with running(kit.channel, inbox):
        await kit.server.person_says("hello", group=group)
        await inbox.next_message()


async def test_an_answer_goes_by_the_webhook_while_it_lasts(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """It needs no access token and counts against no quota; later the robot API takes over."""
    await heard(dingtalk, inbox)
    await dingtalk.channel.send(answer_to(dingtalk, "now"))
    assert not dingtalk.server.calls_of(TOKEN)
    dingtalk.clock.advance(WEBHOOK_TIME)
    await dingtalk.channel.send(answer_to(dingtalk, "later"))
    via = [(bubble.via, bubble.text) for bubble in dingtalk.server.world.from_robot(ADA)]
    assert via == [("webhook", "now"), ("robot", "later")]


async def test_after_a_restart_the_robot_api_is_used(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """All that is needed to reach a person or a group is in the address."""
    await heard(dingtalk, inbox, group=CREW)
    restarted = dingtalk.another_process()
    for address in (dingtalk.conversation, dingtalk.crew):
        message = replace(answer_to(dingtalk, "unasked"), conversation=address)
        assert (await restarted.send(message)).startswith("key")
    shown = dingtalk.server.world.bubbles
    assert [(bubble.chat, bubble.via) for bubble in shown] == [(ADA, "robot"), (CREW, "robot")]


async def test_a_webhook_that_is_refused_is_not_tried_again(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """The message goes by the robot API at once, and so does the next one."""
    await heard(dingtalk, inbox)
    dingtalk.server.expire_webhooks()
    for text in ("first", "second"):
        await dingtalk.channel.send(answer_to(dingtalk, text))
    assert dingtalk.shown() == ["first", "second"]
    assert len(dingtalk.server.calls_of(WEBHOOK)) == 1


@pytest.mark.parametrize("cut", [cut_before_applying(), cut_after_applying()])
async def test_a_cut_webhook_is_unknown_and_not_sent_another_way(
    dingtalk: DingtalkKit, inbox: RecordingInbox, cut: Fault
) -> None:
    """Whether it arrived can't be known, so the channel does not send it twice."""
    await heard(dingtalk, inbox)
    dingtalk.server.fail_next(WEBHOOK, cut)
    with pytest.raises(SendUnknown):
        await dingtalk.channel.send(answer_to(dingtalk, "perhaps"))
    assert not dingtalk.server.calls_of(TO_A_PERSON)


async def test_a_webhooks_own_rate_limit_is_a_failure_for_now(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """DingTalk allows twenty replies in a minute; nothing is shown and the minute is told."""
    await heard(dingtalk, inbox)
    dingtalk.server.fail_next(WEBHOOK, refused("130101", status=200))
    with pytest.raises(SendFailed) as failed:
        await dingtalk.channel.send(answer_to(dingtalk, "too many"))
    assert failed.value.retry_after == timedelta(minutes=1)


async def test_refused_markup_is_sent_plain(dingtalk: DingtalkKit) -> None:
    """Where DingTalk does not take the Markdown, the words are shown as they were written."""
    dingtalk.server.fail_next(TO_A_PERSON, refused("invalidParameter.msgParam"))
    await dingtalk.channel.send(answer_to(dingtalk, "a < b"))
    (bubble,) = dingtalk.server.world.from_robot(ADA)
    assert (bubble.content.kind, bubble.text) == ("text", "a < b")


async def test_options_are_buttons_that_say_them(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """By either way the buttons carry DingTalk's link that lets the person say the option."""
    message = replace(answer_to(dingtalk, "Which colour?"), options=("red", "deep blue"))
    await dingtalk.channel.send(message)
    await heard(dingtalk, inbox)
    await dingtalk.channel.send(message)
    expected = (
        ("red", "dtmd://dingtalkclient/sendMessage?content=red"),
        ("deep blue", "dtmd://dingtalkclient/sendMessage?content=deep%20blue"),
    )
    shown = dingtalk.server.world.from_robot(ADA)
    assert [bubble.content.buttons for bubble in shown] == [expected, expected]


async def test_every_part_of_a_long_text_is_accepted(
    dingtalk: DingtalkKit, cards: DingtalkKit, inbox: RecordingInbox
) -> None:
    """DingTalk takes each part of a long text in each of the three ways."""
    text = "# 报告\n\n" + "一行 😀 有 **粗体** 和 `代码`，还有 <b> 与 &。\n\n" * 150
    text += "```python\n" + "print('hello')\n" * 400 + "```\n"
    await dingtalk.channel.send(answer_to(dingtalk, split(text)[0]))
    await heard(dingtalk, inbox)
    for number, part in enumerate(split(text)):
        await dingtalk.channel.send(answer_to(dingtalk, part))
        await cards.channel.send(answer_to(cards, part, outbox_id=f"out-{number}"))
    assert len(dingtalk.shown()) == len(cards.shown()) + 1 > 2


async def test_one_access_token_serves_many_sends_until_it_expires(dingtalk: DingtalkKit) -> None:
    """It is fetched once, and again shortly before its two hours are over."""
    for wait in (timedelta(0), timedelta(minutes=100), timedelta(minutes=20)):
        dingtalk.clock.advance(wait)
        await dingtalk.channel.send(answer_to(dingtalk, "hello"))
    assert len(dingtalk.server.calls_of(TOKEN)) == 2


async def test_a_revoked_token_is_replaced(dingtalk: DingtalkKit) -> None:
    """The refused send may be tried again, and then it works."""
    await dingtalk.channel.send(answer_to(dingtalk, "first"))
    dingtalk.server.revoke_tokens()
    with pytest.raises(SendFailed):
        await dingtalk.channel.send(answer_to(dingtalk, "second"))
    await dingtalk.channel.send(answer_to(dingtalk, "second"))
    assert dingtalk.shown() == ["first", "second"]


async def test_a_wrong_secret_fails_a_send_with_what_to_do(dingtalk: DingtalkKit) -> None:
    """Nothing was sent; the sentence names the settings and does not hold the secret."""
    channel = dingtalk.another_process(secret="of-another-app")
    with pytest.raises(SendFailed, match="CREWDESK_DINGTALK__CLIENT_ID") as failed:
        await channel.send(answer_to(dingtalk, "hello"))
    assert "of-another-app" not in str(failed.value)


async def test_retry_after_is_dingtalks_own(dingtalk: DingtalkKit) -> None:
    """A waiting time that DingTalk names is passed on; nothing is tried again."""
    dingtalk.server.fail_next(TO_A_PERSON, too_many_requests(31))
    with pytest.raises(SendFailed) as failed:
        await dingtalk.channel.send(answer_to(dingtalk, "later"))
    assert failed.value.retry_after == timedelta(seconds=31)
    assert len(dingtalk.server.calls_of(TO_A_PERSON)) == 1


async def test_a_server_error_leaves_the_send_unknown(dingtalk: DingtalkKit) -> None:
    """After a 500 nobody knows whether the message was shown."""
    dingtalk.server.fail_next(TO_A_PERSON, server_error())
    with pytest.raises(SendUnknown):
        await dingtalk.channel.send(answer_to(dingtalk, "perhaps"))


async def test_without_a_connection_nothing_was_sent(dingtalk: DingtalkKit) -> None:
    """A refused connection is a failure that may be tried again."""
    await dingtalk.channel.send(answer_to(dingtalk, "the token is there"))
    await dingtalk.server.stop()
    with pytest.raises(SendFailed, match="cannot connect"):
        await dingtalk.channel.send(answer_to(dingtalk, "nobody hears"))


async def test_a_group_without_the_robot_is_a_refusal_for_good(dingtalk: DingtalkKit) -> None:
    """Another try is useless."""
    dingtalk.server.world.unreachable.add(CREW)
    with pytest.raises(SendRejected):
        await dingtalk.channel.send(
            replace(answer_to(dingtalk, "anybody?"), conversation=dingtalk.crew)
        )


async def test_a_card_grows_and_ends_finished(cards: DingtalkKit) -> None:
    """One card shows each text in turn and the last one for good."""
    message_id = await cards.channel.send(preview(cards, "One"))
    await cards.cards.edit(message_id, preview(cards, "One two"))
    (card,) = cards.server.world.cards.values()
    assert card.state == "growing"
    await cards.cards.edit(message_id, answer_to(cards, "One two three", outbox_id="final"))
    assert card.state == "finished"
    assert [text for text in card.bubble.history if text] == [
        "One", "One two", "One two three", "One two three"
    ]  # fmt: skip
    assert cards.shown() == ["One two three"]


async def test_a_card_in_a_group_stands_in_the_group(cards: DingtalkKit) -> None:
    """The card's place comes from the address."""
    message = replace(preview(cards, "Look"), conversation=cards.crew)
    await cards.channel.send(message)
    assert [bubble.text for bubble in cards.server.world.from_robot(CREW)] == ["Look"]


async def test_the_same_card_is_never_made_twice(cards: DingtalkKit) -> None:
    """A second process that sends the same message finds its card there."""
    first = await cards.channel.send(answer_to(cards, "once"))
    assert await cards.another_process().send(answer_to(cards, "once")) == first
    assert cards.shown() == ["once"]


async def test_a_lost_preview_is_finished_by_the_next_process(cards: DingtalkKit) -> None:
    """Killed between the card and its record: the final answer finds the card by its anchor."""
    message = preview(cards, "One")
    anchor = cards.cards.anchor(message, "")
    cards.befall_next_send(Trouble.UNANSWERED)
    with pytest.raises(SendUnknown):
        await cards.channel.send(message)
    restarted = cards.another_process()
    assert isinstance(restarted, DingtalkCardChannel)
    final = answer_to(cards, "All of it", outbox_id="final")
    assert await restarted.find(final, anchor, taken=()) == anchor
    (card,) = cards.server.world.cards.values()
    assert (card.state, card.bubble.text) == ("finished", "All of it")


async def test_a_card_whose_first_text_is_lost_is_there_all_the_same(cards: DingtalkKit) -> None:
    """The next text says it all, so that the preview goes on in the same card."""
    cards.server.fail_next(STREAM_CARD, too_many_requests())
    message_id = await cards.channel.send(preview(cards, "One"))
    await cards.cards.edit(message_id, answer_to(cards, "One two"))
    assert cards.shown() == ["One two"]


async def test_an_edit_of_a_card_that_is_gone_says_so(cards: DingtalkKit) -> None:
    """The caller may send anew then."""
    message_id = await cards.channel.send(preview(cards, "One"))
    cards.server.world.cards.clear()
    with pytest.raises(MessageGone):
        await cards.cards.edit(message_id, answer_to(cards, "One two"))


async def test_a_refused_card_becomes_a_message(cards: DingtalkKit) -> None:
    """Without a good template people get their answers; a lookup then knows that it can't tell."""
    cards.server.fail_next(CREATE_CARD, refused("param.templateUnpublished"), times=2)
    message = answer_to(cards, "anyway")
    with pytest.raises(SendRejected):
        await cards.channel.send(replace(message, is_growing=True))
    await cards.channel.send(message)
    assert [bubble.via for bubble in cards.server.world.from_robot(ADA)] == ["robot"]
    with pytest.raises(LookupInconclusive):
        await cards.cards.find(message, cards.cards.anchor(message, ""), taken=())


async def test_options_come_as_buttons_although_there_are_cards(cards: DingtalkKit) -> None:
    """They can't be looked up, and a card that gets options at its end lists them."""
    message = replace(answer_to(cards, "Which?"), options=("a", "b"))
    await cards.channel.send(message)
    assert cards.server.world.bubbles[0].content.kind == "buttons"
    with pytest.raises(LookupInconclusive):
        await cards.cards.find(message, cards.cards.anchor(message, ""), taken=())
    message_id = await cards.channel.send(preview(cards, "Whi"))
    await cards.cards.edit(message_id, message)
    assert cards.shown()[1] == "Which?\n\n- a\n- b"


async def test_a_lookup_that_dingtalk_cannot_answer_now_is_put_off(cards: DingtalkKit) -> None:
    """A cut and a rate limit say nothing; a refusal of another kind proves nothing."""
    message = answer_to(cards, "where?")
    anchor = cards.cards.anchor(message, "")
    await cards.channel.send(message)
    cut_and_cut_again = 2  # aiohttp itself repeats what can't do harm
    for fault, error in (
        (cut_before_applying(), SendFailed),
        (too_many_requests(), SendFailed),
        (refused("param.contentUnsafe"), LookupInconclusive),
    ):
        times = cut_and_cut_again if fault.is_cut_before else 1
        cards.server.fail_next(UPDATE_CARD, fault, times=times)
        with pytest.raises(error):
            await cards.cards.find(message, anchor, taken=())


async def test_a_message_is_marked_as_seen(dingtalk: DingtalkKit, inbox: RecordingInbox) -> None:
    """The emotion stands on the person's own message, in a private chat and in a group."""
    async with running(dingtalk.channel, inbox):
        await dingtalk.server.person_says("hello")
        await dingtalk.server.person_says("hello", group=CREW)
        for message in await inbox.wait_for(2):
            await dingtalk.channel.show_seen(message.conversation, message.message_id)
    conversations = [place for place, _, _ in dingtalk.server.world.emotions]
    assert conversations == [f"cidprivate-{ADA}==", CREW]
    with pytest.raises(SendRejected):
        await dingtalk.another_process().show_seen(dingtalk.conversation, "msg1==")


async def test_a_persons_file_is_fetched(dingtalk: DingtalkKit) -> None:
    """Its code leads to an address, and that to its bytes, in pieces."""
    content = bytes(range(256)) * 1000
    dingtalk.server.world.files["code-1"] = content
    attachment = Attachment(kind=AttachmentKind.DOCUMENT, file_id="code-1")
    pieces = [piece async for piece in dingtalk.channel.fetch_file(attachment)]
    assert b"".join(pieces) == content
    assert len(pieces) > 1


async def test_a_file_that_is_gone_says_so(dingtalk: DingtalkKit) -> None:
    """An expired code is gone for good; where DingTalk is busy, it may be asked again."""
    attachment = Attachment(kind=AttachmentKind.DOCUMENT, file_id="expired")
    with pytest.raises(FileUnavailable) as gone:
        [piece async for piece in dingtalk.channel.fetch_file(attachment)]
    assert gone.value.retry_after is None
    await dingtalk.server.stop()
    with pytest.raises(FileUnavailable) as away:
        [piece async for piece in dingtalk.channel.fetch_file(attachment)]
    assert away.value.retry_after is not None


@pytest.mark.parametrize(
    ("name", "mime_type", "kind"),
    [("report.pdf", "application/pdf", "file"), ("chart.png", "image/png", "picture")],
)
async def test_a_file_is_uploaded_and_shown(
    dingtalk: DingtalkKit, tmp_path: Path, name: str, mime_type: str, kind: str
) -> None:
    """It stands in the chat under its text, with the bytes that it has on the disk."""
    file = written(tmp_path / name, mime_type)
    await dingtalk.channel.send_file(answer_to(dingtalk, "Here it is"), file)
    text, shown = dingtalk.server.world.from_robot(ADA)
    assert (text.text, shown.content.kind) == ("Here it is", kind)
    assert dingtalk.server.world.media[shown.content.media_id] == (name, b"content")


async def test_a_file_that_is_not_taken_shows_nothing(
    dingtalk: DingtalkKit, tmp_path: Path
) -> None:
    """Too large, refused, cut or by an old token: what may be tried again is told apart."""
    message, file = answer_to(dingtalk, "text"), written(tmp_path / "a.pdf", "application/pdf")
    with pytest.raises(SendRejected, match="20 MiB"):
        await dingtalk.channel.send_file(message, replace(file, size_bytes=21 * 1024 * 1024))
    dingtalk.server.fail_next(UPLOAD, refused("40006", status=200))
    with pytest.raises(SendRejected):
        await dingtalk.channel.send_file(message, file)
    dingtalk.server.fail_next(UPLOAD, cut_before_applying())
    with pytest.raises(SendFailed):
        await dingtalk.channel.send_file(message, file)
    dingtalk.server.revoke_tokens()
    with pytest.raises(SendFailed):
        await dingtalk.channel.send_file(message, file)
    assert dingtalk.shown() == []
    await dingtalk.channel.send_file(replace(message, conversation=dingtalk.crew), file)
    assert len(dingtalk.server.calls_of(TO_A_GROUP)) == 2


def written(path: Path, mime_type: str) -> OutboundFile:
    """Return a small file that is on the disk."""
    path.write_bytes(b"content")
    return OutboundFile(path=path, name=path.name, mime_type=mime_type, size_bytes=7)
