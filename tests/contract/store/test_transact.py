"""A script is a transaction: all of it or nothing, answered after the commit."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import NoReturn

import pytest

from gateway.errors import ConflictError, StoreUnavailableError
from gateway.store.database import Database
from gateway.store.statement import Script, Statement, insert
from gateway.store.tables import Setting, Task
from tests.contract.inbox.kit import InboxKit, new_task
from tests.doubles.databases import closed_database, count, open_database, query


def put(name: str, value: str = "1") -> Statement:
    """Return a write of one row."""
    return insert("settings", {"name": name, "value": value})


def write(*names: str) -> Script[None]:
    """Write rows."""
    for name in names:
        yield put(name)


def write_and_fail(name: str) -> Script[NoReturn]:
    """Write a row and think better of it."""
    yield put(name)
    raise KeyError(name)


async def test_script_that_fails_leaves_nothing(database: Database) -> None:
    """Its own error comes back, and its writes are undone."""
    with pytest.raises(KeyError, match="a"):
        await database.transact("fail", lambda: write_and_fail("a"))

    assert await count(database, "settings") == 0


async def test_conflict_undoes_what_came_before_it(database: Database) -> None:
    """A refused write takes its whole transaction with it."""
    await database.transact("write", lambda: write("b"))

    with pytest.raises(ConflictError):
        await database.transact("write", lambda: write("a", "b"))

    assert await count(database, "settings") == 1


async def test_failing_scripts_harm_no_others(database: Database) -> None:
    """Of many side by side each gets its own outcome, and only the good ones are kept."""

    async def outcome(number: int) -> str:
        name = f"n{number}"
        if number % 2:
            await database.transact("write", lambda: write(name))
            return "wrote"
        with pytest.raises(KeyError, match=name):
            await database.transact("fail", lambda: write_and_fail(name))
        return "failed"

    async with asyncio.TaskGroup() as group:
        outcomes = [group.create_task(outcome(number)) for number in range(40)]

    assert [one.result() for one in outcomes] == ["failed", "wrote"] * 20
    assert await count(database, "settings") == 20


async def test_answered_write_is_seen_by_reads(database: Database) -> None:
    """Whoever is told that it is written finds it, through the ORM too."""
    await database.transact("write", lambda: write("a"))

    assert await database.read(lambda: Setting.all().count()) == 1


async def test_script_reads_what_it_wrote(database: Database) -> None:
    """Within a transaction its own writes are visible."""

    def script() -> Script[int]:
        yield put("a")
        rows = yield Statement("SELECT COUNT(*) AS n FROM settings", {})
        return rows[0].integer("n")

    assert await database.transact("both", script) == 1


@pytest.mark.parametrize(
    "value",
    ["", "a:b :c ::d", "'quoted' \"twice\" `and` \\ back", "你好 🎉", "line\nline", "x" * 100_000],
)
async def test_text_comes_back_as_it_was(database: Database, value: str) -> None:
    """No text can break out of its parameter."""
    await query(database, put("a", value).sql, name="a", value=value)

    (row,) = await query(database, "SELECT value FROM settings WHERE value = :value", value=value)

    assert row.text("value") == value


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 5, 12, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 1, 5, 12, 0, tzinfo=timezone(timedelta(hours=8))),
    ],
)
async def test_time_comes_back_as_utc(database: Database, moment: datetime) -> None:
    """To the microsecond, from every zone, in scripts and through the ORM."""
    kit = InboxKit(database=database)
    kit.clock.jump_to(moment)
    task = await kit.submit(new_task("e1"))

    found = await kit.find(task.task_id)
    (row,) = await database.read(Task.all)

    assert found.created_at == row.created_at == moment
    assert found.created_at.tzinfo is UTC


async def test_times_are_compared_as_times(database: Database) -> None:
    """Whole and broken seconds sort rightly, as do zones."""
    first = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    second = datetime(2026, 1, 5, 14, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=2)))
    kit = InboxKit(database=database)
    for key, moment in (("e2", second), ("e1", first)):
        kit.clock.jump_to(moment)
        await kit.submit(new_task(key, key))

    rows = await query(database, "SELECT event_key FROM tasks ORDER BY created_at")

    assert [row.text("event_key") for row in rows] == ["e1", "e2"]


async def test_caller_that_left_does_not_stop_its_work(database: Database) -> None:
    """What was begun is finished, and what comes after it finds it done."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(database.transact("write", lambda: write("a")))
        await asyncio.sleep(0)  # it has handed over its script
        task.cancel()

    await database.transact("write", lambda: write("b"))
    await wait_for_rows(database, 2)


async def test_listener_is_told_after_the_commit_and_before_the_caller(database: Database) -> None:
    """So that whoever hears of a value first can rely on it."""
    heard: list[int | None] = []

    def script() -> Script[int]:
        yield put("a")
        return 7

    value = await database.transact("write", script, told=heard.append)

    assert (heard, value) == ([7], 7)


async def test_listener_is_told_of_a_failure(database: Database) -> None:
    """It hears that there is nothing, and the error is the caller's."""
    heard: list[None] = []

    with pytest.raises(KeyError):
        await database.transact("fail", lambda: write_and_fail("a"), told=heard.append)

    assert heard == [None]


async def test_listener_is_told_though_the_caller_has_left(database: Database) -> None:
    """What came of it must not get lost with whoever asked for it."""
    heard: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    def script() -> Script[int]:
        yield put("a")
        return 7

    async with asyncio.TaskGroup() as group:
        task = group.create_task(database.transact("write", script, told=heard.set_result))
        await asyncio.sleep(0)  # it has handed over its script
        task.cancel()

    async with asyncio.timeout(3):
        assert await heard == 7


async def wait_for_rows(database: Database, number: int) -> None:
    """Return when there are so many rows; fail after three seconds."""
    async with asyncio.timeout(3):
        while await count(database, "settings") < number:
            pass


async def test_closing_waits_for_what_runs(database_url: str) -> None:
    """Nothing that was handed over is lost by an orderly end."""
    database = closed_database(database_url)
    await database.open()
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(database.transact("write", partial(write, f"n{number}")))
        await asyncio.sleep(0)  # all have handed over their scripts
        await database.close()

    async with open_database(database_url) as again:
        assert await count(again, "settings") == 20


async def test_closing_waits_for_reads(database_url: str) -> None:
    """Whoever reads when the end comes gets what was asked for."""
    database = closed_database(database_url)
    await database.open()
    await database.transact("write", lambda: write("a"))
    await database.read(Setting.first)

    async with asyncio.TaskGroup() as group:
        reads = [group.create_task(database.read(Setting.all().count)) for _ in range(20)]
        await asyncio.sleep(0)  # all have begun
        await asyncio.sleep(0)
        await database.close()

    assert [one.result() for one in reads] == [1] * 20


async def test_closed_database_refuses_work(database_url: str) -> None:
    """Nobody waits for ever for a database that is gone."""
    async with open_database(database_url) as database:
        pass

    with pytest.raises(StoreUnavailableError, match="not open"):
        await database.transact("write", lambda: write("a"))


async def test_probe_is_told_around_each_transaction(database_url: str) -> None:
    """Tests of crashes can stop the process at every point; a failed one has no `after`."""
    points: list[str] = []

    async with open_database(database_url, probe=points.append) as database:
        await database.transact("write", lambda: write("a"))
        with pytest.raises(ConflictError):
            await database.transact("again", lambda: write("a"))

    assert points == ["before:write", "after:write", "before:again"]
