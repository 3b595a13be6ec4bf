"""How Slack's payloads are read; they follow Slack's documentation."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.message import Attachment, AttachmentKind, ConversationKind, EventKind, InboundMessage
from channels.slack.identity import BotIdentity
from channels.slack.inbound import Surroundings, from_command, from_event, from_press
from channels.slack.payload import JsonObject

PAYLOADS = Path(__file__).parents[3] / "payloads" / "slack"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BOT = BotIdentity(team_id="T123ABC456", user_id="U0LAN0Z89", bot_id="B0LAN0Z89", name="crewdesk")
AROUND = Surroundings(bot=BOT, now=NOW, commands={"tasks", "help"})


def payload(name: str) -> JsonObject:
    """Return a recorded payload."""
    raw: JsonObject = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    return raw


def read(name: str, around: Surroundings = AROUND) -> InboundMessage:
    """Return the message that an event becomes."""
    message = from_event(payload(name), around)
    assert message is not None
    return message


def test_a_direct_message_is_read() -> None:
    """Every field of a plain message is where it belongs."""
    message = read("direct_message")
    assert message.text == "good morning 😀"
    assert message.conversation.key == "slack:U0LAN0Z89:D024BE91L"
    assert message.conversation.kind is ConversationKind.PRIVATE
    assert (message.sender_id, message.message_id) == ("U061F7AUR", "1690000000.000100")
    assert message.sent_at == datetime.fromtimestamp(1_690_000_000.0001, UTC)
    assert message.kind is EventKind.MESSAGE
    assert not message.is_mention


def test_the_event_id_names_the_post_and_not_the_event() -> None:
    """Two events that tell of one post are one event to us, in every field but the record."""
    told = [read("channel_mention"), read("app_mention")]
    assert told[0].event_id == told[1].event_id == "message:T123ABC456:C123ABC456:1690000010.000200"
    assert told[0].conversation == told[1].conversation
    assert told[0].text == told[1].text == "is it everything a river should be?"
    assert told[0].is_mention
    assert told[1].is_mention


def test_a_mention_opens_its_own_thread() -> None:
    """The answer will go there."""
    conversation = read("channel_mention").conversation
    assert (conversation.chat_id, conversation.thread_id) == ("C123ABC456", "1690000010.000200")
    assert conversation.kind is ConversationKind.GROUP


def test_a_direct_thread_is_a_conversation_of_its_own() -> None:
    """In direct messages there is no thread unless the person is in one."""
    assert read("direct_thread").conversation.thread_id == "1690000000.000100"
    assert read("direct_message").conversation.thread_id == ""


def test_whose_thread_it_is_is_told_by_the_payload_or_remembered() -> None:
    """A thread that hangs on a message of the bot's is its own; others it must have joined."""
    ours = read("reply_in_thread_of_bot").reply_to
    theirs = read("reply_in_thread_of_others").reply_to
    joined = Surroundings(bot=BOT, now=NOW, joined={("C123ABC456", "1690000011.000300")})
    remembered = read("reply_in_thread_of_others", joined).reply_to
    assert ours is not None
    assert theirs is not None
    assert remembered is not None
    assert (ours.is_from_bot, theirs.is_from_bot, remembered.is_from_bot) == (True, False, True)


def test_what_a_thread_shows_to_all_stays_in_the_thread() -> None:
    """A broadcast is a reply like any other."""
    assert read("thread_broadcast").conversation.thread_id == "1690000011.000300"


def test_what_does_not_address_the_bot_is_told_as_such() -> None:
    """The gateway decides what becomes of it."""
    message = read("channel_unaddressed")
    assert not message.is_mention
    assert message.reply_to is None


def test_slacks_notation_becomes_plain_text() -> None:
    """Links keep their addresses, references their names, and entities are characters again."""
    assert read("notation").text == (
        "See the page (https://example.org/a?b=1&c=2), https://example.org, bob@example.org,"
        " #general, <@U024BE7LH>, @here & 1 < 2"
    )


def test_a_mention_that_stands_alone_is_kept() -> None:
    """Otherwise nothing would be left."""
    assert read("bare_mention").text == "@crewdesk"


