"""What every test gets: no real network, no leaked tasks, and a PostgreSQL if it asks for one."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from pytest_asyncio import is_async_test

from tests.doubles.loopback import refuse_real_network
from tests.doubles.postgres_server import PostgresMissing, PostgresServer
from tests.parts import is_everything_required, require

LAST_MOMENT_SECONDS = 0.5  # for tasks that were cancelled but have not run since


def pytest_configure() -> None:
    """Set up what holds for the whole run."""
    refuse_real_network()
    hypothesis_settings.register_profile("dev", deadline=None)
    hypothesis_settings.register_profile("ci", deadline=None, derandomize=True)
    hypothesis_settings.load_profile("ci" if is_everything_required() else "dev")


@pytest.fixture(autouse=True)
def no_leaked_tasks(request: pytest.FixtureRequest) -> None:
    """Fail an async test that leaves a task behind.

    Being the first fixture it ends last, when those that own tasks have ended them.
    """
    if is_async_test(request.node):
        request.getfixturevalue("tasks_ended")


@pytest.fixture
async def tasks_ended() -> AsyncIterator[None]:
    """Fail if tasks are left when the test and its other fixtures are over."""
    yield
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if not left:
        return
    _, pending = await asyncio.wait(left, timeout=LAST_MOMENT_SECONDS)
    for task in pending:
        task.cancel()
    if pending:
        names = ", ".join(sorted(repr(task.get_coro()) for task in pending))
        pytest.fail(f"the test left tasks behind: {names}", pytrace=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Start one PostgreSQL server for all tests that need it."""
    # Not pytest's own temporary directory: the server's user may not look into it.
    directory = Path(tempfile.mkdtemp(prefix="crewdesk-postgres-"))
    try:
        try:
            server = PostgresServer.start(directory)
        except PostgresMissing as error:
            require("PostgreSQL", str(error))
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory)


@pytest.fixture
async def postgres_url(postgres_server: PostgresServer) -> AsyncIterator[str]:
    """Make a fresh, empty database and return its address."""
    name = await postgres_server.create_database()
    yield postgres_server.url(name)
    await postgres_server.drop_database(name)
