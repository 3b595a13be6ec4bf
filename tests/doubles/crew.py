"""A crew in memory."""

import asyncio
from collections.abc import Sequence

from manager.crew import DispatchError, WorkerInfo, WorkOrder, WorkResult

WORKER = WorkerInfo(
    worker_id="worker",
    description="does anything",
    capabilities=("general",),
    is_healthy=True,
    free_slots=2,
)


class MemoryCrew:
    """Implements `Crew` with one worker, whose work ends when the test says so.

    Work is done at once where `result` is given. `orders` are the jobs by the step that made them.
    """

    def __init__(self, result: str | None = None) -> None:
        self.orders: dict[str, WorkOrder] = {}
        self._changed = asyncio.Condition()
        self._result = result
        self._ended: dict[str, asyncio.Future[WorkResult]] = {}
        self._seen: set[str] = set()

    async def wait_for_jobs(self, count: int) -> None:
        """Return once so many jobs were handed out."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.orders) >= count)

    def end(self, job_id: str, result: str) -> None:
        """Let a job come to its result."""
        done = WorkResult(
            ok=True, task_id=job_id, worker_id="worker", result=result, summary=result
        )
        self._ended[job_id].set_result(done)

    async def roster(self) -> Sequence[WorkerInfo]:
        """See `Crew`."""
        return [WORKER]

    async def dispatch(self, order: WorkOrder, step_id: str, *, wait: bool) -> WorkResult:
        """See `Crew`; the job's id is the step's."""
        if order.worker_id != WORKER.worker_id:
            return _failure(step_id, order.worker_id, f"there is no {order.worker_id}")
        if step_id not in self.orders:
            self.orders[step_id] = order
            self._ended[step_id] = asyncio.get_running_loop().create_future()
            if self._result is not None:
                self.end(step_id, self._result)
        async with self._changed:
            self._changed.notify_all()
        if wait:
            return await self.result_of(step_id)
        return WorkResult(ok=True, task_id=step_id, worker_id=order.worker_id, message="begun")

    async def result_of(self, job_id: str) -> WorkResult:
        """See `Crew`."""
        if job_id not in self._ended:
            return _failure(job_id, "", "no work with this id was handed out")
        result = await self._ended[job_id]
        self._seen.add(job_id)
        return result

    @property
    def has_unseen(self) -> bool:
        """See `Crew`."""
        return bool(self._unseen())

    async def unfinished(self) -> Sequence[WorkResult]:
        """See `Crew`."""
        return [await self.result_of(job_id) for job_id in self._unseen()]

    def _unseen(self) -> list[str]:
        return [job_id for job_id in self._ended if job_id not in self._seen]


def _failure(job_id: str, worker_id: str, message: str) -> WorkResult:
    return WorkResult(
        ok=False,
        task_id=job_id,
        worker_id=worker_id,
        error=DispatchError.WORKER_NOT_FOUND,
        message=message,
    )
