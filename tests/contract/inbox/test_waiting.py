"""Waiting for a person or a worker, going on with the answer, and giving up."""

import asyncio

import pytest

from gateway.inbox import Claim
from gateway.journal import JournalScope, StoredJournal
from gateway.lifecycle import WAITING, TaskStatus
from gateway.store import tasks
from tests.contract.inbox.kit import LANE, InboxKit, ending, meet, new_task
from tests.doubles.databases import count
from workers.agent.journal import Step, StepKind, StepState

ASK = "ask_user"


async def ask(kit: InboxKit, claim: Claim, key: str = "tool:1") -> None:
    """Leave a claim because a question is open."""
    scope = JournalScope(lease=claim.lease, task=claim.task)
    journal = StoredJournal(kit.database, kit.clock, scope, claim.task.task_id, claim.steps)
    await journal.intend(Step(key=key, kind=StepKind.TOOL, name=ASK, request='{"question":"?"}'))
    await kit.inbox.leave(claim.lease, ending(TaskStatus.WAITING_INPUT))


async def test_answer_wakes_the_task_that_asked(kit: InboxKit) -> None:
    """The recorded answer comes with the next claim, as the result of the open call."""
    claim = await kit.claim_new()
    await ask(kit, claim)

    assert await kit.inbox.resume(claim.task.task_id, ASK, "blue")

    (step,) = (await kit.claim()).steps
    assert (step.name, step.state, step.result) == (ASK, StepState.DONE, "blue")


async def test_resumed_task_goes_before_later_ones(kit: InboxKit) -> None:
    """It keeps the place in its lane that it had from the beginning."""
    claim = await kit.claim_new("first")
    await ask(kit, claim)
    await kit.submit_all("second")

    await kit.inbox.resume(claim.task.task_id, ASK, "blue")

    assert (await kit.claim()).task.event_key == "first"


async def test_second_answer_is_too_late(kit: InboxKit) -> None:
    """Only the first answer counts."""
    claim = await kit.claim_new()
    await ask(kit, claim)
    await kit.inbox.resume(claim.task.task_id, ASK, "blue")

    assert not await kit.inbox.resume(claim.task.task_id, ASK, "red")

    (step,) = (await kit.claim()).steps
    assert step.result == "blue"


async def test_of_many_answers_at_once_one_counts(kit: InboxKit) -> None:
    """Whoever comes second is told so; nobody gets an error."""
    claim = await kit.claim_new()
    await ask(kit, claim)

    async with asyncio.TaskGroup() as group:
        answers = [
            group.create_task(kit.inbox.resume(claim.task.task_id, ASK, f"answer {n}"))
            for n in range(8)
        ]

    assert sorted(one.result() for one in answers) == [False] * 7 + [True]
    (step,) = (await kit.claim()).steps
    assert step.result == f"answer {[one.result() for one in answers].index(True)}"


async def test_answer_to_another_tool_is_refused(kit: InboxKit) -> None:
    """A task that asked nothing of that kind goes on waiting."""
    claim = await kit.claim_new()
    await ask(kit, claim)

    assert not await kit.inbox.resume(claim.task.task_id, "await_worker", "done")

    assert (await kit.find(claim.task.task_id)).status is TaskStatus.WAITING_INPUT


async def test_newest_open_call_gets_the_answer(kit: InboxKit) -> None:
    """An older call that was cut off does not swallow it."""
    claim = await kit.claim_new()
    await ask(kit, claim, "tool:1")
    await kit.inbox.resume(claim.task.task_id, ASK, "first answer")
    await ask(kit, await kit.claim(), "tool:2")

    await kit.inbox.resume(claim.task.task_id, ASK, "second answer")

    claim = await kit.claim()
    assert [(step.step_key, step.result) for step in claim.steps] == [
        ("tool:1", "first answer"),
        ("tool:2", "second answer"),
    ]


async def test_conversation_knows_which_task_asked_last(kit: InboxKit) -> None:
    """An answer goes to the newest open question of its conversation."""
    talk = await meet(kit.database)
    await kit.submit(new_task("e1", conversation_id=talk.conversation_id))
    await ask(kit, await kit.claim())

    found = await kit.database.transact(
        "asking", lambda: tasks.waiting_for_input(talk.conversation_id)
    )

    assert found is not None
    assert found.event_key == "e1"
    standing = await kit.database.transact(
        "standing", lambda: tasks.standing(talk.conversation_id, LANE)
    )
    assert standing.has_asked


async def test_pending_task_is_cancelled_at_once(kit: InboxKit) -> None:
    """Nobody will claim it, and the timeline says why."""
    (task,) = await kit.submit_all("e1")

    assert await kit.inbox.cancel(task.task_id, "the person said so")

    found = await kit.find(task.task_id)
    assert (found.status, found.dispatch_reason) == (TaskStatus.CANCELLED, "the person said so")
    assert await kit.inbox.claim() == []
    assert await count(kit.database, "timeline_events", "name = 'cancelled'") == 1


@pytest.mark.parametrize("status", sorted(WAITING))
async def test_waiting_task_is_cancelled_at_once(kit: InboxKit, status: TaskStatus) -> None:
    """A question that nobody answers can be taken back."""
    claim = await kit.claim_new()
    await kit.inbox.leave(claim.lease, ending(status))

    assert await kit.inbox.cancel(claim.task.task_id, "")

    assert (await kit.find(claim.task.task_id)).status is TaskStatus.CANCELLED


async def test_running_task_is_asked_to_end(kit: InboxKit) -> None:
    """Its holder hears of it with the next renewal and ends it; the lease stays until then."""
    claim = await kit.claim_new()

    assert await kit.inbox.cancel(claim.task.task_id, "")

    assert (await kit.find(claim.task.task_id)).status is TaskStatus.RUNNING
    assert await kit.inbox.extend(claim.lease) is True
    await kit.inbox.leave(claim.lease, ending(TaskStatus.CANCELLED))


async def test_wish_to_cancel_outlives_the_holder(kit: InboxKit) -> None:
    """Whoever claims the task after a crash knows that it shall end."""
    claim = await kit.claim_new()
    await kit.inbox.cancel(claim.task.task_id, "")

    await kit.inbox.take_over()

    assert (await kit.claim()).task.is_cancel_requested


async def test_unknown_task_cannot_be_cancelled(kit: InboxKit) -> None:
    """There is nothing to cancel, and that is said."""
    with pytest.raises(KeyError):
        await kit.inbox.cancel(new_task("e1").task_id, "")


async def test_cancel_and_claim_at_once_agree(kit: InboxKit) -> None:
    """A task is cancelled or claimed and asked to end; never lost, never an error."""
    lanes = [f"lane {n}" for n in range(12)]
    submitted = [await kit.submit(new_task(lane, lane)) for lane in lanes]

    async with asyncio.TaskGroup() as group:
        for task in submitted:
            group.create_task(kit.inbox.cancel(task.task_id, ""))
            group.create_task(kit.inbox.claim())

    for task in submitted:
        found = await kit.find(task.task_id)
        is_asked = found.status is TaskStatus.RUNNING and found.is_cancel_requested
        assert is_asked or found.status is TaskStatus.CANCELLED
