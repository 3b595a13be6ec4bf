"""Messages that come while the bot is busy: collected, queued, steering or interrupting."""

from datetime import timedelta

import pytest

from gateway.commands.command import StopTask
from gateway.config.sections import InboxSettings
from gateway.inbox import Claim, Ending
from gateway.lifecycle import TaskStatus
from gateway.store import tasks
from gateway.store.database import Database
from gateway.store.tasks import Leaving
from tests.contract.front.kit import MEMBER, OWNER, Front, message
from tests.contract.front.test_conversation_commands import statuses

GROUP = "-5"


async def claimed(front: Front) -> Claim:
    """Claim the one task that can be claimed now."""
    (claim,) = await front.inbox.claim()
    return claim


async def end(front: Front, claim: Claim, status: TaskStatus) -> None:
    """End a claim without a word."""
    await front.inbox.leave(claim.lease, Ending(leaving=Leaving(status=status)))


def goals(claim: Claim) -> list[str]:
    """Return what a claim answers, in order."""
    return [task.goal for task in (claim.task, *claim.collected)]


async def test_messages_meanwhile_are_answered_together_by_the_next_task(front: Front) -> None:
    """The default: each keeps its own task, and all of them end with the one that answers."""
    await front.write("one")
    first = await claimed(front)
    for text in ("two", "three"):
        await front.write(text)
    await end(front, first, TaskStatus.COMPLETED)

    second = await claimed(front)
    assert goals(second) == ["two", "three"]
    assert await front.inbox.claim() == []
    await end(front, second, TaskStatus.COMPLETED)

    assert await statuses(front) == dict.fromkeys(("one", "two", "three"), "completed")


@pytest.mark.parametrize("status", [TaskStatus.FAILED, TaskStatus.CANCELLED])
async def test_what_was_collected_ends_as_the_task_does(front: Front, status: TaskStatus) -> None:
    """Nothing is left behind that would be answered after all."""
    await front.write("one")
    await front.write("two")

    await end(front, await claimed(front), status)

    assert await statuses(front) == {"one": status, "two": status}
    assert front.inbox.is_drained or await front.inbox.claim() == []


async def test_crash_between_collecting_and_answering_loses_nothing(front: Front) -> None:
    """The next attempt answers the same messages; what came later waits for the one after."""
    await front.write("one")
    await front.write("two")
    await claimed(front)
    await front.write("three")
    front.clock.advance(timedelta(seconds=61))

    again = await claimed(front)

    assert goals(again) == ["one", "two", "three"]


async def test_collected_messages_wait_along_with_an_open_question(front: Front) -> None:
    """The lane goes on with what comes later, and they are not answered apart."""
    await front.write("one")
    await front.write("two")
    asking = await claimed(front)
    await end(front, asking, TaskStatus.WAITING_INPUT)

    assert await front.inbox.claim() == []
    await front.write("later")
    assert goals(await claimed(front)) == ["later"]


async def test_only_one_persons_messages_are_collected(front: Front) -> None:
    """In a group another person has other rights, and an answer of their own."""
    await front.receive(message("of the owner", OWNER, group=GROUP))
    await front.receive(message("of the member", MEMBER, group=GROUP))
    await front.receive(message("of the owner again", OWNER, group=GROUP))

    assert goals(await claimed(front)) == ["of the owner"]


async def test_queue_answers_one_after_the_other(front: Front) -> None:
    """As `/queue queue` says."""
    assert "one after the other" in await front.write("/queue queue")
    await front.write("one")
    await front.write("two")

    first = await claimed(front)
    await end(front, first, TaskStatus.COMPLETED)

    assert goals(first) == ["one"]
    assert goals(await claimed(front)) == ["two"]


async def test_interrupt_stops_what_runs_and_begins_anew(front: Front) -> None:
    """The running task is asked to end and its work is broken off; the next one waits for that."""
    await front.write("/queue interrupt")
    await front.write("one")
    running = await claimed(front)

    await front.write("two")

    assert front.aftermath == [StopTask(task_id=running.task.task_id)]
    assert await statuses(front) == {"one": "stopping", "two": "pending"}


async def test_interrupt_leaves_another_persons_task_alone(front: Front) -> None:
    """In a group nobody stops somebody else's work by speaking."""
    await front.receive(message("/queue interrupt", OWNER, group=GROUP))
    await front.receive(message("one", OWNER, group=GROUP))
    await claimed(front)

    await front.receive(message("two", MEMBER, group=GROUP))

    assert front.aftermath == []


async def test_running_task_takes_what_came_meanwhile(front: Front) -> None:
    """What `steer` does at each step: the messages become the running task's."""
    await front.write("/queue steer")
    await front.write("one")
    running = await claimed(front)
    await front.write("two")

    taken = await front.database.transact(
        "steer", lambda: tasks.collect(running.task, front.clock.now())
    )
    await end(front, running, TaskStatus.COMPLETED)

    assert [task.goal for task in taken] == ["two"]
    assert await statuses(front) == {"one": "completed", "two": "completed"}


async def test_queue_shows_and_refuses(front: Front) -> None:
    """Without a word it says what holds, and a word that is none is explained."""
    assert "answer all new messages together" in await front.write("/queue")
    assert (await front.write("/queue later")).startswith("Write `/queue collect`")


async def test_history_keeps_together_what_was_answered_together(front: Front) -> None:
    """The next claim sees the messages and then their one answer."""
    await front.write("one")
    await front.write("two")
    first = await claimed(front)
    leaving = Leaving(status=TaskStatus.COMPLETED)
    await front.inbox.leave(first.lease, Ending(leaving=leaving))
    await front.write("three")

    assert [said.text for said in (await claimed(front)).history] == ["one", "two"]


async def test_debounce_waits_for_the_last_of_several_messages(database: Database) -> None:
    """Off by default; where it is on, each message of an idle conversation begins the wait anew."""
    front = Front(database=database, limits=InboxSettings(debounce_seconds=2))
    await front.write("one")
    front.clock.advance(timedelta(seconds=1.5))
    await front.write("two")
    front.clock.advance(timedelta(seconds=1.5))
    assert await front.inbox.claim() == []

    front.clock.advance(timedelta(seconds=1))

    assert goals(await claimed(front)) == ["one", "two"]
