"""Transactions on PostgreSQL: each in a task of its own that nobody can cancel."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TypeVar

import asyncpg

from gateway.errors import ConflictError, StoreUnavailableError
from gateway.store.statement import Row, Script, Statement, numbered
from gateway.store.uncancelled import Uncancelled

T = TypeVar("T")

POOL_SIZE = 10  # connections
STATEMENT_TIMEOUT = timedelta(seconds=30)
RETRIES = 5  # of a transaction that the server asks to run again

_PASSING = (
    asyncpg.exceptions.SerializationError,
    asyncpg.exceptions.DeadlockDetectedError,
)
_GONE = (
    OSError,
    TimeoutError,
    asyncpg.exceptions.PostgresConnectionError,
    asyncpg.exceptions.InterfaceError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
)


class PostgresWriter:
    """Runs scripts as transactions over a pool of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stack = AsyncExitStack()
        self._work = Uncancelled()
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Connect.

        Raises:
            StoreUnavailableError: there is no server, or it refuses us.
        """
        try:
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=1,
                max_size=POOL_SIZE,
                command_timeout=STATEMENT_TIMEOUT.total_seconds(),
            )
        except (*_GONE, asyncpg.PostgresError) as error:
            raise StoreUnavailableError(f"cannot reach PostgreSQL: {error}") from error
        self._stack.push_async_callback(self._pool.close)
        await self._stack.enter_async_context(self._work)

    async def close(self) -> None:
        """Wait for what runs, then disconnect."""
        await self._stack.aclose()

    async def transact(self, script: Callable[[], Script[T]]) -> T:
        """Run one script and return its value after its commit.

        Raises:
            ConflictError: a unique index refused it; nothing of it was kept.
            StoreUnavailableError: the server is gone. The commit may have happened, so callers
                repeat under the same unique keys.
        """
        return await self._work.run(lambda: self._attempt(script))

    async def _attempt(self, script: Callable[[], Script[T]]) -> T:
        for attempt in range(1, RETRIES + 1):
            try:
                return await self._once(script)
            except asyncpg.exceptions.UniqueViolationError as error:
                raise ConflictError(str(error)) from error
            except _PASSING as error:
                if attempt == RETRIES:
                    raise StoreUnavailableError(str(error)) from error
                await asyncio.sleep(0)
            except _GONE as error:
                raise StoreUnavailableError(f"PostgreSQL is gone: {error!r}") from error
        raise AssertionError("unreachable")

    async def _once(self, script: Callable[[], Script[T]]) -> T:
        if self._pool is None:
            raise StoreUnavailableError("the database is not open")
        async with self._pool.acquire() as connection, connection.transaction():
            return await _drive(connection, script())


async def _drive(
    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", script: Script[T]
) -> T:
    try:
        statement = next(script)
        while True:
            statement = script.send(await _execute(connection, statement))
    except StopIteration as stop:
        value: T = stop.value
        return value


async def _execute(
    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", statement: Statement
) -> list[Row]:
    sql, names = numbered(statement.sql)
    locking = sql.replace("/*skip locked*/", "FOR UPDATE SKIP LOCKED")
    records = await connection.fetch(locking, *(statement.parameters[name] for name in names))
    return [Row(dict(record)) for record in records]
