"""Scripts over workers' jobs and the seats in which they are done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from gateway.store import tasks
from gateway.store.statement import Row, Script, Statement, in_list, insert
from gateway.store.tasks import Lease


class JobStatus(StrEnum):
    """How far a job got."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_JOBS = frozenset({JobStatus.QUEUED, JobStatus.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of work handed to a worker.

    `is_awaited` says that the call which made it waits for its outcome; `error_code` is a word that
    the Manager can act on, `error` a sentence.
    """

    job_id: UUID
    task_id: UUID
    worker_id: str
    instruction: str
    metadata: str
    status: JobStatus
    is_awaited: bool
    attempt: int
    result: str
    error: str
    error_code: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


def job(row: Row) -> Job:
    """Read a job."""
    return Job(
        job_id=row.uuid("job_id"),
        task_id=row.uuid("task_id"),
        worker_id=row.text("worker_id"),
        instruction=row.text("instruction"),
        metadata=row.text("metadata"),
        status=JobStatus(row.text("status")),
        is_awaited=row.flag("is_awaited"),
        attempt=row.integer("attempt"),
        result=row.text("result"),
        error=row.text("error"),
        error_code=row.text("error_code"),
        created_at=row.time("created_at"),
        started_at=row.time_or_none("started_at"),
        ended_at=row.time_or_none("ended_at"),
    )


def of_task(task_id: UUID) -> Script[Sequence[Job]]:
    """Read the jobs of a task in the order in which they were made."""
    rows = yield Statement(
        "SELECT * FROM worker_jobs WHERE task_id = :task_id ORDER BY created_at, job_id",
        {"task_id": task_id},
    )
    return [job(row) for row in rows]


def make(lease: Lease, new: Job, seats: int) -> Script[Job]:
    """Store a job, or return the one that is there under its id; its worker has `seats`.

    Raises:
        LeaseLostError: the task is not ours any more.
    """
    yield from tasks.hold(lease, new.created_at, tracked=True)
    yield from furnish(new.worker_id, seats)
    yield insert(
        "worker_jobs",
        {
            "job_id": new.job_id,
            "task_id": new.task_id,
            "worker_id": new.worker_id,
            "instruction": new.instruction,
            "metadata": new.metadata,
            "status": JobStatus.QUEUED,
            "is_awaited": new.is_awaited,
            "created_at": new.created_at,
        },
        on_conflict="ON CONFLICT (job_id) DO NOTHING",
    )
    rows = yield Statement(
        "SELECT * FROM worker_jobs WHERE job_id = :job_id", {"job_id": new.job_id}
    )
    yield Statement(
        "UPDATE tasks SET assigned_worker_id = :worker_id WHERE task_id = :task_id",
        {"worker_id": new.worker_id, "task_id": new.task_id},
    )
    return job(rows[0])


def furnish(worker_id: str, seats: int) -> Script[None]:
    """Make sure that a worker has its seats, and no more than these once they are free."""
    slots = tuple(f"{worker_id}/{number}" for number in range(seats))
    for slot_id in slots:
        yield insert(
            "worker_slots",
            {"slot_id": slot_id, "worker_id": worker_id},
            on_conflict="ON CONFLICT (slot_id) DO NOTHING",
        )
    names, parameters = in_list("slot", slots)
    yield Statement(
        f"DELETE FROM worker_slots WHERE worker_id = :worker_id AND job_id IS NULL "  # noqa: S608
        f"AND slot_id NOT IN ({names})",
        {"worker_id": worker_id, **parameters},
    )


TAKE = """
UPDATE worker_slots SET job_id = :job_id, lease_until = :lease_until, lease_owner = :owner
WHERE slot_id = (
    SELECT slot_id FROM worker_slots
    WHERE worker_id = :worker_id
      AND (job_id IS NULL OR job_id = :job_id OR lease_until <= :now)
    ORDER BY CASE WHEN job_id = :job_id THEN 0 ELSE 1 END, slot_id
    LIMIT 1 /*skip locked*/
)
RETURNING slot_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """For whom a seat is taken, and until when."""

    job_id: UUID
    worker_id: str
    owner: str
    lease_until: datetime


