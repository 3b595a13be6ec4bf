"""Checks of the database: whether it opens, of which version it is, whether it can be written."""

from datetime import datetime

from gateway.app import open_database
from gateway.cli.checks.finding import Finding, fail, ok
from gateway.config import Settings
from gateway.errors import StartupError, StoreError
from gateway.redaction import Redactor
from gateway.store import statistics
from gateway.store.database import newest_migration, sqlite_path

NAME = "database"
_ADVICE = "mend what it says, or name another one with CREWDESK_DATABASE_URL"


async def check_database(settings: Settings, now: datetime) -> Finding:
    """Open the database as it is, and write one row that is there for this."""
    path = sqlite_path(settings.database_url)
    if path is not None and not path.exists():
        return ok(NAME, f"{path} will be made by `crewdesk up`")
    redact = Redactor(settings.secret_values)
    shown = str(path) if path is not None else redact(settings.database_url)
    try:
        database = open_database(settings)
        await database.open(can_upgrade=False)
        try:
            await database.transact("probe", lambda: statistics.probe(now))
        finally:
            await database.close()
    except (StartupError, StoreError) as error:
        return fail(NAME, redact(f"{shown}: {error}"), _ADVICE)
    return ok(NAME, f"{shown}, schema {newest_migration()}, can be written")
