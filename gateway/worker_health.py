"""How the workers in this process fare, so that no work is handed to one that cannot do it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.clock import Clock
from souls.soul import Soul

FAILURES_IN_A_ROW = 3
REST = timedelta(minutes=10)  # after so many failures; then the worker is given work again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failing:
    """The failures since the last job that went well."""

    count: int
    last_at: datetime
    reason: str


class WorkerHealth:
    """The health check of in-process workers: their model can be called, their last jobs went well.

    `model_trouble` says why a model of that name (empty for the gateway's own choice) cannot be
    called, or nothing. What jobs came to is remembered while the process runs.
    """

    def __init__(self, clock: Clock, model_trouble: Callable[[str], str]) -> None:
        self._clock = clock
        self._model_trouble = model_trouble
        self._failing: dict[str, _Failing] = {}

    def trouble(self, soul: Soul) -> str:
        """Say why a worker should not be given work now; empty where it is well."""
        if trouble := self._model_trouble(soul.model or ""):
            return trouble
        failing = self._failing.get(soul.name)
        if failing is None or failing.count < FAILURES_IN_A_ROW:
            return ""
        if self._clock.now() - failing.last_at >= REST:
            return ""
        return f"its last {failing.count} jobs failed, the newest with: {failing.reason}"

    def succeeded(self, worker_id: str) -> None:
        """Take note of a job that went well."""
        self._failing.pop(worker_id, None)

    def failed(self, worker_id: str, reason: str) -> None:
        """Take note of a job that failed."""
        before = self._failing.get(worker_id)
        count = 1 if before is None else before.count + 1
        self._failing[worker_id] = _Failing(count=count, last_at=self._clock.now(), reason=reason)
