"""How a command is read from a message."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.message import ConversationAddress, EventKind, InboundMessage, QuotedMessage
from gateway.commands.command import Command, parse

MESSAGE = InboundMessage(
    event_id="e1",
    message_id="m1",
    conversation=ConversationAddress(channel="telegram", account="bot", chat_id="1"),
    sender_id="1",
    sender_name="Ann",
    text="",
    sent_at=datetime(2026, 1, 5, tzinfo=UTC),
)


def read(text: str) -> Command | None:
    """Parse a message of this text."""
    return parse(replace(MESSAGE, text=text))


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/help", "help", ""),
        ("  /help \n", "help", ""),
        ("/HELP", "help", ""),
        ("/help@crewdesk_bot", "help", ""),
        ("/task@Crewdesk_Bot  1a2b ", "task", "1a2b"),
        ("/stop all", "stop", "all"),
        ("/approve\nCODE guest", "approve", "CODE guest"),
        ("/no_such_command", "no_such_command", ""),
        ("/say 你好\n再见", "say", "你好\n再见"),
    ],
)
def test_command_is_the_whole_first_word(text: str, name: str, argument: str) -> None:
    """In any case, with or without the bot's name; the rest is its argument."""
    assert read(text) == Command(name=name, argument=argument)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "help",
        "please /help",
        "/etc/passwd is empty",
        "/x",
        "/why?",
        "/tasks2",
        "// comment",
        "/ help",
        "/帮助",
        "/" + "a" * 33,
    ],
)
def test_other_texts_are_no_commands(text: str) -> None:
    """They are for the Manager."""
    assert read(text) is None


def test_edit_is_no_command() -> None:
    """What was typed once is not run again because a word was mended."""
    assert parse(replace(MESSAGE, text="/stop", kind=EventKind.EDIT)) is None


@pytest.mark.parametrize(("is_from_bot", "reply_to"), [(True, "77"), (False, "")])
def test_only_replies_to_the_bot_are_kept(*, is_from_bot: bool, reply_to: str) -> None:
    """A command about a message is about one that the bot said."""
    quoted = QuotedMessage(message_id="77", is_from_bot=is_from_bot)

    found = parse(replace(MESSAGE, text="/why", reply_to=quoted))

    assert found == Command(name="why", reply_to=reply_to)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """Nothing that somebody types is an error, and what is found is what was typed."""
    found = read(text)

    assert found is None or f"/{found.name}" in text.lower()
