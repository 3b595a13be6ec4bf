"""The SQLite writer: durable, in groups, and as it was configured."""

import asyncio
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from gateway.errors import ConflictError, StoreUnavailableError
from gateway.store.database import Database
from gateway.store.sqlite import BATCH_LIMIT, SqliteWriter, connect
from gateway.store.statement import Script, Statement, insert
from tests.doubles.databases import count, open_database

ROOT = Path(__file__).parents[3]
ANSWERS_BEFORE_THE_KILL = 100
PATIENCE_SECONDS = 30
OPENED_AT_ONCE = 6
NEW_FILES = 60


def put(name: str) -> Script[None]:
    """Write one row."""
    yield insert("settings", {"name": name, "value": ""})


def names_in(path: Path) -> set[str]:
    """Read what a database holds, through a connection of its own."""
    connection = connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {name for (name,) in connection.execute("SELECT name FROM settings")}
    finally:
        connection.close()


async def test_answered_writes_survive_kill_9(path: Path) -> None:
    """Whatever a process was told to be written is there when it is killed right after."""
    async with open_database(f"sqlite://{path}"):
        pass

    answered = await answers_until_killed(path)

    assert len(answered) >= ANSWERS_BEFORE_THE_KILL
    assert answered <= names_in(path)


async def answers_until_killed(path: Path) -> set[str]:
    """Kill a writing process after some answers; return what it was told to be written."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.store.acknowledging_child", str(path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            lines = [await child.stdout.readline() for _ in range(ANSWERS_BEFORE_THE_KILL)]
        finally:
            child.kill()
        lines += [line async for line in child.stdout]  # what it said before it died
        await child.wait()
    return {line.decode().strip() for line in lines if line.endswith(b"\n")}


async def test_waiting_transactions_share_a_commit(database: Database, path: Path) -> None:
    """Many callers at once need far fewer commits than there are callers."""
    await database.transact("put", lambda: put("the first, which makes the file"))
    before = commits(path)

    async with asyncio.TaskGroup() as group:
        for number in range(BATCH_LIMIT):
            group.create_task(database.transact("put", partial(put, f"n{number}")))

    assert await count(database, "settings") == BATCH_LIMIT + 1
    assert commits(path) - before < BATCH_LIMIT / 4


def commits(path: Path) -> int:
    """Return the number of commits so far, as the WAL file counts them.

    A frame that ends a commit holds the size of the database in its header's second word
    (https://www.sqlite.org/fileformat2.html#walformat).
    """
    wal = path.with_name(path.name + "-wal").read_bytes()
    page_size = int.from_bytes(wal[8:12], "big")
    frames = range(32, len(wal), 24 + page_size)
    return sum(int.from_bytes(wal[at + 4 : at + 8], "big") > 0 for at in frames)


async def test_failing_scripts_harm_no_other_of_their_commit(
    database: Database, path: Path
) -> None:
    """Conflicts, wrong SQL and a script's own errors each reach their own caller only."""

    def broken() -> Script[None]:
        yield Statement("INSERT INTO no_such_table VALUES (1)", {})

    def raising() -> Script[None]:
        yield from put("raising")
        raise KeyError("mine")

    async with asyncio.TaskGroup() as group:
        group.create_task(database.transact("good", lambda: put("good")))
        group.create_task(expecting(ConflictError, database, lambda: put("good")))
        group.create_task(expecting(StoreUnavailableError, database, broken))
        group.create_task(expecting(KeyError, database, raising))
        group.create_task(database.transact("good", lambda: put("as good")))

    assert names_in(path) == {"good", "as good"}


async def expecting(
    kind: type[Exception], database: Database, script: Callable[[], Script[None]]
) -> None:
    """Run a script that must fail."""
    with pytest.raises(kind):
        await database.transact("bad", script)


async def test_locked_file_is_unavailable_and_writable_again(
    database: Database, path: Path
) -> None:
    """Another process that holds the file makes a write fail, and nothing is kept of it."""
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match="locked"):
            await database.transact("put", lambda: put("refused"))
        other.execute("ROLLBACK")
    finally:
        other.close()

    await database.transact("put", lambda: put("accepted"))
    assert names_in(path) == {"accepted"}


def test_new_file_may_be_opened_by_several_at_once(tmp_path: Path) -> None:
    """SQLite refuses all but one of them the change to WAL at once; they try again."""
    with ThreadPoolExecutor(OPENED_AT_ONCE) as opening:
        for number in range(NEW_FILES):
            meeting = threading.Barrier(OPENED_AT_ONCE)
            path = tmp_path / f"{number}.db"
            for connection in opening.map(partial(open_together, meeting), [path] * OPENED_AT_ONCE):
                connection.close()


def open_together(meeting: threading.Barrier, path: Path) -> sqlite3.Connection:
    """Open a file when all others are about to."""
    meeting.wait(PATIENCE_SECONDS)
    return connect(path)


def pragmas() -> Script[tuple[int, int, int, str]]:
    """Read how the writer's own connection is set up."""
    (synchronous,) = yield Statement("SELECT synchronous FROM pragma_synchronous", {})
    (foreign_keys,) = yield Statement("SELECT foreign_keys FROM pragma_foreign_keys", {})
    (page,) = yield Statement("SELECT page_size FROM pragma_page_size", {})
    (journal,) = yield Statement("SELECT journal_mode FROM pragma_journal_mode", {})
    return (
        synchronous.integer("synchronous"),
        foreign_keys.integer("foreign_keys"),
        page.integer("page_size"),
        journal.text("journal_mode"),
    )


async def test_pragmas_are_as_pinned(database: Database) -> None:
    """FULL: an answered commit is on the disk. WAL: readers do not wait for the writer."""
    full, on = 2, 1

    assert await database.transact("pragmas", pragmas) == (full, on, 2048, "wal")


async def test_writer_needs_a_directory(tmp_path: Path) -> None:
    """A file that cannot be opened is said to be so, with its name."""
    writer = SqliteWriter(tmp_path / "missing" / "crewdesk.db")

    with pytest.raises(StoreUnavailableError, match=f"missing{os.sep}crewdesk.db"):
        await writer.open()
