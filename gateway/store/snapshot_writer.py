"""`python -m gateway.store.snapshot_writer`: writes the snapshots anew, after a new migration."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, cast

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient, Capabilities
from tortoise.connection import get_connection
from tortoise.migrations.api import sqlmigrate
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, SqliteSchemaEditor

from gateway.store.orm import configuration
from gateway.store.schema import APP, known_migrations
from gateway.store.snapshot import END, LAST_END, snapshot_path

# Nothing connects to these: the ORM must only know which kind of database it writes for.
_URLS: Final = {True: "sqlite://snapshot.db", False: "postgres://snapshot"}
_HEAD: Final = "-- What all migrations add up to, for empty databases; written by `make schema`.\n"
_COMMENT_LINE: Final = re.compile(r"^--.*\n?", re.MULTILINE)
_END_OF_LINE: Final = re.compile(r";\s*$", re.MULTILINE)
# As the ORM's own recorder writes it.
_NOW: Final = {True: "strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now')", False: "now()"}


class _Listener:
    """Stands where the ORM wants a connection, and keeps what it would run there."""

    def __init__(self, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self.scripts: list[str] = []

    async def execute_script(self, script: str) -> None:
        """Keep a script."""
        self.scripts.append(script)


async def snapshot_text(*, is_sqlite: bool) -> str:
    """Return what all migrations run on one kind of database, and the records of them."""
    file = Path("snapshot.db") if is_sqlite else None
    config = configuration(_URLS[is_sqlite], file)
    names = sorted(known_migrations())
    scripts: list[str] = []
    try:
        for name in names:
            scripts += await sqlmigrate(config=config, app_label=APP, migration_name=name)
        connection = get_connection(*config.connections)
        recorder = await _recorder_scripts(connection, is_sqlite=is_sqlite)
    finally:
        await Tortoise.close_connections()
    records = [_record(name, _NOW[is_sqlite]) for name in names]
    return _HEAD + END.join(_statements([*recorder, *scripts, *records])) + LAST_END


async def _recorder_scripts(connection: BaseDBAsyncClient, *, is_sqlite: bool) -> list[str]:
    listener = _Listener(connection.capabilities)
    editor = (SqliteSchemaEditor if is_sqlite else AsyncpgSchemaEditor)(connection, atomic=False)
    editor.client = cast(BaseDBAsyncClient, listener)
    await MigrationRecorder(connection).ensure_schema(editor)
    return listener.scripts


def _record(name: str, now: str) -> str:
    return (
        'INSERT INTO "tortoise_migrations" ("app", "name", "applied_at") '  # noqa: S608 - ours
        f"VALUES ('{APP}', '{name}', {now})"
    )


def _statements(scripts: Iterable[str]) -> Iterator[str]:
    """Yield the statements one by one, without comment lines."""
    for script in scripts:
        for statement in _END_OF_LINE.split(_COMMENT_LINE.sub("", script)):
            if statement.strip():
                yield statement.strip()


async def write_snapshots() -> None:
    """Write the snapshots of both kinds of databases."""
    for is_sqlite in _URLS:
        text = await snapshot_text(is_sqlite=is_sqlite)
        await asyncio.to_thread(snapshot_path(is_sqlite=is_sqlite).write_text, text)


if __name__ == "__main__":
    asyncio.run(write_snapshots())
