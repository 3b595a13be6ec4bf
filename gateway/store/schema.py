"""Which version the schema of a database has: read without the ORM, which is slow to import."""

import pkgutil

from gateway.store import migrations
from gateway.store.statement import Script, Statement

APP = "crewdesk"  # this schema's name in Tortoise's own table of applied migrations

_FIND_ON_SQLITE = "SELECT 1 AS found FROM sqlite_master WHERE name = 'tortoise_migrations'"
_FIND_ON_POSTGRES = "SELECT 1 AS found WHERE to_regclass('tortoise_migrations') IS NOT NULL"


def known_migrations() -> frozenset[str]:
    """Return the names of all migrations that this version has."""
    return frozenset(module.name for module in pkgutil.iter_modules(migrations.__path__))


def applied_migrations(*, is_sqlite: bool) -> Script[frozenset[str]]:
    """Read which migrations a database has had; none where it is empty."""
    if not (yield from was_migrated(is_sqlite=is_sqlite)):
        return frozenset()
    return (yield from recorded_migrations())


def was_migrated(*, is_sqlite: bool) -> Script[bool]:
    """Tell whether a database has the table that records migrations."""
    return bool((yield Statement(_FIND_ON_SQLITE if is_sqlite else _FIND_ON_POSTGRES, {})))


def recorded_migrations() -> Script[frozenset[str]]:
    """Read the table that records migrations."""
    rows = yield Statement("SELECT name FROM tortoise_migrations WHERE app = :app", {"app": APP})
    return frozenset(row.text("name") for row in rows)
