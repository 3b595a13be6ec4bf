"""A claim holds for its lease and no longer, and what comes later changes nothing."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gateway.errors import LeaseLostError
from gateway.inbox import Claim
from gateway.journal import JournalScope, StoredJournal
from gateway.lifecycle import TaskStatus
from gateway.store import jobs
from gateway.store.jobs import JobOutcome, JobStatus
from gateway.store.tasks import Lease
from tests.contract.inbox.kit import LEASE, OWNER, InboxKit, ending
from tests.contract.store.kit import new_job
from tests.doubles.databases import query
from workers.agent.journal import Step, StepKind

Write = Callable[[InboxKit, Claim], Awaitable[object]]


def journal_of(kit: InboxKit, claim: Claim) -> StoredJournal:
    """Return the journal of a claim's own run."""
    scope = JournalScope(lease=claim.lease, task=claim.task)
    return StoredJournal(kit.database, kit.clock, scope, claim.task.task_id, claim.steps)


async def intend(kit: InboxKit, claim: Claim) -> None:
    """Record that a tool is about to be called."""
    await journal_of(kit, claim).intend(Step(key="late", kind=StepKind.TOOL, name="bash"))


async def complete(kit: InboxKit, claim: Claim) -> None:
    """Record what a tool answered."""
    await journal_of(kit, claim).complete("early", "a late result")


async def make_job(kit: InboxKit, claim: Claim) -> None:
    """Hand work to a worker."""
    job = new_job(claim.task.task_id, kit.clock.now())
    await kit.database.transact("make", lambda: jobs.make(claim.lease, job, 1))


async def end_job(kit: InboxKit, claim: Claim) -> None:
    """Record what a worker answered."""
    outcome = JobOutcome(status=JobStatus.COMPLETED)
    await kit.database.transact(
        "end", lambda: jobs.end(claim.lease, uuid4(), outcome, kit.clock.now())
    )


WRITES: dict[str, Write] = {
    "extend": lambda kit, claim: kit.inbox.extend(claim.lease),
    "complete_task": lambda kit, claim: kit.inbox.leave(
        claim.lease, ending(TaskStatus.COMPLETED, reason="late")
    ),
    "give_back": lambda kit, claim: kit.inbox.leave(claim.lease, ending(TaskStatus.PENDING)),
    "intend_step": intend,
    "complete_step": complete,
    "make_job": make_job,
    "start_job": lambda kit, claim: kit.database.transact(
        "start", lambda: jobs.start(claim.lease, uuid4(), kit.clock.now())
    ),
    "end_job": end_job,
}


@pytest.fixture(params=list(WRITES.values()), ids=list(WRITES))
def write(request: pytest.FixtureRequest) -> Write:
    """Return each write that a claim allows, one after the other."""
    chosen: Write = request.param
    return chosen


async def claim_with_intent(kit: InboxKit) -> Claim:
    """Claim a task and record the intent of one step."""
    claim = await kit.claim_new()
    await journal_of(kit, claim).intend(Step(key="early", kind=StepKind.TOOL, name="bash"))
    return claim


async def written(kit: InboxKit, task_id: UUID) -> tuple[object, ...]:
    """Return all that a claim can write, to be compared."""
    steps = await query(kit.database, "SELECT step_key, state FROM steps ORDER BY step_id")
    found_jobs = await kit.database.transact("jobs", lambda: jobs.of_task(task_id))
    keys = [(row.text("step_key"), row.text("state")) for row in steps]
    return await kit.find(task_id), keys, found_jobs


async def test_write_under_the_lease_is_accepted(kit: InboxKit, write: Write) -> None:
    """Each of these writes works while the lease holds: that is what the others refuse."""
    claim = await claim_with_intent(kit)
    before = await written(kit, claim.task.task_id)
    kit.clock.advance(timedelta(seconds=59))

    await write(kit, claim)

    assert await written(kit, claim.task.task_id) != before


async def test_write_after_the_time_is_refused(kit: InboxKit, write: Write) -> None:
    """A lease ends by itself, even if nobody else wants the task."""
    claim = await claim_with_intent(kit)
    before = await written(kit, claim.task.task_id)
    kit.clock.advance(LEASE)

    with pytest.raises(LeaseLostError):
        await write(kit, claim)

    assert await written(kit, claim.task.task_id) == before


async def test_write_of_a_former_holder_is_refused(kit: InboxKit, write: Write) -> None:
    """Whoever wakes up after somebody else took over changes nothing."""
    claim = await claim_with_intent(kit)
    kit.clock.advance(LEASE)
    await kit.claim()
    before = await written(kit, claim.task.task_id)

    with pytest.raises(LeaseLostError):
        await write(kit, claim)

    assert await written(kit, claim.task.task_id) == before


async def test_expired_lease_is_claimed_with_the_next_fence(kit: InboxKit) -> None:
    """Recovery is an ordinary claim: one attempt more, a higher fence, a new time."""
    first = await kit.claim_new()
    kit.clock.advance(LEASE)

    second = await kit.claim()

    assert second.task.task_id == first.task.task_id
    assert (second.task.attempt, second.lease.fence) == (2, first.lease.fence + 1)
    assert second.task.lease_until == kit.clock.now() + LEASE


async def test_extended_lease_holds_on(kit: InboxKit) -> None:
    """Renewing moves the end, so nobody else gets the task."""
    claim = await kit.claim_new()
    kit.clock.advance(timedelta(seconds=40))

    assert await kit.inbox.extend(claim.lease) is False

    kit.clock.advance(timedelta(seconds=40))
    assert await kit.inbox.claim() == []


async def test_unknown_fence_is_no_lease(kit: InboxKit) -> None:
    """A fence that was never given opens nothing."""
    claim = await kit.claim_new()

    with pytest.raises(LeaseLostError, match="fence 7"):
        await kit.inbox.extend(Lease(task_id=claim.task.task_id, fence=7))


async def test_attempts_without_a_step_are_counted_before_the_work(kit: InboxKit) -> None:
    """A task that kills its process each time shows how often."""
    await kit.claim_new()
    for _ in range(4):
        kit.clock.advance(LEASE)
        claim = await kit.claim()

    assert (claim.task.attempt, claim.task.barren_attempts) == (5, 5)


async def test_recorded_step_resets_the_count(kit: InboxKit) -> None:
    """Attempts that got on do not count as barren; an intent alone is not getting on."""
    claim = await claim_with_intent(kit)
    assert (await kit.find(claim.task.task_id)).barren_attempts == 1

    await complete(kit, claim)
    assert (await kit.find(claim.task.task_id)).barren_attempts == 0

    kit.clock.advance(LEASE)
    assert (await kit.claim()).task.barren_attempts == 1


async def test_new_process_takes_over_at_once(kit: InboxKit) -> None:
    """Whoever holds the data directory does not wait for the leases of its dead holder."""
    claim = await kit.claim_new()

    assert await kit.inbox_of(OWNER).take_over() == 1

    assert (await kit.claim()).lease.fence == claim.lease.fence + 1


async def test_take_over_leaves_other_owners_alone(kit: InboxKit) -> None:
    """A gateway on another data directory is alive for all we know."""
    claim = await kit.claim_new()

    assert await kit.inbox_of("another-process").take_over() == 0

    assert await kit.inbox.claim() == []
    await kit.inbox.extend(claim.lease)
