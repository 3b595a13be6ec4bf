"""A new database gets its whole schema in one step, which is the same as all migrations."""

import asyncio
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.store.database import sqlite_path
from gateway.store.orm import Orm
from gateway.store.schema import known_migrations
from gateway.store.snapshot import make_schema, snapshot_path
from gateway.store.snapshot_writer import snapshot_text
from gateway.store.statement import Script
from tests.contract.inbox.kit import InboxKit
from tests.doubles.databases import SQLITE_PREFIX, open_database, query, writer_of

if TYPE_CHECKING:
    from tests.doubles.postgres_server import PostgresServer

ROOT = Path(__file__).parents[3]
SQLITE_CATALOG = """
SELECT type || ' ' || tbl_name || '.' || name || ': ' || COALESCE(sql, '') AS line
FROM sqlite_master
"""
POSTGRES_CATALOG = """
SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, data_type,
    character_maximum_length, is_nullable, column_default) AS line
FROM information_schema.columns WHERE table_schema = current_schema()
UNION ALL
SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL
SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace
UNION ALL
SELECT concat_ws(' ', 'comment', objoid::regclass, objsubid, description) FROM pg_description
WHERE classoid = 'pg_class'::regclass
    AND objoid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
"""
RECORDS = "SELECT app || '.' || name AS line FROM tortoise_migrations"

FIRST_START = """
import asyncio, os, signal, sys
from gateway.store import snapshot
from gateway.store.database import Database
from gateway.store.sqlite import SqliteWriter
from pathlib import Path

def dying(**of_database):
    for number, statement in enumerate(steps := whole(**of_database)):
        if number == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        yield statement

async def start():
    database = Database(f"sqlite://{sys.argv[1]}", SqliteWriter(Path(sys.argv[1])))
    await database.open()
    await database.close()

whole = snapshot.make_schema
if len(sys.argv) > 2:
    snapshot.make_schema = dying
asyncio.run(start())
print(*sys.modules)
"""


class BrokenOffError(Exception):
    """The schema was not made to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """The addresses of two empty databases of one kind."""

    one: str
    other: str

    @property
    def are_sqlite(self) -> bool:
        """Which kind it is."""
        return sqlite_path(self.one) is not None


@pytest.fixture(params=["sqlite", "postgres"])
async def twins(request: pytest.FixtureRequest, tmp_path: Path) -> Twins:
    """Make two empty databases, of each engine in turn."""
    if request.param == "sqlite":
        one, other = (f"{SQLITE_PREFIX}{tmp_path / name}" for name in ("one.db", "other.db"))
        return Twins(one=one, other=other)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    names = [await server.create_database() for _ in range(2)]
    return Twins(one=server.url(names[0]), other=server.url(names[1]))


async def catalog(url: str) -> list[str]:
    """Return what the database itself says of its schema, and which migrations are recorded."""
    catalog = SQLITE_CATALOG if sqlite_path(url) is not None else POSTGRES_CATALOG
    async with open_database(url) as database:
        lines = await query(database, f"{catalog} UNION ALL {RECORDS}")
    return sorted(row.text("line") for row in lines)


def first_start(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Open a new SQLite database in a process of its own; tell it after which statement to die."""
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", FIRST_START, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("is_sqlite", [True, False])
async def test_snapshots_are_up_to_date(*, is_sqlite: bool) -> None:
    """`make schema` would write the same."""
    written = snapshot_path(is_sqlite=is_sqlite).read_text()

    assert written == await snapshot_text(is_sqlite=is_sqlite), "run `make schema`"


async def test_one_step_makes_what_the_migrations_make(twins: Twins) -> None:
    """Both databases describe themselves alike, and the ORM has nothing left to do in either."""
    await Orm(twins.one, sqlite_path(twins.one)).upgrade()
    migrated = await catalog(twins.one)
    made = await catalog(twins.other)
    await Orm(twins.other, sqlite_path(twins.other)).upgrade()

    assert made == migrated
    assert {f"crewdesk.{name}" for name in known_migrations()} <= set(made)
    assert await catalog(twins.other) == made


async def test_a_schema_that_breaks_off_leaves_nothing(twins: Twins) -> None:
    """The next start finds an empty database, and makes all of it."""
    whole = await catalog(twins.other)

    def broken_off() -> Script[None]:
        steps = make_schema(is_sqlite=twins.are_sqlite)
        answer = None
        for _ in range(60):
            answer = yield (next(steps) if answer is None else steps.send(answer))
        raise BrokenOffError

    writer = writer_of(twins.one)  # before there is a schema
    await writer.open()
    with pytest.raises(BrokenOffError):
        await writer.transact(broken_off)
    await writer.close()

    assert await catalog(twins.one) == whole


async def test_two_first_starts_at_once_make_one_schema(twins: Twins) -> None:
    """The second waits for the first, and finds the schema made."""
    async with asyncio.TaskGroup() as group:
        starts = [group.create_task(catalog(twins.one)) for _ in range(2)]

    assert starts[0].result() == starts[1].result()


@pytest.mark.parametrize("statements", [1, 40, 70])
async def test_first_start_that_is_killed_is_followed_by_another(
    tmp_path: Path, statements: int
) -> None:
    """SIGKILL between two statements of the first start leaves a database that can be used."""
    path = tmp_path / "crewdesk.db"

    assert first_start(str(path), str(statements)).returncode == -signal.SIGKILL
    async with open_database(f"{SQLITE_PREFIX}{path}") as database:
        await InboxKit(database=database).claim_new()


def test_first_start_does_without_the_orm(tmp_path: Path) -> None:
    """It takes a third of a second and a dozen megabytes to import, and a second to migrate."""
    imported = first_start(str(tmp_path / "crewdesk.db")).stdout.split()

    assert "gateway.store.database" in imported
    assert "tortoise" not in imported
