"""The databases: every test that takes `database` runs on SQLite and on PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store.database import Database
from tests.doubles.databases import SQLITE_PREFIX, open_database
from tests.doubles.postgres_server import PostgresServer

# A copy of a migrated database is made in a tenth of the time that migrating one takes.


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty SQLite database with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "crewdesk.db"
    _migrate(f"{SQLITE_PREFIX}{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """Make an empty PostgreSQL database with the newest schema, to be copied; return its name."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        name = runner.run(postgres_server.create_database())
    _migrate(postgres_server.url(name))
    return name


def _migrate(url: str) -> None:
    async def open_and_close() -> None:
        async with open_database(url):
            pass

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(open_and_close())


@pytest.fixture
def sqlite_database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """Make a fresh SQLite database with the newest schema and return its address."""
    path = tmp_path / "crewdesk.db"
    shutil.copy(migrated_sqlite, path)
    return f"{SQLITE_PREFIX}{path}"


@pytest.fixture
async def postgres_database_url(
    postgres_server: PostgresServer, migrated_postgres: str
) -> AsyncIterator[str]:
    """Make a fresh PostgreSQL database with the newest schema and return its address."""
    name = await postgres_server.create_database(migrated_postgres)
    yield postgres_server.url(name)
    await postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a fresh database of one engine after the other."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Open a fresh database of one engine after the other."""
    async with open_database(database_url) as opened:
        yield opened