def take_seat(seat: Seat, now: datetime) -> Script[bool]:
    """Take a free seat in one conditional update; False where all are taken."""
    rows = yield Statement(
        TAKE,
        {
            "job_id": seat.job_id,
            "worker_id": seat.worker_id,
            "owner": seat.owner,
            "lease_until": seat.lease_until,
            "now": now,
        },
    )
    return bool(rows)


def keep_seats(task_id: UUID, lease_until: datetime) -> Script[None]:
    """Renew the seats of a task's jobs, together with the task's own lease."""
    yield Statement(
        "UPDATE worker_slots SET lease_until = :lease_until WHERE job_id IN "
        "(SELECT job_id FROM worker_jobs WHERE task_id = :task_id AND status = 'running')",
        {"task_id": task_id, "lease_until": lease_until},
    )


def free_seat(job_id: UUID) -> Script[None]:
    """Free the seat of a job; harmless where it has none."""
    yield Statement(
        "UPDATE worker_slots SET job_id = NULL, lease_until = NULL, lease_owner = '' "
        "WHERE job_id = :job_id",
        {"job_id": job_id},
    )


def free_seats_of(owner: str) -> Script[int]:
    """Free the seats of an owner who is known to be gone; return how many there were."""
    rows = yield Statement(
        "UPDATE worker_slots SET job_id = NULL, lease_until = NULL, lease_owner = '' "
        "WHERE lease_owner = :owner RETURNING slot_id",
        {"owner": owner},
    )
    return len(rows)


def count_taken(now: datetime) -> Script[dict[str, int]]:
    """Count the taken seats of each worker."""
    rows = yield Statement(
        "SELECT worker_id, COUNT(*) AS n FROM worker_slots "
        "WHERE job_id IS NOT NULL AND lease_until > :now GROUP BY worker_id",
        {"now": now},
    )
    return {row.text("worker_id"): row.integer("n") for row in rows}


def start(lease: Lease, job_id: UUID, now: datetime) -> Script[None]:
    """Store that a job is being done.

    Raises:
        LeaseLostError: the task is not ours any more.
    """
    yield from tasks.hold(lease, now)
    yield Statement(
        "UPDATE worker_jobs SET status = 'running', attempt = attempt + 1, "
        "started_at = COALESCE(started_at, :now) "
        "WHERE job_id = :job_id AND status IN ('queued', 'running')",
        {"job_id": job_id, "now": now},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOutcome:
    """What came of a job."""

    status: JobStatus
    result: str = ""
    error: str = ""
    error_code: str = ""


def end(lease: Lease, job_id: UUID, outcome: JobOutcome, now: datetime) -> Script[None]:
    """Store what came of a job and free its seat; the first outcome stays.

    Raises:
        LeaseLostError: the task is not ours any more; the outcome must be discarded.
    """
    yield from tasks.hold(lease, now)
    yield Statement(
        "UPDATE worker_jobs SET status = :status, result = :result, error = :error, "
        "error_code = :error_code, ended_at = :now "
        "WHERE job_id = :job_id AND status IN ('queued', 'running')",
        {
            "job_id": job_id,
            "status": outcome.status,
            "result": outcome.result,
            "error": outcome.error,
            "error_code": outcome.error_code,
            "now": now,
        },
    )
    yield from free_seat(job_id)


def end_open(task_id: UUID, now: datetime) -> Script[None]:
    """Cancel what is still open when its task ends, and free the seats."""
    if not (yield from of_task(task_id)):
        return  # as of most tasks
    yield Statement(
        "UPDATE worker_slots SET job_id = NULL, lease_until = NULL, lease_owner = '' "
        "WHERE job_id IN (SELECT job_id FROM worker_jobs WHERE task_id = :task_id)",
        {"task_id": task_id},
    )
    yield Statement(
        "UPDATE worker_jobs SET status = 'cancelled', error = 'the task ended', ended_at = :now "
        "WHERE task_id = :task_id AND status IN ('queued', 'running')",
        {"task_id": task_id, "now": now},
    )
