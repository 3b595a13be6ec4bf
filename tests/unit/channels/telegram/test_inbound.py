"""How Telegram's updates are read; the payloads follow the Bot API's documentation."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.message import Attachment, AttachmentKind, ConversationKind, EventKind, InboundMessage
from channels.telegram.inbound import BotIdentity, SeenMessage, seen_messages, to_inbound
from channels.telegram.payload import Update, parse_update

PAYLOADS = Path(__file__).parents[3] / "payloads" / "telegram"
BOT = BotIdentity(id=7000000001, username="crewdesk_bot")


def payload(name: str) -> Update:
    """Return the update of the payload with that name."""
    return parse_update(json.loads((PAYLOADS / f"{name}.json").read_text("utf-8")))


def read(name: str) -> InboundMessage | None:
    """Return what the payload with that name becomes."""
    raw = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    return to_inbound(parse_update(raw), raw, BOT)


def read_message(name: str) -> InboundMessage:
    """Return the message that the payload becomes."""
    message = read(name)
    assert message is not None
    return message


def test_a_private_text_is_read() -> None:
    """Every field of a plain message is where it belongs."""
    message = read_message("text")
    assert message.text == "good morning 😀"
    assert message.conversation.key == "telegram:7000000001:1001"
    assert message.conversation.kind is ConversationKind.PRIVATE
    assert (message.sender_id, message.sender_name) == ("1001", "Ada Lovelace")
    assert (message.message_id, message.language) == ("17", "en")
    assert message.sent_at == datetime.fromtimestamp(1_790_000_000, UTC)
    assert not message.is_mention


def test_the_event_id_names_the_message_and_not_the_update() -> None:
    """Another poller, with other update ids, gets the same event id."""
    assert read_message("text").event_id == "message:1001:17"
    assert read_message("edited_text").event_id == "edit:1001:17:1790000060"


def test_an_edit_is_told_apart() -> None:
    """An edit has its own kind and its own time."""
    edit = read_message("edited_text")
    assert edit.kind is EventKind.EDIT
    assert edit.sent_at == datetime.fromtimestamp(1_790_000_060, UTC)


def test_a_reply_quotes_the_bot() -> None:
    """The quoted message comes with its text and its author."""
    quoted = read_message("reply_to_bot").reply_to
    assert quoted is not None
    assert (quoted.message_id, quoted.text, quoted.is_from_bot) == ("16", "Which one?", True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("group_mention", "👋 @Crewdesk_Bot what is new?"),
        ("group_leading_mention", "what is new?"),
        ("group_bare_mention", "@crewdesk_bot"),
        ("group_text_mention", "ask Crewdesk please"),
        ("group_addressed_command", "/status now"),
        ("group_bare_command", "/status now"),
    ],
)
def test_the_bot_is_addressed_in_a_group(name: str, text: str) -> None:
    """Each way to address the bot counts; only a leading mention of itself leaves the text."""
    message = read_message(name)
    assert message.is_mention
    assert message.text == text
    assert message.conversation.kind is ConversationKind.GROUP


@pytest.mark.parametrize("name", ["group_unaddressed", "group_command_for_another_bot", "topic"])
def test_other_talk_in_a_group_is_not_for_the_bot(name: str) -> None:
    """A mention within a word or another bot's command addresses nobody here."""
    assert not read_message(name).is_mention


def test_a_topic_is_the_thread() -> None:
    """The topic's first message, which each message in it refers to, is no quotation."""
    message = read_message("topic")
    assert message.conversation.thread_id == "42"
    assert message.reply_to is None


def test_replies_without_topics_are_no_thread() -> None:
    """A chain of replies in an ordinary group stays in the group's one conversation."""
    message = read_message("reply_thread_without_topic")
    assert message.conversation.thread_id == ""
    assert message.reply_to is not None


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        (
            "photo_with_caption",
            Attachment(kind=AttachmentKind.PHOTO, file_id="large", size_bytes=90000),
        ),
        (
            "document",
            Attachment(
                kind=AttachmentKind.DOCUMENT,
                file_id="doc-1",
                name="report.pdf",
                mime_type="application/pdf",
                size_bytes=34567,
            ),
        ),
        (
            "voice",
            Attachment(
                kind=AttachmentKind.VOICE, file_id="voice-1", mime_type="audio/ogg", size_bytes=9999
            ),
        ),
        (
            "sticker",
            Attachment(
                kind=AttachmentKind.STICKER, file_id="sticker-1", name="👍", size_bytes=20000
            ),
        ),
        ("location", Attachment(kind=AttachmentKind.LOCATION, file_id="geo:52.5163,13.3777")),
        (
            "contact",
            Attachment(kind=AttachmentKind.CONTACT, file_id="tel:+4930123456", name="Grace Hopper"),
        ),
    ],
)
def test_attachments_are_read(name: str, attachment: Attachment) -> None:
    """Each kind of content arrives as an attachment, a photo in its biggest size."""
    assert read_message(name).attachments == (attachment,)


@pytest.mark.parametrize("name", ["audio", "video"])
def test_media_keep_their_names(name: str) -> None:
    """Audio and video arrive under their kind with the name of the file."""
    (attachment,) = read_message(name).attachments
    assert attachment.kind == name
    assert attachment.name.endswith((".mp3", ".mp4"))


def test_a_caption_is_the_text() -> None:
    """What stands below a photo is what the person said."""
    assert read_message("photo_with_caption").text == "what is this?"


@pytest.mark.parametrize(
    "name",
    [
        "channel_post",
        "another_bot",
        "anonymous_admin",
        "linked_channel_post",
        "member_joined",
        "live_location_moved",
    ],
)
def test_what_no_person_said_is_ignored(name: str) -> None:
    """Posts of channels and bots, service messages and moving locations are no messages."""
    assert read(name) is None


def test_ids_of_ignored_messages_are_seen() -> None:
    """Also a message that is ignored shows that its id exists."""
    raw = json.loads((PAYLOADS / "member_joined.json").read_text("utf-8"))
    assert list(seen_messages(parse_update(raw), BOT)) == [
        SeenMessage(chat_id="-4001", message_id=17, is_new=True)
    ]


def test_a_quoted_message_of_the_bot_is_not_anothers() -> None:
    """The quoted message may be the very one whose fate is unknown."""
    raw = json.loads((PAYLOADS / "reply_to_bot.json").read_text("utf-8"))
    assert [seen.message_id for seen in seen_messages(parse_update(raw), BOT)] == [17]


def test_a_poisoned_update_is_an_error() -> None:
    """An entity whose offset is no number does not pass as a message."""
    raw = json.loads((PAYLOADS / "group_mention.json").read_text("utf-8"))
    raw["message"]["entities"][0]["offset"] = "NaN"
    with pytest.raises(ValidationError):
        parse_update(raw)


def test_the_payload_is_kept_as_it_came() -> None:
    """The record holds the whole payload, also what nobody reads."""
    raw = json.loads((PAYLOADS / "sticker.json").read_text("utf-8"))
    assert json.loads(read_message("sticker").raw) == raw


def test_a_press_names_the_question_and_the_option() -> None:
    """Its id is the platform's for the press; the number stands for the option."""
    press = read_message("button_pressed")
    assert press.kind is EventKind.PRESS
    assert press.event_id == "press:4382bfdwdsb323b2d9"
    assert press.conversation.key == "telegram:7000000001:1001"
    assert (press.sender_id, press.text) == ("1001", "2")
    assert press.reply_to is not None
    assert (press.reply_to.message_id, press.reply_to.is_from_bot) == ("77", True)
