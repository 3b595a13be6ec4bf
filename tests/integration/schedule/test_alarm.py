"""The loop on the system's clock, woken by APScheduler."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.app import load_alarm
from gateway.clock import SystemClock
from gateway.config.sections import InboxSettings
from gateway.inbox import Inbox
from gateway.schedule.scheduler import LOOK_AGAIN, Scheduler
from gateway.store import schedules
from gateway.store.schedules import ScheduleKind
from gateway.wakeup import Wakeup
from tests.contract.schedule.kit import new_schedule
from tests.doubles.databases import SQLITE_PREFIX, open_database

PATIENCE_SECONDS = 10


async def test_the_alarm_rings_at_the_time_that_was_set_last() -> None:
    """A later call puts it off or brings it forward; there is one time only."""
    wakeup = Wakeup()
    with load_alarm()(wakeup) as alarm:
        alarm.ring_in(timedelta(hours=1))
        alarm.ring_in(timedelta(milliseconds=50))
        began = asyncio.get_running_loop().time()
        await wakeup.wait(PATIENCE_SECONDS)
        took = asyncio.get_running_loop().time() - began

    assert 0.04 < took < PATIENCE_SECONDS


async def test_a_schedule_fires_long_before_the_next_regular_look(tmp_path: Path) -> None:
    """The alarm is set for it, also where it is made while the loop waits."""
    clock = SystemClock()
    async with open_database(f"{SQLITE_PREFIX}{tmp_path / 'crewdesk.db'}") as database:
        inbox = Inbox(database, clock, InboxSettings(), owner="here")
        scheduler = Scheduler(database, clock, inbox)
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            running = group.create_task(scheduler.run(load_alarm))
            at = (clock.now() + timedelta(seconds=1)).isoformat()
            one = new_schedule(at, ScheduleKind.ONCE, now=clock.now())
            await database.transact("add", lambda: schedules.add(one, []))
            scheduler.changed(has_run=False)
            began = loop.time()
            while not await inbox.claim():
                await inbox.wakeup.wait(PATIENCE_SECONDS)
            took = loop.time() - began
            running.cancel()

    assert took < PATIENCE_SECONDS < LOOK_AGAIN.total_seconds()


@pytest.mark.parametrize("wait", [timedelta(), timedelta(seconds=-5)])
async def test_what_is_overdue_rings_at_once(wait: timedelta) -> None:
    """It is not taken for a job that was missed."""
    wakeup = Wakeup()
    with load_alarm()(wakeup) as alarm:
        alarm.ring_in(wait)
        began = asyncio.get_running_loop().time()
        await wakeup.wait(PATIENCE_SECONDS)

    assert asyncio.get_running_loop().time() - began < PATIENCE_SECONDS
