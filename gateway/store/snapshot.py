"""The whole schema in one step for an empty database, without the ORM, which is slow to import.

The snapshots are what all migrations add up to, and the ORM's records of them; `make schema` writes
them anew after a new migration. A snapshot that lacks the newest migration does no harm: the ORM
then adds that one.
"""

from pathlib import Path
from typing import Final

from gateway.store.schema import recorded_migrations, was_migrated
from gateway.store.statement import Script, Statement

SNAPSHOTS: Final = Path(__file__).parent / "snapshots"
END: Final = ";\n\n"  # of a statement; none holds an empty line
LAST_END: Final = ";\n"

# Two processes may come to the same empty database: the second waits, then finds the schema made.
# SQLite has one writer anyway.
_WAIT_ON_POSTGRES = "SELECT pg_advisory_xact_lock(hashtext('crewdesk_schema'))"


def snapshot_path(*, is_sqlite: bool) -> Path:
    """Return where the snapshot for one kind of database lies."""
    return SNAPSHOTS / ("sqlite.sql" if is_sqlite else "postgres.sql")


def make_schema(*, is_sqlite: bool) -> Script[frozenset[str]]:
    """Make the schema, unless migrations have begun to; return which ones were applied.

    As one transaction: whatever ends the process, the database has all of it or none.
    """
    if not is_sqlite:
        yield Statement(_WAIT_ON_POSTGRES, {})
    if not (yield from was_migrated(is_sqlite=is_sqlite)):
        text = snapshot_path(is_sqlite=is_sqlite).read_text()
        for sql in text.removesuffix(LAST_END).split(END):
            yield Statement(sql, {})
    return (yield from recorded_migrations())
