"""Schedules: 500 that are due at once, and what 10,000 that are not due cost."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from gateway.clock import SystemClock
from gateway.config.sections import InboxSettings
from gateway.inbox import Inbox
from gateway.schedule.scheduler import LOOK_AGAIN, Scheduler
from gateway.store import schedules
from gateway.store.database import Database
from gateway.store.schedules import ScheduleKind
from gateway.store.statement import Script
from tests.bench.table import Measure, at_most
from tests.contract.schedule.kit import new_schedule
from tests.doubles.databases import open_database, query

IDLE = 10_000
DUE = 500
LOOKS = 200
HOUR = timedelta(hours=1)
ROUNDS = 3


class WrongCountError(AssertionError):
    """Schedules fired twice, or not at all."""


async def measure_schedules(folder: Path) -> list[Measure]:
    """Measure both on one SQLite database, the second with the first beside it."""
    clock = SystemClock()
    async with open_database(f"sqlite://{folder / 'schedules.db'}") as database:
        inbox = Inbox(database, clock, InboxSettings(), owner="bench")
        scheduler = Scheduler(database, clock, inbox)
        await _add(database, IDLE, clock.now() + HOUR)
        idle_ms = await _idle(scheduler)
        waits = []
        for number in range(1, ROUNDS + 1):
            await _add(database, DUE, clock.now())
            waits.append(await _fire(scheduler, database, number * DUE))
    return [
        Measure(
            name=f"schedules: {DUE} due in one second, until the last task is in the inbox",
            unit="ms",
            ours=max(waits) * 1000,
            target=at_most(1000),
        ),
        Measure(name=f"schedules: one look at {IDLE:,} idle ones", unit="ms", ours=idle_ms),
        Measure(
            name=f"schedules: {IDLE:,} idle ones, share of a processor",
            unit="%",
            ours=idle_ms / LOOK_AGAIN.total_seconds() / 10,
            target=at_most(0.1),
        ),
    ]


async def _add(database: Database, how_many: int, due: datetime) -> None:
    def script() -> Script[None]:
        for _ in range(how_many):
            one = new_schedule("1h", ScheduleKind.INTERVAL, now=due - HOUR)
            yield from schedules.add(replace(one, next_fire_at=due), [])

    await database.transact("add", script)


async def _idle(scheduler: Scheduler) -> float:
    """Return the processor time of one look at the clock, in milliseconds."""
    await scheduler.look()
    began = time.process_time()
    for _ in range(LOOKS):
        await scheduler.look()
    return (time.process_time() - began) * 1000 / LOOKS


async def _fire(scheduler: Scheduler, database: Database, so_far: int) -> float:
    """Fire what is due and return how long it took until all of it was stored, in seconds."""
    began = time.perf_counter()
    await scheduler.look()
    took = time.perf_counter() - began
    rows = await query(database, "SELECT COUNT(*) AS n FROM tasks WHERE source = 'cron'")
    if rows[0].integer("n") != so_far:
        raise WrongCountError(f"{rows[0].integer('n')} tasks of {so_far}")
    return took
