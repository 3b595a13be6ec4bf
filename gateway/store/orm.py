"""Tortoise on one database: it makes the schema, and reads for those who ask it to."""

from pathlib import Path

from tortoise import Tortoise
from tortoise.config import AppConfig, ConnectionConfig, TortoiseConfig
from tortoise.exceptions import BaseORMException
from tortoise.migrations.api import migrate

from gateway.errors import StoreUnavailableError
from gateway.store.schema import APP
from gateway.store.sqlite import PRAGMAS


class Orm:
    """Tortoise keeps its state in the process, so one of these is in use at a time.

    `file` is the SQLite file that `url` names, None for another database. `unavailable` is what a
    query raises when the database does not answer.
    """

    unavailable = (BaseORMException, OSError)

    def __init__(self, url: str, file: Path | None) -> None:
        self._configuration = configuration(url, file)

    async def open(self) -> None:
        """Get ready to read; the first query connects."""
        await Tortoise.init(config=self._configuration, _enable_global_fallback=True)

    async def upgrade(self) -> None:
        """Bring the schema up to date; raises `StoreUnavailableError`."""
        try:
            await migrate(config=self._configuration)
        except self.unavailable as error:
            raise StoreUnavailableError(str(error)) from error
        finally:
            await Tortoise.close_connections()

    async def close(self) -> None:
        """Disconnect."""
        await Tortoise.close_connections()


def configuration(url: str, file: Path | None) -> TortoiseConfig:
    """Return what Tortoise must know about a database, for its migrations too."""
    connection = (
        ConnectionConfig(db_url=url)
        if file is None
        else ConnectionConfig(
            engine="tortoise.backends.sqlite", credentials={"file_path": str(file), **PRAGMAS}
        )
    )
    # Named after its engine: Tortoise keeps generated SQL per connection name.
    name = url.partition(":")[0]
    app = AppConfig(
        models=["gateway.store.tables", "gateway.store.schedule_tables"],
        default_connection=name,
        migrations="gateway.store.migrations",
    )
    return TortoiseConfig(connections={name: connection}, apps={APP: app})
