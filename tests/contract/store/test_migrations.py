"""The schema is brought up to date once, keeps what is there, and never goes back."""

from pathlib import Path
from uuid import UUID

import pytest
from tortoise import Tortoise, connections
from tortoise.context import require_context
from tortoise.migrations.api import migrate
from tortoise.migrations.autodetector import MigrationAutodetector

from gateway.errors import StartupError
from gateway.store.database import Database, sqlite_path
from gateway.store.orm import configuration
from gateway.store.schema import APP
from gateway.store.tables import Task
from tests.contract.inbox.kit import InboxKit, new_task
from tests.doubles.databases import closed_database, open_database, query

FIRST = "0001_initial"
OLD_TASK = """
INSERT INTO tasks (task_id, source, goal, priority, created_at, updated_at, status, event_key,
    lane, lane_seq)
VALUES ('00000000-0000-0000-0000-000000000001', 'user_chat', 'an old goal', 0,
    '2026-01-05 12:00:00+00:00', '2026-01-05 12:00:00+00:00', 'pending', 'e1', 'a', 1)
"""


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database in which nothing is, of each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


async def applied(database: Database) -> list[str]:
    """Return the names of the migrations that were applied."""
    rows = await query(database, "SELECT name FROM tortoise_migrations ORDER BY name")
    return [row.text("name") for row in rows]


async def build_first_version(url: str) -> None:
    """Make a database as the first version of Crewdesk left it, with a task in it."""
    config = configuration(url, sqlite_path(url))
    try:
        await migrate(config=config, target=f"{APP}.{FIRST}")
        for name in config.connections:
            await connections.get(name).execute_script(OLD_TASK)
    finally:
        await Tortoise.close_connections()


async def test_empty_database_gets_the_schema(empty_url: str) -> None:
    """The first start needs no preparation, and its tables can be used."""
    async with open_database(empty_url) as database:
        await InboxKit(database=database).claim_new()

        assert (await applied(database))[0] == FIRST


async def test_second_start_changes_nothing(empty_url: str) -> None:
    """A filled database is opened again with all that was in it."""
    async with open_database(empty_url) as database:
        task = await InboxKit(database=database).submit(new_task("e1"))
        before = await applied(database)

    async with open_database(empty_url) as database:
        assert await applied(database) == before
        assert (await InboxKit(database=database).find(task.task_id)).goal == task.goal


async def test_filled_database_of_the_first_version_is_brought_up_to_date(empty_url: str) -> None:
    """What was written under the first schema can be worked on under the newest one."""
    await build_first_version(empty_url)

    async with open_database(empty_url) as database:
        kit = InboxKit(database=database)
        assert not await kit.inbox.submit(new_task("e1"))
        claim = await kit.claim()

    assert (claim.task.task_id, claim.task.goal) == (UUID(int=1), "an old goal")


async def test_older_database_is_not_upgraded_behind_a_gateways_back(empty_url: str) -> None:
    """A command that only looks refuses a schema that is not the newest."""
    database = closed_database(empty_url)

    with pytest.raises(StartupError, match="older version"):
        await database.open(can_upgrade=False)


async def test_database_of_a_newer_version_is_refused(empty_url: str) -> None:
    """Its migration is named, so that the person knows which version to start."""
    async with open_database(empty_url) as database:
        await query(
            database,
            "INSERT INTO tortoise_migrations (app, name, applied_at) "
            "VALUES (:app, '9999_from_the_future', CURRENT_TIMESTAMP)",
            app=APP,
        )

    with pytest.raises(StartupError, match=r"newer version .* 9999_from_the_future"):
        await closed_database(empty_url).open()


async def test_database_that_cannot_be_opened_is_a_startup_error(
    postgres_url: str, tmp_path: Path
) -> None:
    """Whatever is wrong with the address ends in one line that names the setting."""
    not_a_database = tmp_path / "text.db"
    not_a_database.write_text("This is no database. " * 100)
    urls = (
        f"sqlite://{tmp_path}",
        f"sqlite://{not_a_database}",
        f"{postgres_url}_which_is_not_there",
        postgres_url.replace("postgres@", "stranger@"),
        "postgres://postgres@127.0.0.1:1/crewdesk",
    )

    for url in urls:
        with pytest.raises(StartupError, match="check CREWDESK_DATABASE_URL"):
            await closed_database(url).open()


async def test_models_agree_with_the_migrations(database: Database) -> None:
    """`makemigrations` would write nothing: every change of a model has its migration."""
    await database.read(Task.first)
    apps = require_context().apps
    assert apps is not None
    config = configuration(database.url, sqlite_path(database.url)).to_dict()["apps"]

    assert await MigrationAutodetector(apps, config).changes() == []
