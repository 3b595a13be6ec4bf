"""Transactions on PostgreSQL: each in a task of its own that nobody can cancel."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar, cast
from uuid import UUID

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

_NUMBER = re.compile(r"\$(\d+)")
_TYPES = (
    (bool, "boolean"),  # before int, which it also is
    (int, "bigint"),
    (str, "text"),
    (datetime, "timestamptz"),
    (UUID, "uuid"),
)


class PostgresWriter:
    """Runs scripts as transactions over a pool of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stack = AsyncExitStack()
        self._work = Uncancelled()
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._is_open = False

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
        self._is_open = True

    async def close(self) -> None:
        """Wait for what runs, then disconnect."""
        self._is_open = False
        await self._stack.aclose()

    async def transact(
        self, script: Callable[[], Script[T]], told: Callable[[T | None], None] | None = None
    ) -> T:
        """Run one script and return its value after its commit; see `Writer`.

        Raises:
            ConflictError: an invariant of the schema refused it; nothing of it was kept.
            StoreUnavailableError: the server is gone, or the writer is not open. The commit may
                have happened, so callers repeat under the same unique keys.
        """
        if not self._is_open:
            if told is not None:
                told(None)
            raise StoreUnavailableError("the database is not open")
        return await self._work.run(lambda: self._attempt_and_tell(script, told))

    async def _attempt_and_tell(
        self, script: Callable[[], Script[T]], told: Callable[[T | None], None] | None
    ) -> T:
        value: T | None = None
        try:
            value = await self._attempt(script)
            return value
        finally:
            if told is not None:
                told(value)

    async def _attempt(self, script: Callable[[], Script[T]]) -> T:
        for attempt in range(1, RETRIES + 1):
            try:
                return await self._once(script)
            except asyncpg.exceptions.IntegrityConstraintViolationError as error:
                raise ConflictError(str(error)) from error
            except _PASSING as error:
                if attempt == RETRIES:
                    raise StoreUnavailableError(str(error)) from error
                await asyncio.sleep(0)
            except _GONE as error:
                raise StoreUnavailableError(f"PostgreSQL is gone: {error!r}") from error
        raise AssertionError("unreachable")

    async def _once(self, script: Callable[[], Script[T]]) -> T:
        pool = cast("asyncpg.Pool[asyncpg.Record]", self._pool)
        async with pool.acquire() as connection, connection.transaction():
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
    kinds = tuple((name, type(value)) for name, value in statement.parameters.items())
    sql, names = _worded(statement.sql, kinds)
    records = await connection.fetch(sql, *(statement.parameters[name] for name in names))
    return [Row(dict(record)) for record in records]


@lru_cache(maxsize=1024)
def _worded(sql: str, kinds: tuple[tuple[str, type], ...]) -> tuple[str, tuple[str, ...]]:
    """Say a statement in PostgreSQL's words: typed numbers for names, and its own locking.

    Without the types the server guesses them from each place where a parameter stands, and
    refuses one that stands in two places of different types, such as VARCHAR and TEXT.
    """
    plain, names = numbered(sql)
    types = dict(kinds)

    def typed(match: re.Match[str]) -> str:
        return match[0] + _cast(types[names[int(match[1]) - 1]])

    return _NUMBER.sub(typed, plain).replace("/*skip locked*/", "FOR UPDATE SKIP LOCKED"), names


def _cast(kind: type) -> str:
    return next((f"::{name}" for known, name in _TYPES if issubclass(kind, known)), "")
