"""Jobs are made once and done in seats, of which there are never too many."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gateway.store import jobs
from gateway.store.database import Database
from gateway.store.jobs import Job, JobOutcome, JobStatus
from gateway.store.tasks import Lease
from tests.contract.inbox.kit import InboxKit
from tests.contract.store.kit import OWNER, WORKER, new_job, seat
from tests.doubles.clock import START
from tests.doubles.databases import count

SEATS = 3


@pytest.fixture
async def furnished(database: Database) -> Database:
    """Return a database in which the worker has its seats."""
    await database.transact("furnish", lambda: jobs.furnish(WORKER, SEATS))
    return database


async def take(database: Database, job_id: UUID, now_seconds: int = 0) -> bool:
    """Take a seat for a minute, some seconds after the start."""
    now = START + timedelta(seconds=now_seconds)
    return await database.transact("take", lambda: jobs.take_seat(seat(job_id, since=now), now))


async def take_at_once(database: Database, job_ids: Sequence[UUID]) -> int:
    """Take seats side by side; return how many got one."""
    async with asyncio.TaskGroup() as group:
        takers = [group.create_task(take(database, job_id)) for job_id in job_ids]
    return sum(taker.result() for taker in takers)


async def test_as_many_takers_succeed_as_there_are_seats(furnished: Database) -> None:
    """However many try at once: no seat is given twice, none stays empty."""
    assert await take_at_once(furnished, [uuid4() for _ in range(12)]) == SEATS

    assert await furnished.transact("count", lambda: jobs.count_taken(START)) == {WORKER: SEATS}


async def test_job_takes_its_own_seat_again(furnished: Database) -> None:
    """A job that is begun again after a crash does not take a second seat."""
    mine = uuid4()
    assert await take_at_once(furnished, [mine, uuid4(), uuid4()]) == SEATS

    assert await take(furnished, mine, 1)

    assert await count(furnished, "worker_slots", "job_id = :mine", mine=mine) == 1


async def test_seat_is_free_when_its_time_is_over(furnished: Database) -> None:
    """A seat whose holder died can be taken after its lease, not before."""
    await take_at_once(furnished, [uuid4() for _ in range(SEATS)])

    assert not await take(furnished, uuid4(), 59)
    assert await take(furnished, uuid4(), 60)


async def test_freed_seat_can_be_taken(furnished: Database) -> None:
    """Freeing a seat makes room for one; freeing it again makes no more."""
    mine = uuid4()
    await take_at_once(furnished, [mine, uuid4(), uuid4()])

    for _ in range(2):
        await furnished.transact("free", lambda: jobs.free_seat(mine))

    assert await take_at_once(furnished, [uuid4(), uuid4()]) == 1


async def test_seats_of_a_dead_owner_are_freed(furnished: Database) -> None:
    """Taking over frees what the last process held, and nothing of others."""
    await take(furnished, uuid4())
    theirs = seat(uuid4(), owner="another-process")
    await furnished.transact("take", lambda: jobs.take_seat(theirs, START))

    assert await furnished.transact("free", lambda: jobs.free_seats_of(OWNER)) == 1

    assert await furnished.transact("count", lambda: jobs.count_taken(START)) == {WORKER: 1}


@pytest.mark.parametrize(("seats", "left"), [(SEATS, SEATS), (5, 5), (1, 2)])
async def test_number_of_seats_follows_the_settings(
    furnished: Database, seats: int, left: int
) -> None:
    """Seats are added at once; surplus ones go unless somebody sits in them."""
    first, second = uuid4(), uuid4()
    await take(furnished, first)
    await take(furnished, second)

    await furnished.transact("furnish", lambda: jobs.furnish(WORKER, seats))

    assert await count(furnished, "worker_slots") == left


async def make(kit: InboxKit, lease: Lease, job: Job) -> Job:
    """Store a job."""
    return await kit.database.transact("make", lambda: jobs.make(lease, job, SEATS))


async def end(kit: InboxKit, lease: Lease, job: Job, outcome: JobOutcome) -> None:
    """Store what came of a job."""
    await kit.database.transact(
        "end", lambda: jobs.end(lease, job.job_id, outcome, kit.clock.now())
    )


async def test_job_made_twice_is_one_job(kit: InboxKit) -> None:
    """The same step after a crash finds the job that it made before."""
    claim = await kit.claim_new()
    job = new_job(claim.task.task_id, kit.clock.now())

    made = await make(kit, claim.lease, job)
    again = await make(kit, claim.lease, new_job(claim.task.task_id, START, job_id=job.job_id))

    assert made == again == job
    assert await count(kit.database, "worker_jobs") == 1


async def test_task_that_used_a_worker_is_shown(kit: InboxKit) -> None:
    """A job makes its task one that `/tasks` lists, and names its worker."""
    claim = await kit.claim_new()

    await make(kit, claim.lease, new_job(claim.task.task_id, kit.clock.now()))

    task = await kit.find(claim.task.task_id)
    assert (task.is_tracked, task.assigned_worker_id) == (True, WORKER)


async def test_first_outcome_of_a_job_stays(kit: InboxKit) -> None:
    """A late event of the same job changes nothing."""
    claim = await kit.claim_new()
    job = await make(kit, claim.lease, new_job(claim.task.task_id, kit.clock.now()))
    await kit.database.transact("start", lambda: jobs.start(claim.lease, job.job_id, START))

    await end(kit, claim.lease, job, JobOutcome(status=JobStatus.COMPLETED, result="7"))
    await end(kit, claim.lease, job, JobOutcome(status=JobStatus.FAILED, error="late"))

    (found,) = await kit.database.transact("jobs", lambda: jobs.of_task(job.task_id))
    assert (found.status, found.result, found.error) == (JobStatus.COMPLETED, "7", "")
    assert (found.attempt, found.started_at, found.ended_at) == (1, START, START)
