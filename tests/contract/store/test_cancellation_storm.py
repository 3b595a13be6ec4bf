"""Callers may be cancelled at any moment: nothing hangs, nothing leaks, nothing is half-written."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from tortoise.transactions import in_transaction

from gateway.store import timeline
from gateway.store.database import Database
from gateway.store.postgres import POOL_SIZE
from gateway.store.statement import Script
from gateway.store.tables import TimelineEvent
from tests.doubles.clock import START
from tests.doubles.databases import query

CANCELLATIONS = 10_000
CALLERS = 200  # at a time
ANSWER_SECONDS = 3.0
SEED = 20_260_105


def write_pair(task_id: UUID) -> Script[None]:
    """Write two rows that belong together."""
    yield from timeline.add(task_id, "first", {}, START)
    yield from timeline.add(task_id, "second", {}, START)


async def transact(database: Database) -> None:
    """Write a pair of rows."""
    task_id = uuid4()
    await database.transact("pair", lambda: write_pair(task_id))


async def read(database: Database) -> None:
    """Count rows through the ORM; a half-written pair would make an odd number."""
    assert await database.read(lambda: TimelineEvent.all().count()) % 2 == 0


async def cancelled_after(turns: int, call: Awaitable[None]) -> bool:
    """Cancel a call after some turns of the loop; return whether it had not ended by then."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_awaited(call))
        for _ in range(turns):
            await asyncio.sleep(0)
        return task.cancel()


async def _awaited(call: Awaitable[None]) -> None:
    await call


async def storm(database: Database, chance: random.Random) -> int:
    """Cancel many callers side by side; return how many were cancelled before their answer."""
    calls: list[Callable[[Database], Awaitable[None]]] = [
        transact if chance.random() < 0.5 else read for _ in range(CALLERS)
    ]
    async with asyncio.TaskGroup() as group:
        running = [
            group.create_task(cancelled_after(chance.randrange(30), call(database)))
            for call in calls
        ]
    return sum(one.result() for one in running)


async def test_nothing_hangs_after_ten_thousand_cancellations(database: Database) -> None:
    """Every later query answers at once, however the callers before it ended."""
    chance = random.Random(SEED)  # noqa: S311 - chance is for variety here, not for secrets

    cancelled = 0
    while cancelled < CANCELLATIONS:
        cancelled += await storm(database, chance)

    async with asyncio.timeout(ANSWER_SECONDS), asyncio.TaskGroup() as group:
        for _ in range(2 * POOL_SIZE):  # more than there are connections
            group.create_task(transact(database))
            group.create_task(read(database))
    assert await half_written(database) == 0
    assert await stuck_connections(database) == 0


async def half_written(database: Database) -> int:
    """Count the pairs of which only one row is there."""
    rows = await query(
        database, "SELECT task_id FROM timeline_events GROUP BY task_id HAVING COUNT(*) <> 2"
    )
    return len(rows)


async def stuck_connections(database: Database) -> int:
    """Count the connections to PostgreSQL that began something which nobody ends."""
    if database.url.startswith("sqlite"):
        return 0  # its one writer has just answered
    rows = await query(
        database,
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'",
    )
    return len(rows)


async def unshielded() -> None:
    """Do what the helper exists to prevent: a transaction of the ORM in the caller's own task."""
    async with in_transaction() as connection:
        await connection.execute_query("SELECT 1")


async def test_unshielded_transactions_do_hang(database: Database) -> None:
    """The negative control: without the helper the same cancellations block the database."""
    chance = random.Random(SEED)  # noqa: S311 - as above

    with pytest.raises(TimeoutError):
        for _ in range(CANCELLATIONS):
            await cancelled_after(chance.randrange(30), unshielded())
            async with asyncio.timeout(1.0):
                await unshielded()
