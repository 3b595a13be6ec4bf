"""Opening a database of either engine, and looking into it past the scripts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from gateway.store.database import Database, Probe, Writer, sqlite_path
from gateway.store.postgres import PostgresWriter
from gateway.store.sqlite import SqliteWriter
from gateway.store.statement import Row, Script, Statement, Value

SQLITE_PREFIX = "sqlite://"


def closed_database(url: str, *, probe: Probe | None = None) -> Database:
    """Return the database at an address, not yet open."""
    return Database(url, writer_of(url), probe=probe)


def writer_of(url: str) -> Writer:
    """Return what runs scripts on the database at an address, not yet open."""
    path = sqlite_path(url)
    return PostgresWriter(url) if path is None else SqliteWriter(path)


@asynccontextmanager
async def open_database(url: str, *, probe: Probe | None = None) -> AsyncIterator[Database]:
    """Open the database at an address, and close it in the end."""
    database = closed_database(url, probe=probe)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def remove_all_rows(postgres_url: str) -> None:
    """Empty all tables of a PostgreSQL database but the one that names its version."""
    connection = await asyncpg.connect(postgres_url, timeout=10, command_timeout=10)
    try:
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables "
            "WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'"
        )
        for row in tables:  # not TRUNCATE, which writes new files for all tables and indexes
            await connection.execute(f'DELETE FROM "{row["tablename"]}"')  # noqa: S608 - our tables
    finally:
        await connection.close()


async def query(database: Database, sql: str, **parameters: Value) -> list[Row]:
    """Run one statement of a test's own as a transaction and return its rows."""

    def script() -> Script[list[Row]]:
        return (yield Statement(sql, parameters))

    return await database.transact("query", script)


async def count(database: Database, table: str, where: str = "1 = 1", **parameters: Value) -> int:
    """Count the rows of a table."""
    sql = f"SELECT COUNT(*) AS n FROM {table} WHERE {where}"  # noqa: S608 - a test's own words
    rows = await query(database, sql, **parameters)
    return rows[0].integer("n")
