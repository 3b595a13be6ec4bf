"""The single writer of a SQLite database: a thread that commits waiting transactions together.

One `fsync` serves all transactions that wait at that moment (group commit), and each caller is
answered after the common commit. The thread knows no cancellation, so a caller that is cancelled
leaves nothing half-done. Where one of them fails, all are run again, in a savepoint each, so that
it takes nothing along; savepoints for all would double the cost of a batch, because SQLite then
keeps a copy of each page that it changes, beyond 64 KiB in a temporary file
(https://www.sqlite.org/tempfiles.html, "statement journal files").
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar, cast
from uuid import UUID

from gateway.errors import ConflictError, StoreUnavailableError
from gateway.store.statement import Parameters, Row, Script, Statement, Value

T = TypeVar("T")

BUSY_SECONDS = 5.0  # how long another one's lock is waited for
BUSY_PAUSE_SECONDS = 0.02  # where SQLite itself does not wait
PRAGMAS: Mapping[str, str | int] = {
    # Of a new file only. A commit writes each page that it changed, some twenty for a message, and
    # half of SQLite's usual size takes a tenth less time for that.
    "page_size": 2048,
    "journal_mode": "WAL",
    "synchronous": "FULL",  # an acknowledged message survives power loss
    "foreign_keys": "ON",
    "busy_timeout": int(BUSY_SECONDS * 1000),  # milliseconds
    "journal_size_limit": 67_108_864,  # bytes; the WAL file shrinks to this after a checkpoint
}
BATCH_LIMIT = 256  # transactions per commit
LEAST_VERSION = (3, 35, 0)  # RETURNING: https://www.sqlite.org/lang_returning.html


@dataclass(slots=True)
class _Job(Generic[T]):
    """A transaction that waits for its turn, and the caller that waits for it."""

    script: Callable[[], Script[T]]
    loop: asyncio.AbstractEventLoop
    outcome: "asyncio.Future[T]"
    told: Callable[[T | None], None] | None = None
    value: T | None = None
    error: Exception | None = field(default=None)

    def settle(self) -> None:
        """Answer the caller, unless it has left; first goes who is told, and what that begins."""
        if self.told is None:
            self._answer()
            return
        self.loop.call_soon(self.told, None if self.error else self.value)
        self.loop.call_soon(self._answer)

    def _answer(self) -> None:
        if self.outcome.done():
            return
        if self.error is not None:
            self.outcome.set_exception(self.error)
        else:
            self.outcome.set_result(cast(T, self.value))


class SqliteWriter:
    """Runs scripts as transactions; open it once per process and database."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: SimpleQueue[_Job[object] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="sqlite-writer", daemon=True)
        self._connection: sqlite3.Connection | None = None
        self._is_open = False

    async def open(self) -> None:
        """Connect and start the thread.

        Raises:
            StoreUnavailableError: the file cannot be opened.
        """
        try:
            self._connection = await asyncio.to_thread(connect, self._path)
        except sqlite3.Error as error:
            raise StoreUnavailableError(f"cannot open {self._path}: {error}") from error
        self._thread.start()
        self._is_open = True

    async def close(self) -> None:
        """Finish what waits, then end the thread."""
        self._is_open = False  # what came after the end mark would never be answered
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        if self._connection is not None:
            self._connection.close()

    async def transact(
        self, script: Callable[[], Script[T]], told: Callable[[T | None], None] | None = None
    ) -> T:
        """Run one script and return its value after its commit is on the disk; see `Writer`.

        Raises:
            ConflictError: an invariant of the schema refused it; nothing of it was kept.
            StoreUnavailableError: the disk is full, the file is locked or the writer is not open;
                nothing was kept.
        """
        if not self._is_open:
            if told is not None:
                told(None)
            raise StoreUnavailableError("the database is not open")
        loop = asyncio.get_running_loop()
        job: _Job[T] = _Job(script=script, loop=loop, outcome=loop.create_future(), told=told)
        self._jobs.put(cast("_Job[object]", job))
        return await job.outcome

    def _work(self) -> None:
        while (first := self._jobs.get()) is not None:
            batch = [first]
            stop = self._collect(batch)
            self._commit(batch)
            for loop in {job.loop for job in batch}:
                jobs = [job for job in batch if job.loop is loop]
                with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    loop.call_soon_threadsafe(_settle, jobs)
            if stop:
                return

    def _collect(self, batch: "list[_Job[object]]") -> bool:
        """Add what waits by now; return whether the end was asked for."""
        while len(batch) < BATCH_LIMIT:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return False
            if job is None:
                return True
            batch.append(job)
        return False

    def _commit(self, batch: "list[_Job[object]]") -> None:
        connection = cast(sqlite3.Connection, self._connection)
        try:
            connection.execute("BEGIN IMMEDIATE")
            if not _run_together(connection, batch):
                connection.execute("BEGIN IMMEDIATE")
                for job in batch:
                    _run(connection, job)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            reason = StoreUnavailableError(f"the database refused a commit: {error}")
            reason.__cause__ = error
            for job in batch:
                job.error = reason


