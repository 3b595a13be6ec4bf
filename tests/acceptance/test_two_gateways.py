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
from tests.doubles.gateway_process import LOOK_AGAIN_SECONDS, UP, GatewayProcess
from workers.groups import plain_group

INSTANTS = 1_000
SPREAD = timedelta(seconds=25)  # over which they are due
FIRST_IN = timedelta(seconds=3)
SHORTEST_LIFE, LONGEST_LIFE = 1.5, 3.0  # seconds from a start to the kill
FIRED_WITHIN_SECONDS = 90
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
    """1,000 instants in 25 seconds; every few seconds one of the two dies and is started again."""
    async with (
        open_database(postgres_url) as database,
        two_gateways(tmp_path, postgres_url) as gateways,
    ):
        await lay_out(database, INSTANTS)
        kills = await kill_while_it_lasts(gateways, database, INSTANTS)
        found = await outcome(gateways, database)

    assert (found.instants, found.ticks) == (INSTANTS, INSTANTS)
    assert (found.tasks, found.lanes) == (INSTANTS, INSTANTS)
    assert all(looks > 0 for looks in found.looks)
    assert kills >= 3  # at least; on an idle machine there are about ten


async def test_without_its_ticks_two_gateways_fire_instants_twice(
    tmp_path: Path, postgres_url: str
) -> None:
    """The test above fails where the mechanism is off: here nobody even dies."""
    async with open_database(postgres_url) as database:
        for index in INDEXES:
            await query(database, f"DROP INDEX {index}")
        off = {WITHOUT: "ticks"}
        async with two_gateways(tmp_path, postgres_url, MOVED, off) as gateways:
            await lay_out(database, 200, spread=timedelta(seconds=4))
            await all_fired(database, 200)
            found = await outcome(gateways, database)

    assert found.instants == found.lanes == 200
    assert found.ticks > found.instants
    assert found.tasks > found.lanes


@asynccontextmanager
async def two_gateways(
    folder: Path,
    database_url: str,
    command: Sequence[str] = UP,
    told: Mapping[str, str] | None = None,
) -> AsyncIterator[Sequence[GatewayProcess]]:
    """Start two gateways on one database, in which nothing is worked on but all is put in."""
    environment = {"CREWDESK_DATABASE_URL": database_url, **(told or {})}
    gateways = [
        GatewayProcess(folder / name / "data", environment, command=command)
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


async def lay_out(database: Database, instants: int, *, spread: timedelta = SPREAD) -> None:
    """Store schedules that are due one after the other, soon."""
    now = SystemClock().now()

    def script() -> Script[None]:
        for number in range(instants):
            due = now + FIRST_IN + spread * number / instants
            at = due.replace(microsecond=0)
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


async def kill_while_it_lasts(
    gateways: Sequence[GatewayProcess], database: Database, instants: int
) -> int:
    """Kill one gateway after the other until all instants have fired; return how often."""
    dice, kills = random.Random(20260105), 0  # noqa: S311 - repeatable on purpose
    async with asyncio.timeout(FIRED_WITHIN_SECONDS):
        while await fired(database) < instants:
            victim = gateways[kills % len(gateways)]
            await asyncio.sleep(dice.uniform(SHORTEST_LIFE, LONGEST_LIFE))
            await victim.kill()
            await victim.start()
            kills += 1
    return kills


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
