"""How messages to the robot are read; the payloads follow DingTalk's documentation."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.dingtalk.inbound import reply_path_of, to_inbound
from channels.dingtalk.payload import JsonObject, JsonValue, parse_message
from channels.message import Attachment, AttachmentKind, ConversationKind, InboundMessage

PAYLOADS = Path(__file__).parents[3] / "payloads" / "dingtalk"
ROBOT = "dingrobot0001"


def payload(name: str) -> dict[str, JsonValue]:
    """Return the payload with that name."""
    raw: dict[str, JsonValue] = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    return raw


def read(raw: JsonObject) -> InboundMessage | None:
    """Return what a payload becomes."""
    return to_inbound(parse_message(raw), raw, ROBOT)


def read_message(name: str) -> InboundMessage:
    """Return the message that the payload with that name becomes."""
    message = read(payload(name))
    assert message is not None
    return message


def test_a_private_text_is_read() -> None:
    """Every field of a plain message is where it belongs."""
    message = read_message("text")
    assert message.text == "good morning 😀"
    assert message.conversation.key == "dingtalk:dingrobot0001:manager4242"
    assert message.conversation.kind is ConversationKind.PRIVATE
    assert (message.sender_id, message.sender_name) == ("manager4242", "Ada Lovelace")
    assert message.event_id == message.message_id == "msg0xG1ZsT8aT2s4nQ=="
    assert message.sent_at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert not message.is_mention
    assert message.reply_to is None


def test_a_mention_in_a_group_is_read() -> None:
    """The group is the conversation; the space that DingTalk leaves of the mention is gone."""
    message = read_message("group_mention")
    assert message.conversation.key == "dingtalk:dingrobot0001:cidCrew0000000000000=="
    assert message.conversation.kind is ConversationKind.GROUP
    assert message.is_mention
    assert message.text == "what is new?"


def test_two_robots_in_one_message_have_an_event_each() -> None:
    """DingTalk gives both the same message id; the robot's code tells them apart."""
    first, second = read_message("group_mention"), read_message("two_robots")
    assert first.message_id == second.message_id
    assert first.event_key != second.event_key


def test_a_rich_text_is_its_words_and_its_pictures() -> None:
    """Pieces are joined as they stand, pictures come beside."""
    message = read_message("rich_text")
    assert message.text == "Look at this"
    assert [attachment.file_id for attachment in message.attachments] == ["code-1", "code-2"]


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        ("picture", Attachment(kind=AttachmentKind.PHOTO, file_id="code-picture")),
        ("audio", Attachment(kind=AttachmentKind.VOICE, file_id="code-audio")),
        ("video", Attachment(kind=AttachmentKind.VIDEO, file_id="code-video", name="video.mp4")),
        ("file", Attachment(kind=AttachmentKind.DOCUMENT, file_id="code-file", name="report.pdf")),
    ],
)
def test_a_file_is_an_attachment(name: str, attachment: Attachment) -> None:
    """Each kind carries the code with which it is fetched."""
    assert read_message(name).attachments == (attachment,)


def test_a_voice_message_says_what_dingtalk_heard() -> None:
    """The recognised words are the text."""
    assert read_message("audio").text == "钉钉，让进步发生"


def test_a_reply_quotes_what_it_answers() -> None:
    """A quoted text of the robot is known as such; of a card only the id comes."""
    quoted, of_card = read_message("reply").reply_to, read_message("reply_to_card").reply_to
    assert quoted is not None
    assert (quoted.message_id, quoted.text) == ("msg-original==", "which one?")
    assert quoted.is_from_bot
    assert of_card is not None
    assert (of_card.text, of_card.is_from_bot) == ("", False)


def test_somebody_without_a_staff_id_is_known_by_the_other_id() -> None:
    """People from outside, and everybody while the robot is not published."""
    message = read_message("outsider")
    assert message.sender_id == message.conversation.chat_id == "$:LWCP_v1:$person"


def test_what_holds_nothing_to_read_is_no_message() -> None:
    """A kind that DingTalk itself calls unknown, an empty text, an unknown kind of chat."""
    assert read(payload("unknown")) is None
    raw = payload("text")
    assert read(raw | {"text": {"content": " "}}) is None
    assert read(raw | {"conversationType": "9"}) is None


def test_a_payload_without_its_id_is_refused() -> None:
    """Without it nothing could be told apart."""
    raw = payload("text")
    del raw["msgId"]
    with pytest.raises(ValidationError):
        parse_message(raw)


def test_unpaired_surrogates_and_nul_are_mended() -> None:
    """A text that can't be stored as it came has replacement characters."""
    raw = payload("text")
    message = read(raw | {"text": {"content": "a\ud800b\x00c"}})
    assert message is not None
    assert message.text == "a\ufffdb\ufffdc"


def test_the_webhook_is_kept_apart_from_the_record() -> None:
    """It opens the chat to whoever knows it, so only the memory holds it."""
    raw = payload("text")
    path = reply_path_of(parse_message(raw))
    assert path.webhook.endswith("session=0123456789abcdef")
    assert path.expires_at == datetime.fromtimestamp(1_790_005_400, UTC)
    assert path.conversation_id == "cidprivate0000=="
    assert "0123456789abcdef" not in read_message("text").raw
