"""Schedules from the chat to the message, through whole processes."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.phrases import Phrase, say
from tests.acceptance.scene import Chat, Scene, in_turn, opened, tool_outputs
from tests.doubles.model_reply import ParsedRequest, Reply, Script
from workers.models.protocol import ToolCall, ToolOutput

pytestmark = pytest.mark.asyncio(loop_scope="module")

DUE_SOON = "in 2 seconds"


def asks_for(goal: str, *, kind: str = "once", when: str = DUE_SOON) -> str:
    """Return words that have the model make a schedule and say that it did."""
    arguments = json.dumps({"kind": kind, "when": when, "goal": goal})
    return f"Please [[tool:create_schedule {arguments}]][[say:It is set.]]"


def without_dates(texts: Sequence[str]) -> list[str]:
    """Return messages without what is put below them about a new schedule."""
    return [text.partition("\n\n⏰")[0] for text in texts]


async def test_a_reminder_from_the_chat_arrives_once(chat: Chat) -> None:
    """Made by the tool, fired by the clock, worked on by the Manager, sent as one message."""
    chat.scene.book.on("Remind Ann", lambda _: Reply(text="Ann, call home!"))

    await chat.asks(asks_for("Remind Ann to call home"))
    made = json.loads(tool_outputs(chat.requests[-1])[0])
    await chat.answers(2)
    await chat.scene.settled()

    assert without_dates(chat.texts) == ["It is set.", "Ann, call home!"]
    assert chat.ever_shown == chat.texts
    assert made["when"].startswith("once, at ")
    assert made["undo"] == f"/cron delete {made['schedule_id']}"


async def test_a_scheduled_run_cannot_make_schedules(chat: Chat) -> None:
    """It is told that nobody is there, and has no tool to begin anything or to ask."""
    chat.scene.book.on("Tell the news", lambda _: Reply(text="HEARTBEAT_OK"))

    await chat.asks(asks_for("Tell the news"))
    request = (await chat.scene.asked("Tell the news")).parsed
    await chat.scene.settled()

    offered = {tool.name for tool in request.tools}
    assert "dispatch_worker" in offered
    assert offered & {"create_schedule", "cancel_schedule", "leave_open", "ask_user"} == set()
    assert "scheduled run" in request.instructions
    assert without_dates(chat.texts) == ["It is set."]


async def test_the_person_sees_and_ends_a_schedule(chat: Chat) -> None:
    """By the commands, with the id that the tool told."""
    await chat.asks(asks_for("Water the plants", kind="daily", when="09:00"))
    made = json.loads(tool_outputs(chat.requests[-1])[0])
    name = made["schedule_id"]

    assert f"⏰ {name} every day at 09:00 (UTC)" in chat.texts[-1]
    assert f"{name} every day at 09:00 (UTC)" in await chat.asks("/cron list")
    assert await chat.asks(f"/cron delete {name}") == "Deleted: Water the plants"
    assert "There are no schedules" in await chat.asks("/cron")
    assert len(made["next_times"]) == 3


async def test_what_is_wrong_with_a_schedule_is_told_to_the_model(chat: Chat) -> None:
    """It can mend it, or say it."""
    await chat.asks(asks_for("Never", kind="cron", when="0 0 30 2 *"))

    told = json.loads(tool_outputs(chat.requests[-1])[0])
    assert (told["ok"], told["error"]) == (False, "bad_schedule")
    assert "month 2 has no day 30" in told["message"]


def closes(follow_up_id: str) -> Script:
    """Return what a model does that finds a follow-up to be done: close it, then say so."""
    arguments = json.dumps({"follow_up_id": follow_up_id, "outcome": "Bob has said yes"})

    def script(request: ParsedRequest) -> Reply:
        if isinstance(request.items[-1], ToolOutput):
            return Reply(text="Bob said yes!")
        call = ToolCall(call_id="call_1", name="review_follow_up", arguments=arguments)
        return Reply(tool_calls=(call,))

    return script


async def test_what_was_left_open_comes_back_in_a_heartbeat(chat: Chat) -> None:
    """Left open in a chat, brought up by a look, and closed by the Manager."""
    order = {"subject": "the offer", "done_when": "Bob answers", "next_review_after": "in 1 second"}
    await chat.asks(f"Ask Bob [[tool:leave_open {json.dumps(order)}]][[say:I will look again.]]")
    left = json.loads(tool_outputs(chat.requests[-1])[0])
    chat.scene.book.on(say(Phrase.HEARTBEAT_GOAL, "en"), closes(left["follow_up_id"]))
    await chat.scene.stored(
        "SELECT 1 FROM follow_ups WHERE next_review_after < strftime('%Y-%m-%d %H:%M:%f', 'now')"
    )

    await chat.asks("/heartbeat hours 00:00-23:59")
    await chat.answers(3)
    await chat.scene.settled()

    assert "heartbeat is off" in left["hint"]
    assert chat.texts[-1] == "Bob said yes!"
    assert "left open" not in await chat.asks("/heartbeat")


async def killed_while_asked(scene: Scene, goal: str) -> None:
    """End the gateway while the model works on a scheduled run."""
    await scene.asked(goal)
    await scene.gateway.kill()


async def test_a_kill_between_tick_and_answer_costs_nothing(tmp_path: Path) -> None:
    """The instant has fired, the process is gone: the next one ends the run, with one message."""
    async with opened(tmp_path / "data") as scene:
        chat = scene.member()
        stuck = Reply(text="never seen", delay_s=60)
        scene.book.on("Remind Ann", in_turn(stuck, Reply(text="Ann, call home!")))
        await chat.asks(asks_for("Remind Ann to call home"))
        await killed_while_asked(scene, "Remind Ann")
        await scene.gateway.start()
        await chat.answers(2)
        await scene.settled()

        assert without_dates(chat.texts) == ["It is set.", "Ann, call home!"]
        assert await scene.query("SELECT state, instants FROM schedule_ticks") == [("fired", 1)]


async def test_a_reminder_that_was_due_while_nothing_ran_comes_late(tmp_path: Path) -> None:
    """It is not skipped: the next start finds it due."""
    async with opened(tmp_path / "data") as scene:
        chat = scene.member()
        scene.book.on("Remind Ann", lambda _: Reply(text="Ann, call home!"))
        await chat.asks(asks_for("Remind Ann to call home", when="in 1 hour"))
        await scene.settled()
        await scene.gateway.kill()
        await scene.query(
            "UPDATE schedules SET timing = '2026-01-05T12:00:00+00:00', "
            "next_fire_at = '2026-01-05 12:00:00.000000+00:00', "
            "looked_at = '2026-01-05 11:00:00.000000+00:00'"
        )
        await scene.gateway.start()

        assert (await chat.answers(2))[1] == "Ann, call home!"
