"""Commands as events: repeated, edited, unknown, in groups, in two languages."""

import asyncio

import pytest

from gateway.commands.command import PauseWork
from tests.contract.front.kit import MEMBER, OWNER, STRANGER, Front, edited, message
from tests.doubles.databases import count


async def test_repeated_command_is_answered_once(front: Front) -> None:
    """Whatever a platform delivers again has its effect and its reply once."""
    event = front.event(message("/new", OWNER))

    await front.intake.receive([event, event])
    await front.intake.receive([event])

    assert await count(front.database, "outbox") == 1
    assert await count(front.database, "conversations", "epoch = 1") == 1


async def test_command_delivered_twice_at_once_is_answered_once(front: Front) -> None:
    """Two deliveries of one event that race each other make one reply and one aftermath."""
    event = front.event(message("/pause", OWNER))

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(front.intake.receive([event]))

    assert await count(front.database, "outbox") == 1
    assert front.aftermath == [PauseWork(is_paused=True)]


async def test_repeated_message_of_a_stranger_is_answered_once(front: Front) -> None:
    """The code is not made anew, and no reminder is sent."""
    event = front.event(message("hello", STRANGER))

    await front.intake.receive([event, event])

    assert await count(front.database, "outbox") == 1
    assert await count(front.database, "pairings") == 1


async def test_edited_command_commands_nothing(front: Front) -> None:
    """Mending a typo in an old message must not run it again."""
    assert await front.receive(edited(message("/pause", OWNER))) == ""
    assert front.aftermath == []


async def test_unknown_command_is_named(front: Front) -> None:
    """It is no task, since whoever typed it expected a command."""
    assert await front.write("/dance now") == (
        "There is no command `/dance`. `/help` shows those that there are."
    )
    assert await front.count_tasks() == 0


async def test_path_is_a_task(front: Front) -> None:
    """A text that begins with a path is for the Manager."""
    assert await front.write("/etc/passwd is empty, why?") == ""
    assert await front.count_tasks() == 1


async def test_command_in_a_group_is_answered_there(front: Front) -> None:
    """By the role of whoever typed it."""
    assert "Crewdesk" in await front.receive(message("/status", MEMBER, group="-5"))
    assert "for administrators" in await front.receive(message("/users", MEMBER, group="-5"))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/help", "需要什么"),
        ("/status", "渠道"),
        ("/dance", "没有 `/dance` 这个命令"),
        ("/new", "新的对话"),
        ("/pair", "没有人在等待批准"),
    ],
)
async def test_chinese_person_is_answered_in_chinese(
    front: Front, command: str, words: str
) -> None:
    """The language of the newest message decides."""
    assert words in await front.write(command, language="zh-CN")
    assert words not in await front.write(command, language="en")


async def test_conversation_keeps_the_language_where_a_message_has_none(front: Front) -> None:
    """Some platforms tell the language only now and then."""
    await front.write("/help", language="zh")

    assert "渠道" in await front.write("/status", language="")
