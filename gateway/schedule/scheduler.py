"""The scheduler's loop: looks at the clock and has fire what is due."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from gateway.clock import Clock
from gateway.errors import ConflictError, StoreError
from gateway.inbox import Inbox
from gateway.schedule.firing import TRIMMED, Fired, fire_due, set_back
from gateway.store.database import Database
from gateway.wakeup import Wakeup

AT_ONCE = 50  # schedules in one transaction, so that others get to write between
LOOK_AGAIN = timedelta(seconds=30)  # a clock that jumped or a machine that slept shows then

logger = structlog.get_logger(__name__)


class Alarm(Protocol):
    """Wakes somebody after a while; never blocks."""

    def ring_in(self, wait: timedelta) -> None:
        """Ring after `wait`, and not at the time that was set before."""


AlarmLoader = Callable[[], Callable[[Wakeup], AbstractContextManager[Alarm]]]
"""Imports what an alarm needs and returns what opens one; called in a thread."""


class Chore(Protocol):
    """Something else that waits for its time."""

    async def do_due(self, now: datetime) -> datetime | None:
        """Do what is due and return when the next of it is; None where nothing waits."""


class Scheduler:
    """Fires schedules; several of it may run over one database."""

    def __init__(
        self, database: Database, clock: Clock, inbox: Inbox, chores: tuple[Chore, ...] = ()
    ) -> None:
        self._database = database
        self._clock = clock
        self._inbox = inbox
        self._chores = chores
        self._seen: datetime | None = None  # the wall clock at the last look
        self.wakeup = Wakeup()

    def changed(self, *, has_run: bool) -> None:
        """Take note that a schedule was made or changed, and whether a run was put in."""
        if has_run:
            self._inbox.submitted()
        self.wakeup.call()

    async def run(self, load_alarm: AlarmLoader) -> None:
        """Look at the clock until cancelled; the alarm is loaded once something is scheduled."""
        while (wait := await self._wait()) is None:
            await self.wakeup.wait(LOOK_AGAIN.total_seconds())
        open_alarm = await asyncio.to_thread(load_alarm)
        with open_alarm(self.wakeup) as alarm:
            while True:
                alarm.ring_in(LOOK_AGAIN if wait is None else wait)
                await self.wakeup.wait(LOOK_AGAIN.total_seconds())
                wait = await self._wait()

    async def _wait(self) -> timedelta | None:
        """Fire what is due; return how long nothing else will be, None where nothing waits."""
        try:
            nearest = await self.look()
        except StoreError as error:
            logger.warning("schedules_put_off", error=str(error))
            return LOOK_AGAIN
        except Exception:  # the next look may go well, and the gateway goes on meanwhile
            logger.exception("schedules_failed")
            return LOOK_AGAIN
        if nearest is None:
            return None
        return min(max(nearest - self._clock.now(), timedelta()), LOOK_AGAIN)

    async def look(self) -> datetime | None:
        """Fire what is due now; return when something is due next.

        Raises:
            StoreUnavailableError: nothing more was fired.
        """
        now = self._clock.now()
        if self._seen is None or now < self._seen - TRIMMED:
            await self._set_back(now)
        self._seen = now
        nearest = await self._fire_all(now)
        for chore in self._chores:
            due = await chore.do_due(now)
            nearest = min((one for one in (nearest, due) if one is not None), default=None)
        return nearest

    async def _fire_all(self, now: datetime) -> datetime | None:
        submitted = 0
        while True:
            try:
                fired = await self._fire(now)
            except ConflictError:  # another process put the same run in: look again
                continue
            submitted += fired.submitted
            if fired.submitted:
                self._inbox.submitted()
            if fired.looked_at < AT_ONCE:
                break
        if submitted:
            logger.info("schedules_fired", tasks=submitted)
        return fired.nearest

    async def _fire(self, now: datetime) -> Fired:
        return await self._database.transact("fire_due", lambda: fire_due(now, AT_ONCE))

    async def _set_back(self, now: datetime) -> None:
        """Reckon anew what a clock ahead of this one has reckoned."""
        found = 0
        while some := await self._database.transact("set_back", lambda: set_back(now, AT_ONCE)):
            found += some
        if found:
            logger.warning("clock_was_set_back", schedules=found)
