"""What the Manager needs of its workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class DispatchError(StrEnum):
    """Why a dispatch gave no result; values that the model can act on."""

    WORKER_NOT_FOUND = "worker_not_found"
    WORKER_BUSY = "worker_busy"
    WORKER_FAILED = "worker_failed"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerInfo:
    """A worker as the Manager sees it; `trouble` says why one that is not healthy is not."""

    worker_id: str
    description: str
    capabilities: tuple[str, ...]
    is_healthy: bool
    free_slots: int
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """What a worker is asked; `metadata` is a JSON object as text."""

    worker_id: str
    instruction: str
    metadata: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkResult:
    """What came of a dispatch; the same shape whether it succeeded, failed or still runs."""

    ok: bool
    task_id: str
    worker_id: str
    result: str = ""
    summary: str = ""
    error: DispatchError | None = None
    message: str = ""


class Crew(Protocol):
    """The workers on which one Manager run may call."""

    async def roster(self) -> Sequence[WorkerInfo]:
        """Return who there is and who is free."""

    async def dispatch(self, order: WorkOrder, step_id: str, *, wait: bool) -> WorkResult:
        """Hand out work; `step_id` makes it the same work when it is handed out again.

        With `wait` it returns the outcome, else at once. Failures are results, not exceptions.
        """

    async def result_of(self, job_id: str) -> WorkResult:
        """Wait for a job that was handed out in this run and return its outcome."""

    @property
    def has_unseen(self) -> bool:
        """Whether `unfinished` has outcomes to return."""

    async def unfinished(self) -> Sequence[WorkResult]:
        """Wait for all jobs whose outcome the Manager has not seen, and return the outcomes.

        What the journal has told it, in this attempt or an earlier one, it has seen: told again,
        it would answer anew what it has answered.
        """
