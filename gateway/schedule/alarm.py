"""The alarm clock: APScheduler wakes the loop, and decides nothing.

It keeps one job, for the nearest due instant. What fires, and whether it fires, is decided by the
database alone. The library takes a tenth of a second to import.
"""

from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from gateway.wakeup import Wakeup

JOB = "nearest"


class ApschedulerAlarm:
    """An alarm that calls a wake-up; open it inside a running loop."""

    def __init__(self, wakeup: Wakeup) -> None:
        self._wakeup = wakeup
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def __enter__(self) -> Self:
        """Start the timer."""
        self._scheduler.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the timer."""
        self._scheduler.shutdown(wait=False)

    def ring_in(self, wait: timedelta) -> None:
        """Ring after `wait`, and not at the time that was set before."""
        at = datetime.now(UTC) + wait
        self._scheduler.add_job(
            self._ring, DateTrigger(at), id=JOB, replace_existing=True, misfire_grace_time=None
        )

    async def _ring(self) -> None:
        """Ring; a coroutine, since APScheduler runs plain functions in a thread."""
        self._wakeup.call()
