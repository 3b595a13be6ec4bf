"""Two gateways on one PostgreSQL database fire each due instant once, also while they die."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from gateway.clock import SystemClock
from gateway.store import schedules, settings
from gateway.store.database import Database
from gateway.store.schedules import OverlapPolicy, ScheduleKind
from gateway.store.statement import Script
from tests.acceptance.moved_gateway import MOVED, WITHOUT
from tests.contract.schedule.kit import new_schedule
from tests.doubles.databases import open_database, query
from tests.doubles.gateway_process import LOOK_AGAIN_SECONDS, GatewayProcess
from workers.groups import plain_group

WAVES, INSTANTS = 10, 100  # in all 1,000
SPREAD = timedelta(seconds=2)  # over which those of a wave are due
SOONEST_KILL, LATEST_KILL = 0.2, 2.0  # seconds after a wave began
FIRED_WITHIN_SECONDS = 60  # a wave
INDEXES = ("one_tick_per_instant", "one_task_per_event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is in the database in the end, and how often each gateway fired something."""

    instants: int  # that have a tick
    ticks: int
    tasks: int
    lanes: int  # of those tasks: one for each schedule
    looks: Sequence[int]


async def test_two_gateways_fire_each_instant_once_while_one_after_the_other_is_killed(
    tmp_path: Path, postgres_url: str
) -> None:
    """1,000 instants; every two seconds of them one of the two dies, and is started again."""
    dice = random.Random(20260105)  # noqa: S311 - repeatable on purpose
    async with (
        open_database(postgres_url) as database,
        two_gateways(tmp_path, postgres_url) as gateways,
    ):
        for wave in range(1, WAVES + 1):
            victim = gateways[wave % 2]
            await lay_out(database, INSTANTS)
            await asyncio.sleep(dice.uniform(SOONEST_KILL, LATEST_KILL))
            await victim.kill()
            await victim.start()
            await all_fired(database, wave * INSTANTS)
        found = await outcome(gateways, database)

    everything = WAVES * INSTANTS
    assert (found.instants, found.ticks) == (everything, everything)
    assert (found.tasks, found.lanes) == (everything, everything)
    assert all(looks > 0 for looks in found.looks)


async def test_without_its_ticks_two_gateways_fire_instants_twice(
    tmp_path: Path, postgres_url: str
) -> None:
    """The test above fails where the mechanism is off: here nobody even dies."""
    async with open_database(postgres_url) as database:
        for index in INDEXES:
            await query(database, f"DROP INDEX {index}")
        off = {WITHOUT: "ticks"}
        async with two_gateways(tmp_path, postgres_url, off) as gateways:
            await lay_out(database, INSTANTS)
            await all_fired(database, INSTANTS)
            found = await outcome(gateways, database)

    assert found.instants == found.lanes == INSTANTS
    assert found.ticks > found.instants
    assert found.tasks > found.lanes


@asynccontextmanager
async def two_gateways(
    folder: Path,
    database_url: str,
    told: Mapping[str, str] | None = None,
) -> AsyncIterator[Sequence[GatewayProcess]]:
    """Start two gateways on one database, in which nothing is worked on but all is put in.

    They look at the clock often, since nobody tells them that schedules are laid out.
    """
    environment = {"CREWDESK_DATABASE_URL": database_url, **(told or {})}
    gateways = [
        GatewayProcess(folder / name / "data", environment, command=MOVED)
        for name in ("one", "two")
    ]
    async with open_database(database_url) as database:
        await database.transact("pause", lambda: settings.pause(is_paused=True))
    try:
        async with plain_group() as group:
            for gateway in gateways:
                group.create_task(gateway.start())
        yield gateways
    finally:
        for gateway in gateways:
            await gateway.kill()


async def lay_out(database: Database, instants: int) -> None:
    """Store schedules that are due one after the other, from now on."""
    now = SystemClock().now()

    def script() -> Script[None]:
        for number in range(1, instants + 1):
            at = now + SPREAD * number / instants
            one = new_schedule(at.isoformat(), ScheduleKind.ONCE, now=now)
            # An open run would hide a second one, were it not to queue.
            one = replace(one, next_fire_at=at, overlap=OverlapPolicy.QUEUE)
            yield from schedules.add(one, [])

    await database.transact("lay_out", script)


async def fired(database: Database) -> int:
    """Count the instants that have a tick."""
    rows = await query(database, "SELECT COUNT(DISTINCT schedule_id) AS n FROM schedule_ticks")
    return rows[0].integer("n")


async def all_fired(database: Database, instants: int) -> None:
    """Wait until every instant has a tick."""
    async with asyncio.timeout(FIRED_WITHIN_SECONDS):
        # In other processes, so there is no event to wait for.
        while await fired(database) < instants:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def outcome(gateways: Sequence[GatewayProcess], database: Database) -> Outcome:
    """Let both look once more, which a start does at once, and count."""
    for gateway in gateways:
        await gateway.kill()
        await gateway.start()
    rows = await query(
        database,
        "SELECT COUNT(DISTINCT (schedule_id, due_at)) AS instants, COUNT(*) AS ticks "
        "FROM schedule_ticks WHERE state = 'fired'",
    )
    tasks = await query(
        database,
        "SELECT COUNT(*) AS tasks, COUNT(DISTINCT lane) AS lanes FROM tasks WHERE source = 'cron'",
    )
    return Outcome(
        instants=rows[0].integer("instants"),
        ticks=rows[0].integer("ticks"),
        tasks=tasks[0].integer("tasks"),
        lanes=tasks[0].integer("lanes"),
        looks=[len(gateway.log("schedules_fired")) for gateway in gateways],
    )
