"""The database: opened, migrated, written by scripts and read through the ORM.

The ORM takes a third of a second and a dozen megabytes to import. A gateway works with scripts
alone, and a new database gets its schema from a script too, so the ORM is loaded only to upgrade an
older schema or for a first `read`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from gateway.errors import StartupError, StoreUnavailableError
from gateway.store import schema, snapshot
from gateway.store.statement import Script
from gateway.store.uncancelled import Uncancelled

if TYPE_CHECKING:
    from gateway.store.orm import Orm

T = TypeVar("T")


class Writer(Protocol):
    """Runs scripts as transactions on one kind of database."""

    async def open(self) -> None:
        """Connect; raises `StoreUnavailableError`."""

    async def close(self) -> None:
        """Finish what runs, then disconnect."""

    async def transact(
        self, script: Callable[[], Script[T]], told: Callable[[T | None], None] | None = None
    ) -> T:
        """Run one script and return its value after its commit.

        `told` is told of the value too, or of None where nothing was kept, before the caller goes
        on and even if the caller was cancelled meanwhile; it returns at once and raises nothing.
        """


Probe = Callable[[str], None]
"""Is told `before:<name>` and `after:<name>` around each transaction."""


class _Look(Protocol):
    """Returns which migrations a database has had, as a transaction."""

    def __call__(self, *, is_sqlite: bool) -> Script[frozenset[str]]:
        """Return the script."""


class Database:
    """The one helper through which all database work goes."""

    def __init__(self, url: str, writer: Writer, *, probe: Probe | None = None) -> None:
        self.url = url
        self._probe = probe or _ignore
        self._reads = Uncancelled()
        self._loading = asyncio.Lock()
        self._orm: Orm | None = None
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
            except (OSError, StoreUnavailableError) as error:
                raise StartupError(
                    f"cannot open the database: {error}; check CREWDESK_DATABASE_URL"
                ) from error
            opening.push_async_callback(self._close_orm)  # after the reads, which use it
            await opening.enter_async_context(self._reads)
            self._stack = opening.pop_all()

    async def _connect(self, opening: AsyncExitStack, *, can_upgrade: bool) -> None:
        # The writer goes first: it puts into words what is wrong with the address.
        await self._writer.open()
        opening.push_async_callback(self._writer.close)
        missing = await self._missing_migrations(schema.applied_migrations)
        if missing and not can_upgrade:
            raise StartupError(
                "the database is of an older version of Crewdesk; the next start of the gateway "
                "brings it up to date"
            )
        if missing:
            missing = await self._missing_migrations(snapshot.make_schema)
        if missing:
            await _new_orm(self.url).upgrade()

    async def _missing_migrations(self, look: _Look) -> frozenset[str]:
        """Return what this version would add to the schema; refuse one that it does not know."""
        is_sqlite = sqlite_path(self.url) is not None
        applied = await self._writer.transact(lambda: look(is_sqlite=is_sqlite))
        known = schema.known_migrations()
        if unknown := sorted(applied - known):
            raise StartupError(
                f"the database was written by a newer version of Crewdesk (it has {unknown[-1]}); "
                "start that version, or name another database"
            )
        return known - applied

    async def close(self) -> None:
        """Wait for the work in flight, then disconnect."""
        await self._stack.aclose()

    async def transact(
        self,
        name: str,
        script: Callable[[], Script[T]],
        *,
        told: Callable[[T | None], None] | None = None,
    ) -> T:
        """Run `script` as the transaction `name`; see `Writer` and the writers' own errors."""
        self._probe(f"before:{name}")
        value = await self._writer.transact(script, told)
        self._probe(f"after:{name}")
        return value

    async def read(self, query: Callable[[], Awaitable[T]]) -> T:
        """Run reads through the ORM, out of reach of the caller's cancellation.

        Raises:
            StoreUnavailableError: the database does not answer.
        """
        orm = await self._opened_orm()
        try:
            return await self._reads.run(query)
        except orm.unavailable as error:
            raise StoreUnavailableError(f"the database does not answer: {error}") from error

    async def _opened_orm(self) -> "Orm":
        async with self._loading:
            if self._orm is None:
                orm = _new_orm(self.url)
                await orm.open()
                self._reads.adopt_context()  # the ORM is found through it
                self._orm = orm
            return self._orm

    async def _close_orm(self) -> None:
        if self._orm is not None:
            await self._orm.close()


def _new_orm(url: str) -> "Orm":
    from gateway.store.orm import Orm  # noqa: PLC0415 - slow to import, see above

    return Orm(url, sqlite_path(url))


def newest_migration() -> str:
    """Return the name of the newest schema that this version knows."""
    return max(schema.known_migrations())


def sqlite_path(url: str) -> Path | None:
    """Return the file that a `sqlite://` URL names, or None for another database."""
    prefix = "sqlite://"
    return Path(url.removeprefix(prefix).partition("?")[0]) if url.startswith(prefix) else None


def _ignore(_point: str) -> None:
    pass
