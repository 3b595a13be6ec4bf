"""How a claim ends: every ending is one transaction, and only one is the last."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from gateway.errors import ConflictError, LeaseLostError
from gateway.inbox import Claim, Ending
from gateway.lifecycle import TERMINAL, IllegalTransitionError, TaskStatus
from gateway.store import jobs
from gateway.store.conversations import Conversation
from gateway.store.jobs import JobStatus
from gateway.store.tasks import Leaving
from tests.contract.inbox.kit import InboxKit, ending, meet, new_part, new_task
from tests.contract.store.kit import new_job, seat
from tests.doubles.databases import count, query

LEGAL = sorted(set(TaskStatus) - {TaskStatus.RUNNING})


def answer(talk: Conversation, *part_keys: str, spoken: str = "the answer") -> Ending:
    """Return an ending that says something in parts."""
    parts = tuple(new_part(talk, key, part_no=number) for number, key in enumerate(part_keys))
    leaving = Leaving(status=TaskStatus.COMPLETED, final_output=spoken)
    return Ending(leaving=leaving, parts=parts, spoken=spoken)


async def timeline(kit: InboxKit) -> Sequence[str]:
    """Return the names of what happened."""
    rows = await query(kit.database, "SELECT name FROM timeline_events ORDER BY event_seq")
    return [row.text("name") for row in rows]


@pytest.mark.parametrize("status", LEGAL)
async def test_claim_ends_in_each_status(kit: InboxKit, status: TaskStatus) -> None:
    """Leaving stores the status and its reason, and the lease is over."""
    claim = await kit.claim_new()

    await kit.inbox.leave(claim.lease, ending(status, reason="because"))

    task = await kit.find(claim.task.task_id)
    assert (task.status, task.dispatch_reason, task.lease_until) == (status, "because", None)
    with pytest.raises(LeaseLostError):
        await kit.inbox.extend(claim.lease)


async def test_leaving_as_running_is_illegal(kit: InboxKit) -> None:
    """The table of transitions is asked before anything is written."""
    claim = await kit.claim_new()

    with pytest.raises(IllegalTransitionError, match="running cannot become running"):
        await kit.inbox.leave(claim.lease, ending(TaskStatus.RUNNING))

    assert await kit.find(claim.task.task_id) == claim.task


@pytest.mark.parametrize("status", sorted(TERMINAL))
async def test_one_terminal_transition_happens(kit: InboxKit, status: TaskStatus) -> None:
    """Once ended, a task can be left, cancelled, resumed or claimed no more."""
    claim = await kit.claim_new()
    await kit.inbox.leave(claim.lease, ending(status))
    ended = await kit.find(claim.task.task_id)

    with pytest.raises(LeaseLostError):
        await kit.inbox.leave(claim.lease, ending(TaskStatus.FAILED, reason="again"))
    assert not await kit.inbox.cancel(ended.task_id, "again")
    assert not await kit.inbox.resume(ended.task_id, "ask_user", "again")
    kit.clock.advance(timedelta(days=1))
    assert await kit.inbox.claim() == []

    assert await kit.find(ended.task_id) == ended


async def test_answer_is_stored_with_the_end_of_its_task(kit: InboxKit) -> None:
    """Status, output, outbox rows and the said message are written together."""
    talk = await meet(kit.database)
    claim = await kit.claim_new()

    await kit.inbox.leave(claim.lease, answer(talk, "part:0", "part:1"))

    assert (await kit.find(claim.task.task_id)).final_output == "the answer"
    assert await count(kit.database, "outbox", "state = 'queued'") == 2
    assert await count(kit.database, "messages", "direction = 'out' AND text = 'the answer'") == 1


async def test_part_that_cannot_be_stored_undoes_the_whole_ending(kit: InboxKit) -> None:
    """There is no ended task whose answer is missing."""
    talk = await meet(kit.database)
    claim = await kit.claim_new()
    nowhere = Conversation(
        conversation_id=claim.task.task_id,  # no conversation has this id
        address=talk.address,
        epoch=0,
        model="",
        language="",
        busy_mode=None,
    )

    with pytest.raises(ConflictError):
        await kit.inbox.leave(claim.lease, answer(nowhere, "part:0"))

    assert await kit.find(claim.task.task_id) == claim.task
    assert await count(kit.database, "outbox") == 0


async def test_answer_of_a_lost_lease_is_not_queued(kit: InboxKit) -> None:
    """Nothing is said by somebody who no longer holds the task."""
    talk = await meet(kit.database)
    claim = await kit.claim_new()
    kit.clock.advance(timedelta(seconds=60))

    with pytest.raises(LeaseLostError):
        await kit.inbox.leave(claim.lease, answer(talk, "part:0"))

    assert await count(kit.database, "outbox") == await count(kit.database, "messages") == 0


async def test_forgiven_attempt_is_not_counted_as_barren(kit: InboxKit) -> None:
    """A model that is down does not bring the task nearer to its quarantine."""
    claim = await kit.claim_new()

    leaving = Leaving(status=TaskStatus.PENDING, is_forgiven=True)
    await kit.inbox.leave(claim.lease, Ending(leaving=leaving))

    task = await kit.find(claim.task.task_id)
    assert (task.attempt, task.barren_attempts) == (1, 0)


async def test_timeline_says_why_a_task_did_not_complete(kit: InboxKit) -> None:
    """A failure is noted, a completed task needs no note."""
    failed = await kit.claim_new("e1")
    await kit.inbox.leave(failed.lease, ending(TaskStatus.FAILED, reason="too long"))
    completed = await kit.claim_new("e2")
    await kit.inbox.leave(completed.lease, ending(TaskStatus.COMPLETED))

    assert await timeline(kit) == ["failed"]


async def claim_with_running_job(kit: InboxKit) -> Claim:
    """Claim a task one job of which sits in the only seat."""
    claim = await kit.claim_new()
    now = kit.clock.now()
    job = new_job(claim.task.task_id, now)
    await kit.database.transact("make", lambda: jobs.make(claim.lease, job, 1))
    assert await kit.database.transact("take", lambda: jobs.take_seat(seat(job.job_id), now))
    await kit.database.transact("start", lambda: jobs.start(claim.lease, job.job_id, now))
    return claim


@pytest.mark.parametrize(("status", "taken"), [(TaskStatus.FAILED, 0), (TaskStatus.PENDING, 1)])
async def test_end_of_a_task_frees_its_seats(kit: InboxKit, status: TaskStatus, taken: int) -> None:
    """Open jobs end with their task; a task that is given back keeps them."""
    claim = await claim_with_running_job(kit)

    await kit.inbox.leave(claim.lease, ending(status))

    (job,) = await kit.database.transact("jobs", lambda: jobs.of_task(claim.task.task_id))
    assert job.status is (JobStatus.RUNNING if taken else JobStatus.CANCELLED)
    assert await count(kit.database, "worker_slots", "job_id IS NOT NULL") == taken


async def test_extending_a_task_keeps_its_seats(kit: InboxKit) -> None:
    """A job's seat is renewed with its task's lease."""
    claim = await claim_with_running_job(kit)
    kit.clock.advance(timedelta(seconds=50))

    await kit.inbox.extend(claim.lease)

    kit.clock.advance(timedelta(seconds=50))
    taken = await kit.database.transact("count", lambda: jobs.count_taken(kit.clock.now()))
    assert taken == {"worker": 1}


async def test_next_claim_knows_what_was_recorded(kit: InboxKit) -> None:
    """A second attempt gets the jobs of the first."""
    first = await claim_with_running_job(kit)
    kit.clock.advance(timedelta(seconds=60))

    second = await kit.claim()

    assert first.jobs == []
    assert [job.status for job in second.jobs] == [JobStatus.RUNNING]


async def test_claim_of_an_unknown_conversation_changes_nothing(kit: InboxKit) -> None:
    """A claim whose records cannot be read is undone as a whole."""
    task = await kit.submit(new_task("e1", conversation_id=new_task("x").task_id))

    with pytest.raises(KeyError):
        await kit.inbox.claim()

    assert (await kit.find(task.task_id)).attempt == 0
