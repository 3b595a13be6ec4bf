"""The databases: every test that takes `database` runs on SQLite and on PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store.database import Database
from tests.doubles.databases import SQLITE_PREFIX, open_database, remove_all_rows
from tests.doubles.postgres_server import PostgresServer

# Migrating takes a third of a second, so the tests get copies of one SQLite database and share one
# PostgreSQL database, which is emptied before each of them: they must not change its schema.


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty SQLite database with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "crewdesk.db"
    _migrate(f"{SQLITE_PREFIX}{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """Make a PostgreSQL database with the newest schema, to be shared; return its address."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        url = postgres_server.url(runner.run(postgres_server.create_database()))
    _migrate(url)
    return url


def _migrate(url: str) -> None:
    async def open_and_close() -> None:
        async with open_database(url):
            pass

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(open_and_close())


@pytest.fixture
def sqlite_database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """Make a SQLite database without rows and return its address."""
    path = tmp_path / "crewdesk.db"
    shutil.copy(migrated_sqlite, path)
    return f"{SQLITE_PREFIX}{path}"


@pytest.fixture
async def postgres_database_url(migrated_postgres: str) -> str:
    """Remove all rows of the shared PostgreSQL database and return its address."""
    await remove_all_rows(migrated_postgres)
    return migrated_postgres


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a database without rows, of one engine after the other."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Open a database without rows, of one engine after the other."""
    async with open_database(database_url) as opened:
        yield opened
