"""Callers may be cancelled at any moment: nothing hangs, nothing leaks, nothing is half-written."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from tortoise.transactions import in_transaction

from gateway.store.database import Database
from gateway.store.postgres import POOL_SIZE
from gateway.store.statement import Script, insert
from gateway.store.tables import TimelineEvent
from tests.doubles.clock import START
from tests.doubles.databases import open_database, query

CANCELLATIONS = 10_000
CALLERS = 400  # at a time
MOST_TURNS = 30  # of the event loop, before a caller is cancelled
ANSWER_SECONDS = 3.0
SEED = 20_260_105


def write_pair(task_id: UUID) -> Script[None]:
    """Write two rows that belong together."""
    for event_no in (1, 2):
        values = {"task_id": task_id, "event_no": event_no, "name": "x", "created_at": START}
        yield insert("timeline_events", values)


class Callers:
    """Work for callers: pairs of rows to be written, and the same pairs to be read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._chance = random.Random(SEED)  # noqa: S311 - for variety, not for secrets
        self._pairs = 0

    async def write(self) -> None:
        """Write a pair."""
        self._pairs += 1
        task_id = UUID(int=self._pairs)
        await self._database.transact("pair", lambda: write_pair(task_id))

    async def read(self) -> None:
        """Read a pair that may be written just now: both of its rows are there or none."""
        task_id = UUID(int=self._pairs)
        found = await self._database.read(lambda: TimelineEvent.filter(task_id=task_id).count())
        assert found in {0, 2}

    async def storm(self) -> int:
        """Cancel many callers side by side; return how many had no answer by then."""
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(self._cancelled()) for _ in range(CALLERS)]
        return sum(one.result() for one in running)

    async def _cancelled(self) -> bool:
        call = self.write if self._chance.random() < 0.5 else self.read
        return await cancelled_after(self._chance.randrange(MOST_TURNS), call)

    async def answered_in_time(self) -> None:
        """Let callers that nobody cancels work, more of them than there are connections."""
        async with asyncio.timeout(ANSWER_SECONDS), asyncio.TaskGroup() as group:
            for _ in range(2 * POOL_SIZE):
                group.create_task(self.write())
                group.create_task(self.read())


async def cancelled_after(turns: int, call: Callable[[], Awaitable[None]]) -> bool:
    """Cancel a call after some turns of the loop; return whether it had no answer by then."""

    async def caller() -> None:
        await call()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(caller())
        for _ in range(turns):
            await asyncio.sleep(0)
        return task.cancel()


async def half_written(database: Database) -> int:
    """Count the pairs of which only one row is there."""
    rows = await query(
        database, "SELECT task_id FROM timeline_events GROUP BY task_id HAVING COUNT(*) <> 2"
    )
    return len(rows)


async def stuck_connections(database: Database) -> int:
    """Count the connections to PostgreSQL that began something which nobody ends."""
    if database.url.startswith("sqlite"):
        return 0  # its only ones have just answered
    rows = await query(
        database,
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'",
    )
    return len(rows)


async def test_nothing_hangs_after_ten_thousand_cancellations(database: Database) -> None:
    """Whoever comes after such callers is answered at once, and sees whole pairs only."""
    callers = Callers(database)

    cancelled = 0
    while cancelled < CANCELLATIONS:
        cancelled += await callers.storm()
        await callers.answered_in_time()

    assert await half_written(database) == 0
    assert await stuck_connections(database) == 0


async def unshielded() -> None:
    """Do what the helper exists to prevent: a transaction of the ORM in the caller's own task."""
    async with in_transaction() as connection:
        await connection.execute_query("SELECT 1")


async def test_unshielded_transactions_do_hang(sqlite_database_url: str) -> None:
    """The negative control: without the helper the same cancellations block the database."""
    chance = random.Random(SEED)  # noqa: S311 - as above

    async def cancel_until_it_hangs() -> None:
        for _ in range(CANCELLATIONS):
            await cancelled_after(chance.randrange(MOST_TURNS), unshielded)
            async with asyncio.timeout(1.0):
                await unshielded()

    async with open_database(sqlite_database_url) as database:
        await database.read(TimelineEvent.first)  # which loads the ORM
        with pytest.raises(TimeoutError):
            await cancel_until_it_hangs()
