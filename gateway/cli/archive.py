"""Opens the database beside a gateway that may be running, to read what it did."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.app import open_database
from gateway.cli.outcome import CommandFailed
from gateway.config import Settings
from gateway.store.database import Database, sqlite_path


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """Open the database as it is: it is neither made nor brought up to date here.

    Raises:
        CommandFailed: there is none yet.
        StartupError: it cannot be opened, or is of another version.
    """
    path = sqlite_path(settings.database_url)
    if path is not None and not path.exists():
        raise CommandFailed(f"there is no database {path} yet; `crewdesk up` makes it")
    database = open_database(settings)
    await database.open(can_upgrade=False)
    try:
        yield database
    finally:
        await database.close()