def version() -> tuple[int, ...]:
    """Return the version of the SQLite library that Python uses."""
    return sqlite3.sqlite_version_info


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection in autocommit mode with the pragmas of this project."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    for name, value in PRAGMAS.items():
        _set(connection, name, value)
    return connection


def _set(connection: sqlite3.Connection, name: str, value: str | int) -> None:
    """Set a pragma, patiently: of two that turn a new file to WAL, SQLite refuses one at once."""
    given_up_at = time.monotonic() + BUSY_SECONDS
    while (refused := _refused(connection, f"PRAGMA {name}={value}")) is not None:
        if time.monotonic() > given_up_at:
            raise refused
        time.sleep(BUSY_PAUSE_SECONDS)


def _refused(connection: sqlite3.Connection, sql: str) -> sqlite3.OperationalError | None:
    """Run a statement; return the error if the file was busy."""
    try:
        connection.execute(sql)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return error
    return None


def _settle(jobs: "list[_Job[object]]") -> None:
    for job in jobs:
        job.settle()


def _run_together(connection: sqlite3.Connection, batch: "list[_Job[object]]") -> bool:
    """Run all scripts; where one fails, undo all and return False."""
    try:
        for job in batch:
            job.value = _drive(connection, job.script())
    except Exception:  # noqa: BLE001 - run again by itself it fails again, and then its caller is told
        if connection.in_transaction:  # a full disk ends it
            connection.execute("ROLLBACK")
        return False
    return True


def _run(connection: sqlite3.Connection, job: _Job[object]) -> None:
    """Run one script in a savepoint; raise only what ends the whole batch."""
    connection.execute("SAVEPOINT script")
    try:
        job.value = _drive(connection, job.script())
    except Exception as error:
        if not connection.in_transaction:  # SQLite gave up the whole transaction, as on a full disk
            raise sqlite3.OperationalError(str(error)) from error
        connection.execute("ROLLBACK TO script")
        job.error = _translated(error)
    connection.execute("RELEASE script")


def _drive(connection: sqlite3.Connection, script: Script[T]) -> T:
    try:
        statement = next(script)
        while True:
            statement = script.send(_execute(connection, statement))
    except StopIteration as stop:
        return cast(T, stop.value)


def _execute(connection: sqlite3.Connection, statement: Statement) -> list[Row]:
    cursor = connection.execute(statement.sql, _bound(statement.parameters))
    if cursor.description is None:
        return []
    columns = [column[0] for column in cursor.description]
    return [Row(dict(zip(columns, values, strict=True))) for values in cursor.fetchall()]


_KEPT_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def _bound(parameters: Parameters) -> dict[str, Value]:
    return {
        name: value if type(value) in _KEPT_AS_THEY_ARE else _stored(value)
        for name, value in parameters.items()
    }


@lru_cache(maxsize=1024)  # a script names the same ids and the same moment in each statement
def _stored(value: Value) -> int | str | None:
    """Turn a value into what SQLite keeps; times sort as text because all are UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def _translated(error: Exception) -> Exception:
    if isinstance(error, sqlite3.IntegrityError):
        conflict = ConflictError(str(error))
        conflict.__cause__ = error
        return conflict
    if isinstance(error, sqlite3.OperationalError):
        unavailable = StoreUnavailableError(str(error))
        unavailable.__cause__ = error
        return unavailable
    return error
