"""What people write while the bot is busy, in each of the four ways to take it."""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.scene import Chat, opened
from tests.doubles.telegram_files import file_of

HELD = '[[tool:bash {"command":"touch held; while [ ! -e go ]; do sleep 0.05; done"}]]'

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def held(chat: Chat) -> Path:
    """Wait until the command of `HELD` runs in the chat's workspace, which is returned."""
    rows = await chat.scene.stored(
        "SELECT c.conversation_id FROM conversations AS c JOIN tasks AS t "
        "ON t.conversation_id = c.conversation_id JOIN steps AS s ON s.task_id = t.task_id "
        "WHERE c.chat_id = ? AND s.name = 'bash' AND s.state = 'intent'",
        str(chat.id),
    )
    return chat.scene.gateway.data_dir / "workspaces" / str(rows[0][0])


async def taken_in(chat: Chat, text: str) -> None:
    """Write something and wait until it is stored."""
    await chat.says(text)
    await chat.scene.stored("SELECT 1 FROM messages WHERE text = ?", text)


async def test_messages_meanwhile_are_answered_together(chat: Chat) -> None:
    """As it is by default: one answer, by a model that was asked for all of them at once."""
    await chat.says(f"First {HELD}[[say:First done.]]")
    workspace = await held(chat)
    await taken_in(chat, "Second")
    await taken_in(chat, "Third")
    (workspace / "go").touch()
    await chat.answers(2)
    await chat.scene.settled()
    assert chat.texts == ["First done.", "answer to Second"]
    assert chat.requests[-1].parsed.newest_user_text == "Second\n\nThird"


async def test_queue_answers_each_by_itself(chat: Chat) -> None:
    """In their order, and each answer shows which message it is to."""
    await chat.asks("/queue queue")
    await chat.says(f"First {HELD}[[say:First done.]]")
    workspace = await held(chat)
    second = await chat.says("Second")
    third = await chat.says("Third")
    (workspace / "go").touch()
    await chat.answers(4)
    await chat.scene.settled()
    assert chat.texts[1:] == ["First done.", "answer to Second", "answer to Third"]
    answers = chat.scene.telegram.world.from_bot(chat.id)
    assert [answer.reply_to for answer in answers[2:]] == [second.id, third.id]


async def test_steer_puts_new_words_before_the_running_task(chat: Chat) -> None:
    """At its next step, so that its own answer takes them in and no other one is given."""
    await chat.asks("/queue steer")
    await chat.says(f"First {HELD}[[say:First done.]]")
    workspace = await held(chat)
    await taken_in(chat, "No, rather this")
    (workspace / "go").touch()
    await chat.answers(2)
    await chat.scene.settled()
    assert chat.texts[1:] == ["answer to No, rather this"]


async def test_steer_names_the_files_that_come_along(chat: Chat) -> None:
    """The running task is told where they lie, once they are there."""
    await chat.asks("/queue steer")
    await chat.says(f"First {HELD}[[say:First done.]]")
    workspace = await held(chat)
    file = file_of(b"rather this", name="plan.txt", mime_type="text/plain")
    await chat.sends(file, "Look at the plan")
    await chat.scene.stored("SELECT 1 FROM files WHERE name = ? AND state = 'stored'", "plan.txt")
    (workspace / "go").touch()
    await chat.answers(2)
    await chat.scene.settled()
    heard = chat.requests[-1].parsed.newest_user_text
    assert heard.startswith("Look at the plan")
    assert heard.endswith("-plan.txt (document, text/plain, 11 bytes)")


async def test_steer_does_not_tell_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    """What came with it waits for its file, and is answered by itself."""
    async with opened(tmp_path / "data", {"CREWDESK_INBOX__BUSY_MODE": "steer"}) as scene:
        chat = scene.member()
        await chat.says(f"First {HELD}[[say:First done.]]")
        workspace = await held(chat)
        scene.telegram.goes_on = asyncio.Event()
        await chat.sends(file_of(b"rather this", name="slow.txt"), "Look at the slow one")
        await scene.stored("SELECT 1 FROM files WHERE name = ?", "slow.txt")
        (workspace / "go").touch()
        await chat.answers()
        scene.telegram.goes_on.set()
        await chat.answers(2)
        assert chat.texts[0] == "First done."
        assert "-slow.txt (document, 11 bytes)" in chat.requests[-1].parsed.newest_user_text


async def test_interrupt_stops_the_running_task(chat: Chat) -> None:
    """Its command ends, and the new message is answered at once."""
    await chat.asks("/queue interrupt")
    await chat.says(f"First {HELD}[[say:First done.]]")
    await held(chat)
    await chat.says("Something else")
    await chat.answers(2)
    await chat.scene.settled()
    assert chat.texts[1:] == ["answer to Something else"]


@pytest.mark.parametrize("mode", ["collect", "steer"])
async def test_killed_in_the_middle_nothing_is_lost(tmp_path: Path, mode: str) -> None:
    """The messages that came meanwhile are answered once, by whoever starts next."""
    settings = {"CREWDESK_INBOX__BUSY_MODE": mode, "CREWDESK_INBOX__LEASE_SECONDS": "3"}
    async with opened(tmp_path / "data", settings) as scene:
        chat = scene.member()
        await chat.says(f"First {HELD}[[say:First done.]]")
        await held(chat)
        await taken_in(chat, "Second")
        await taken_in(chat, "Third")
        await scene.gateway.kill()
        await scene.gateway.start()
        await chat.answers()
        await scene.settled()
        heard = [request.parsed.newest_user_text for request in scene.model.requests]
        assert sum("Second" in text and "Third" in text for text in heard) == 1
        rows = await scene.query("SELECT COUNT(*) FROM tasks WHERE status = 'completed'")
        assert rows == [(3,)]
