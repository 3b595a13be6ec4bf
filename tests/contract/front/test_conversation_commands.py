"""/new, /stop and /model."""

import pytest

from gateway.commands.command import StopTask
from gateway.inbox import Ending
from gateway.lifecycle import TaskStatus
from gateway.store.tasks import Leaving
from tests.contract.front.kit import MEMBER, OWNER, Front, message
from tests.doubles.databases import query

GROUP = "-5"


async def statuses(front: Front) -> dict[str, str]:
    """Return the status of each task by its goal; a cancelled one that runs on says so."""
    rows = await query(front.database, "SELECT goal, status, is_cancel_requested FROM tasks")
    return {
        row.text("goal"): "stopping" if row.flag("is_cancel_requested") else row.text("status")
        for row in rows
    }


async def ask(front: Front) -> None:
    """Let the task at the head of the lane ask a question."""
    (claim,) = await front.inbox.claim()
    waiting = Leaving(status=TaskStatus.WAITING_INPUT)
    await front.inbox.leave(claim.lease, Ending(leaving=waiting))


async def test_new_begins_another_epoch(front: Front) -> None:
    """What was said before belongs to the old one."""
    await front.write("hello")

    answer = await front.write("/new")
    await front.write("hello again")

    assert "fresh conversation" in answer
    rows = await query(front.database, "SELECT text, epoch FROM messages ORDER BY message_seq")
    said = [(row.text("text"), row.integer("epoch")) for row in rows]
    assert said == [("hello", 0), ("/new", 0), ("hello again", 1)]


async def test_stop_breaks_off_what_runs(front: Front) -> None:
    """The answer says what it was, the aftermath names the task, and what waits goes on."""
    await front.write("count the *stars*")
    await front.write("then sleep")
    (claim,) = await front.inbox.claim()

    answer = await front.write("/stop")

    assert r"count the \*stars\*" in answer
    assert front.aftermath == [StopTask(task_id=claim.task.task_id)]
    assert await statuses(front) == {"count the *stars*": "stopping", "then sleep": "pending"}


async def test_stop_withdraws_an_open_question(front: Front) -> None:
    """Where nothing runs, the question goes before what waits."""
    await front.write("ask me")
    await ask(front)

    assert "ask me" in await front.write("/stop")
    assert await statuses(front) == {"ask me": "cancelled"}
    assert front.aftermath == []


async def test_stop_drops_the_newest_that_waits(front: Front) -> None:
    """Where nothing runs and nothing was asked."""
    await front.write("one")
    await front.write("two")

    assert "two" in await front.write("/stop")
    assert await statuses(front) == {"one": "pending", "two": "cancelled"}


async def test_stop_all_clears_the_lane(front: Front) -> None:
    """What runs is broken off, what waits is cancelled, another conversation is left alone."""
    for text in ("one", "two", "three"):
        await front.write(text)
    await front.inbox.claim()
    await front.write("elsewhere", MEMBER)

    answer = await front.write("/stop all")

    assert answer.startswith("Stopped (3)")
    assert len(front.aftermath) == 1
    assert await statuses(front) == {
        "one": "stopping",
        "two": "cancelled",
        "three": "cancelled",
        "elsewhere": "pending",
    }


async def test_stop_with_nothing_to_stop_says_so(front: Front) -> None:
    """And something else behind it is explained."""
    assert await front.write("/stop") == "There is nothing to stop here."
    assert (await front.write("/stop it")).startswith("Write `/stop`")


async def test_stop_leaves_other_peoples_tasks_alone(front: Front) -> None:
    """In a group only their owner and admins can stop them."""
    await front.receive(message("of the owner", OWNER, group=GROUP))

    refused = await front.receive(message("/stop all", MEMBER, group=GROUP))
    assert "belongs to somebody else" in refused
    assert await statuses(front) == {"of the owner": "pending"}


async def test_stop_lets_admins_stop_anything(front: Front) -> None:
    """An admin stops what a member began."""
    await front.receive(message("of the member", MEMBER, group=GROUP))

    await front.receive(message("/stop", OWNER, group=GROUP))

    assert await statuses(front) == {"of the member": "cancelled"}


async def test_model_is_shown_chosen_and_reset(front: Front) -> None:
    """An admin's choice holds for this conversation."""
    before = await front.write("/model")
    await front.write("/model vendor/big-1.5")
    chosen = await front.write("/model")
    await front.write("/model default")

    assert "`house-model`, as the whole gateway does" in before
    assert "uses `vendor/big-1.5`; the gateway's own choice is `house-model`" in chosen
    assert await front.write("/model") == before


@pytest.mark.parametrize("name", ["two words", "`tick`", "x" * 129])
async def test_impossible_model_name_is_refused(front: Front, name: str) -> None:
    """The conversation keeps its model."""
    assert (await front.write(f"/model {name}")).startswith("This is no name of a model")
    assert "house-model" in await front.write("/model")


async def test_member_sees_the_model_but_cannot_choose(front: Front) -> None:
    """Models cost money."""
    assert "Only administrators can choose" in await front.write("/model big", MEMBER)
    assert "house-model" in await front.write("/model", MEMBER)
