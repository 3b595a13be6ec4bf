"""Short ways to make jobs, seats and sends."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from gateway.store.jobs import Job, JobStatus, Seat
from gateway.store.outbox import SendLease
from tests.doubles.clock import START

OWNER = "this-process"
WORKER = "worker"


def new_job(task_id: UUID, now: datetime, *, job_id: UUID | None = None) -> Job:
    """Return a job that is not stored yet."""
    return Job(
        job_id=job_id or uuid4(),
        task_id=task_id,
        worker_id=WORKER,
        instruction="count the lines",
        metadata="{}",
        status=JobStatus.QUEUED,
        is_awaited=False,
        attempt=0,
        result="",
        error="",
        error_code="",
        created_at=now,
        started_at=None,
        ended_at=None,
    )


def seat(job_id: UUID, *, owner: str = OWNER, since: datetime = START) -> Seat:
    """Return a seat for a job, for a minute."""
    return Seat(
        job_id=job_id, worker_id=WORKER, owner=owner, lease_until=since + timedelta(minutes=1)
    )


def send_lease(*, owner: str = OWNER, since: datetime = START) -> SendLease:
    """Return the right to send for a minute."""
    return SendLease(owner=owner, lease_until=since + timedelta(minutes=1))
