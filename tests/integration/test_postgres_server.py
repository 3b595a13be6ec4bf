"""The PostgreSQL that the tests run on is real, and fresh for each of them."""

import asyncpg
import pytest


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_has_an_empty_database(postgres_url: str, turn: int) -> None:
    """A table that one turn made is not there in the other."""
    connection = await asyncpg.connect(postgres_url)
    try:
        before = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE tablename = 't'")
        await connection.execute(f"CREATE TABLE t AS SELECT {turn} AS turn")
    finally:
        await connection.close()

    assert before == 0
