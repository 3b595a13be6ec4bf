"""The database: opened, migrated, written by scripts and read through the ORM."""

import pkgutil
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol, TypeVar

from tortoise import Tortoise, connections
from tortoise.config import AppConfig, ConnectionConfig, TortoiseConfig
from tortoise.exceptions import BaseORMException
from tortoise.migrations.api import migrate
from tortoise.migrations.recorder import MigrationRecorder

from gateway.errors import StartupError, StoreUnavailableError
from gateway.store import migrations
from gateway.store.sqlite import PRAGMAS
from gateway.store.statement import Script
from gateway.store.uncancelled import Uncancelled

T = TypeVar("T")

APP = "crewdesk"


class Writer(Protocol):
    """Runs scripts as transactions on one kind of database."""

    async def open(self) -> None:
        """Connect; raises `StoreUnavailableError`."""

    async def close(self) -> None:
        """Finish what runs, then disconnect."""

    async def transact(self, script: Callable[[], Script[T]]) -> T:
        """Run one script and return its value after its commit."""


Probe = Callable[[str], None]
"""Is told `before:<name>` and `after:<name>` around each transaction."""


class Database:
    """The one helper through which all database work goes."""

    def __init__(self, url: str, writer: Writer, *, probe: Probe | None = None) -> None:
        self.url = url
        self._probe = probe or _ignore
        self._reads = Uncancelled()
        self._stack = AsyncExitStack()
        self._writer = writer

    async def open(self, *, can_upgrade: bool = True) -> None:
        """Connect, bring the schema up to date, and start writing.

        Without `can_upgrade` the schema stays as it is, for the sake of a gateway that uses it.

        Raises:
            StartupError: the database is of a newer version (or of an older one and may not be
                upgraded), or cannot be opened.
        """
        async with AsyncExitStack() as opening:
            try:
                await self._connect(opening, can_upgrade=can_upgrade)
            except (BaseORMException, OSError, StoreUnavailableError) as error:
                raise StartupError(
                    f"cannot open the database: {error}; check CREWDESK_DATABASE_URL"
                ) from error
            await opening.enter_async_context(self._reads)
            self._stack = opening.pop_all()

    async def _connect(self, opening: AsyncExitStack, *, can_upgrade: bool) -> None:
        # The writer goes first: it puts into words what is wrong with the address.
        await self._writer.open()
        opening.push_async_callback(self._writer.close)
        config = configuration(self.url)
        opening.push_async_callback(Tortoise.close_connections)
        await _initialise(config)
        missing = await _missing_migrations(_connection_name(self.url))
        if missing and not can_upgrade:
            raise StartupError(
                "the database is of an older version of Crewdesk; the next start of the gateway "
                "brings it up to date"
            )
        if missing:
            await _upgrade(config)

    async def close(self) -> None:
        """Wait for the work in flight, then disconnect."""
        await self._stack.aclose()

    async def transact(self, name: str, script: Callable[[], Script[T]]) -> T:
        """Run `script` as the transaction `name`; see the writers for what it raises."""
        self._probe(f"before:{name}")
        value = await self._writer.transact(script)
        self._probe(f"after:{name}")
        return value

    async def read(self, query: Callable[[], Awaitable[T]]) -> T:
        """Run reads through the ORM, out of reach of the caller's cancellation.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        try:
            return await self._reads.run(query)
        except (BaseORMException, OSError) as error:
            raise StoreUnavailableError(f"the database does not answer: {error}") from error


def newest_migration() -> str:
    """Return the name of the newest schema that this version knows."""
    return max(_known_migrations())


def sqlite_path(url: str) -> Path | None:
    """Return the file that a `sqlite://` URL names, or None for another database."""
    prefix = "sqlite://"
    return Path(url.removeprefix(prefix).partition("?")[0]) if url.startswith(prefix) else None


def _ignore(_point: str) -> None:
    pass


def configuration(url: str) -> TortoiseConfig:
    """Return what Tortoise must know about the database at `url`, for its migrations too."""
    path = sqlite_path(url)
    connection = (
        ConnectionConfig(db_url=url)
        if path is None
        else ConnectionConfig(
            engine="tortoise.backends.sqlite",
            credentials={"file_path": str(path), **PRAGMAS},
        )
    )
    name = _connection_name(url)
    app = AppConfig(
        models=["gateway.store.tables"],
        default_connection=name,
        migrations="gateway.store.migrations",
    )
    return TortoiseConfig(connections={name: connection}, apps={APP: app})


def _connection_name(url: str) -> str:
    """Name a connection after its engine: Tortoise keeps generated SQL per connection name."""
    return url.partition(":")[0]


async def _initialise(config: TortoiseConfig) -> None:
    await Tortoise.init(config=config, _enable_global_fallback=True)


def _known_migrations() -> set[str]:
    return {module.name for module in pkgutil.iter_modules(migrations.__path__)}


async def _missing_migrations(connection_name: str) -> set[str]:
    """Return what this version would add to the schema; refuse one that it does not know."""
    known = _known_migrations()
    rows = await MigrationRecorder(connections.get(connection_name)).applied_migrations()
    applied = {row.name for row in rows if row.app_label == APP}
    if unknown := sorted(applied - known):
        raise StartupError(
            f"the database was written by a newer version of Crewdesk (it has {unknown[-1]}); "
            "start that version, or name another database"
        )
    return known - applied


async def _upgrade(config: TortoiseConfig) -> None:
    await Tortoise.close_connections()
    await migrate(config=config)
    await Tortoise.close_connections()
    await _initialise(config)
