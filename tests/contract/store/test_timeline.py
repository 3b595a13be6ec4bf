"""The timeline is numbered per task, and bounded."""

from datetime import timedelta
from uuid import UUID

from gateway.store import timeline
from gateway.store.database import Database
from gateway.store.statement import Script, insert
from gateway.store.timeline import EVENTS_IN_ALL, EVENTS_PER_TASK
from tests.doubles.clock import START
from tests.doubles.databases import count, query

TASK, OTHER = UUID(int=1), UUID(int=2)


def add_many(task_id: UUID, number: int) -> Script[None]:
    """Note as many events in one transaction."""
    for n in range(number):
        yield from timeline.add(task_id, f"event_{n}", {"n": n}, START + timedelta(seconds=n))


async def test_events_are_numbered_per_task(database: Database) -> None:
    """Each task's events count from one."""
    await database.transact("add", lambda: add_many(TASK, 2))
    await database.transact("add", lambda: add_many(OTHER, 1))

    rows = await query(database, "SELECT event_no, detail FROM timeline_events ORDER BY event_seq")

    assert [row.integer("event_no") for row in rows] == [1, 2, 1]
    assert [row.json("detail") for row in rows] == [{"n": 0}, {"n": 1}, {"n": 0}]


async def test_task_has_a_bounded_number_of_events(database: Database) -> None:
    """A task that goes mad keeps its first events, and others are not hurt."""
    await database.transact("add", lambda: add_many(TASK, EVENTS_PER_TASK + 10))
    await database.transact("add", lambda: add_many(OTHER, 1))

    assert await count(database, "timeline_events", "task_id = :task", task=TASK) == EVENTS_PER_TASK
    assert await count(database, "timeline_events", "task_id = :task", task=OTHER) == 1


async def test_oldest_events_beyond_the_bound_go(database: Database) -> None:
    """All events together have a bound, too; what is within it stays."""
    for number in (1, 2, EVENTS_IN_ALL + 1):
        event = insert(
            "timeline_events",
            {
                "event_seq": number,
                "task_id": TASK,
                "event_no": number,
                "name": "x",
                "created_at": START,
            },
        )
        await query(database, event.sql, **event.parameters)

    assert await database.transact("prune", timeline.prune) == 1
    assert await database.transact("prune", timeline.prune) == 0

    rows = await query(database, "SELECT event_seq FROM timeline_events ORDER BY event_seq")
    assert [row.integer("event_seq") for row in rows] == [2, EVENTS_IN_ALL + 1]


async def test_empty_timeline_can_be_pruned(database: Database) -> None:
    """There may be nothing to drop."""
    assert await database.transact("prune", timeline.prune) == 0
