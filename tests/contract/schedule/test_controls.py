"""Negative control: without its mechanisms an instant fires twice, so the tests can fail.

It changes the schema, so it has a SQLite database of its own.
"""

import pytest

from gateway.store import tasks, ticks
from tests.contract.schedule.kit import ScheduleKit
from tests.contract.schedule.test_firing import fire_twice
from tests.doubles.databases import open_database, query


async def test_without_its_index_an_instant_fires_twice(
    sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unique index over ticks, and behind it the one over the tasks' event keys."""
    monkeypatch.setattr(ticks, "RECORD_CONFLICT", "")
    monkeypatch.setattr(
        tasks, "SUBMIT", tasks.SUBMIT.replace("ON CONFLICT (event_key) DO NOTHING", "")
    )
    async with open_database(sqlite_database_url) as database:
        await query(database, "DROP INDEX one_tick_per_instant")
        await query(database, "DROP INDEX one_task_per_event")

        assert await fire_twice(ScheduleKit(database=database)) == 2
