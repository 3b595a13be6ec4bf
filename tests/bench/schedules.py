"""Schedules: 500 that are due in the same second, and what 10,000 that are not due cost."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from gateway.app import load_alarm
from gateway.clock import SystemClock
from gateway.config.sections import InboxSettings
from gateway.inbox import Inbox
from gateway.schedule.scheduler import AT_ONCE, Scheduler
from gateway.store import schedules
from gateway.store.database import Database
from gateway.store.schedules import ScheduleKind
from gateway.store.statement import Script
from tests.bench.process import processor_seconds
from tests.bench.table import Measure, at_most
from tests.contract.schedule.kit import new_schedule
from tests.doubles.databases import open_database, query
from tests.doubles.gateway_process import GatewayProcess
from workers.groups import plain_group

IDLE = 10_000
DUE = 500
LOOKS = 200
HOUR = timedelta(hours=1)
ROUNDS = 3
DUE_IN = timedelta(seconds=2)
SETTLE_SECONDS = 5.0
STILL_STARTING = 1.0  # percent of a processor
WATCHED_SECONDS = 90.0  # three of the looks that the clock is given anyway, and more
PERCENTILE = 0.99


class WrongCountError(AssertionError):
    """Schedules fired twice, or not at all."""


async def measure_schedules(folder: Path) -> list[Measure]:
    """Measure punctuality with the idle ones beside it, then idle processes."""
    waits, look_ms = await _punctuality(folder / "due.db")
    without, with_them = await _idle_processes(folder)
    return [
        Measure(
            name=f"schedules: {DUE} due in one second, from due to submitted, p99",
            unit="ms",
            ours=max(waits) * 1000,
            target=at_most(1000),
        ),
        Measure(name=f"schedules: one look at {IDLE:,} idle ones", unit="ms", ours=look_ms),
        Measure(
            name="schedules: an idle gateway without any, share of a processor",
            unit="%",
            ours=without,
        ),
        Measure(
            name=f"schedules: what {IDLE:,} idle ones add to it",
            unit="%",
            ours=max(with_them - without, 0.0),
            target=at_most(0.1),
        ),
    ]


@dataclass
class Stopwatch:
    """Notes when each transaction that fires something is committed; a `Probe`."""

    commits: list[datetime] = field(default_factory=list)

    def __call__(self, point: str) -> None:
        """Come to a point."""
        if point == "after:fire_due":
            self.commits.append(SystemClock().now())

    def wait_for(self, due: datetime) -> float:
        """Return within how many seconds of its time a task in a hundred was not submitted."""
        last = -(-round(DUE * PERCENTILE) // AT_ONCE) - 1  # that transaction held the last of them
        return (([at for at in self.commits if at >= due])[last] - due).total_seconds()


async def _punctuality(file: Path) -> tuple[Sequence[float], float]:
    """Let many schedules be due at once, by the loop with its alarm; return the waits."""
    clock, watch, waits = SystemClock(), Stopwatch(), []
    async with open_database(f"sqlite://{file}", probe=watch) as database:
        inbox = Inbox(database, clock, InboxSettings(), owner="bench")
        scheduler = Scheduler(database, clock, inbox)
        await _add(database, IDLE, clock.now() + HOUR)
        look_ms = await _look_ms(scheduler)
        async with plain_group() as group:
            running = group.create_task(scheduler.run(load_alarm))
            for number in range(1, ROUNDS + 1):
                due = clock.now() + DUE_IN
                await _add(database, DUE, due)
                scheduler.changed(has_run=False)
                await _submitted(database, inbox, number * DUE)
                waits.append(watch.wait_for(due))
            running.cancel()
    return waits, look_ms


async def _submitted(database: Database, inbox: Inbox, so_far: int) -> None:
    """Wait until so many tasks are in the inbox, and not one more."""
    while (found := await _count(database)) < so_far:
        await inbox.wakeup.wait(DUE_IN.total_seconds())
    if found != so_far:
        raise WrongCountError(f"{found} tasks of {so_far}")


async def _count(database: Database) -> int:
    rows = await query(database, "SELECT COUNT(*) AS n FROM tasks WHERE source = 'cron'")
    return rows[0].integer("n")


async def _add(database: Database, how_many: int, due: datetime) -> None:
    def script() -> Script[None]:
        for _ in range(how_many):
            one = new_schedule("1h", ScheduleKind.INTERVAL, now=due - HOUR)
            yield from schedules.add(replace(one, next_fire_at=due), [])

    await database.transact("add", script)


async def _look_ms(scheduler: Scheduler) -> float:
    """Return the processor time of one look at the clock, in milliseconds."""
    await scheduler.look()
    began = time.process_time()
    for _ in range(LOOKS):
        await scheduler.look()
    return (time.process_time() - began) * 1000 / LOOKS


async def _idle_processes(folder: Path) -> tuple[float, float]:
    """Return the share of a processor in % that two idle gateways use, the second with schedules.

    They run side by side, so whatever else the machine does happens to both.
    """
    idle = [
        GatewayProcess(folder / name / "data", {"CREWDESK_MODEL__NAME": "offline"})
        for name in ("without", "with")
    ]
    full = idle[1].data_dir / "crewdesk.db"
    full.parent.mkdir(parents=True)
    async with open_database(f"sqlite://{full}") as database:
        await _add(database, IDLE, SystemClock().now() + 24 * HOUR)
    async with idle[0], idle[1]:
        while max(await _shares(idle, SETTLE_SECONDS)) > STILL_STARTING:
            pass  # libraries are loaded after the first answer
        without, with_them = await _shares(idle, WATCHED_SECONDS)
    return without, with_them


async def _shares(gateways: Sequence[GatewayProcess], seconds: float) -> list[float]:
    """Return the share of a processor in % that each uses in the time to come."""
    before = [processor_seconds(one.pid) for one in gateways]
    await asyncio.sleep(seconds)
    after = [processor_seconds(one.pid) for one in gateways]
    return [(late - early) / seconds * 100 for early, late in zip(before, after, strict=True)]