def test_an_edit_is_an_event_of_its_own_in_the_same_conversation() -> None:
    """A post that was answered carries its own thread; it is the one that it opened."""
    edit, post = read("edited"), read("channel_mention")
    assert edit.kind is EventKind.EDIT
    assert edit.event_id == "edit:T123ABC456:C123ABC456:1690000010.000200:1690000020.000000"
    assert (edit.message_id, edit.conversation) == (post.message_id, post.conversation)
    assert edit.text == "is it a river?"
    assert edit.sent_at == datetime.fromtimestamp(1_690_000_020, UTC)


@pytest.mark.parametrize("name", ["deleted", "deleted_root_of_a_thread"])
def test_a_deletion_names_the_message_and_its_author(name: str) -> None:
    """Also where a thread hangs on the message and Slack leaves a tombstone."""
    deletion = read(name)
    assert deletion.kind is EventKind.DELETION
    assert deletion.sender_id == "U061F7AUR"
    assert deletion.message_id in {"1690000000.000100", "1690000010.000200"}
    assert deletion.text == ""


def test_files_come_as_attachments() -> None:
    """A recording is a voice message, a picture a photo, and anything else a document."""
    photo, voice, document = read("files").attachments
    assert photo == Attachment(
        kind=AttachmentKind.PHOTO,
        file_id="F0S43PZDF",
        name="tedair.gif",
        mime_type="image/gif",
        size_bytes=137531,
    )
    assert (voice.kind, document.kind) == ("voice", "document")


@pytest.mark.parametrize(
    "name",
    [
        "own_message",
        "own_message_edited",
        "another_bot",
        "app_posting_as_person",
        "joined",
        "slackbot",
        "unfurled",
    ],
)
def test_what_no_person_wrote_is_left_out(name: str) -> None:
    """Own words, other apps, joins, and changes that unfurling makes."""
    assert from_event(payload(name), AROUND) is None


def test_an_event_of_another_shape_is_an_error() -> None:
    """Whoever calls decides what to do with it."""
    with pytest.raises(ValidationError):
        from_event(payload("without_channel"), AROUND)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("command", "/Tasks all"),
        ("command_with_words", "what is 1 < 2?"),
        ("command_alone", "/help"),
        ("command_of_another_name", "/report today"),
    ],
)
def test_a_slash_command_becomes_the_text_that_one_would_write(name: str, text: str) -> None:
    """Our own command's first word may name a command; all others keep their names."""
    message = from_command(payload(name), AROUND)
    assert message.text == text
    assert message.sender_name == "ada"
    assert message.is_mention
    assert message.sent_at == NOW


def test_a_command_that_no_menu_shows_is_written_with_its_slash() -> None:
    """Those for admins, and the one that claims the bot."""
    raw = payload("command") | {"text": "/claim ABCD"}
    assert from_command(raw, AROUND).text == "/claim ABCD"


def test_nothing_that_opens_something_is_recorded() -> None:
    """Tokens and addresses that let one answer are no business of the record."""
    recorded = from_command(payload("command"), AROUND).raw + read("direct_message").raw
    assert "hooks.slack.com" not in recorded
    assert "gIkuvaNzQIHg97ATvDxqgjtO" not in recorded
    assert "z26uFbvR1xHJEdHE1OQiO6t8" not in recorded


def test_a_press_answers_the_message_above_the_button() -> None:
    """In the conversation where the question was asked."""
    press = from_press(payload("press"), AROUND)
    assert press is not None
    assert (press.kind, press.text) == (EventKind.PRESS, "red")
    assert press.conversation.thread_id == "1690000010.000200"
    assert press.reply_to is not None
    assert press.reply_to.message_id == "1690000070.000100"
    assert press.event_id == (
        "press:T123ABC456:C123ABC456:1690000070.000100:U061F7AUR:1690000080.426417"
    )


def test_a_button_that_is_not_ours_is_left_out() -> None:
    """An app may have more of them than we make."""
    raw = payload("press")
    raw["actions"] = [{"action_id": "other", "value": "x", "action_ts": "1690000080.426417"}]
    assert from_press(raw, AROUND) is None
