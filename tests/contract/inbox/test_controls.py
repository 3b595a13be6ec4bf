"""Negative controls: without its mechanism each promise is broken, so its test can fail.

They change the schema, so each has a SQLite database of its own.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gateway.lifecycle import TaskStatus
from gateway.store.tasks import LEAVE, SUBMIT
from tests.contract.inbox.kit import LANE, LEASE, InboxKit, new_task
from tests.doubles.databases import count, open_database, query


@pytest.fixture
async def kit(sqlite_database_url: str) -> AsyncIterator[InboxKit]:
    """Return an inbox on a database that nobody else uses."""
    async with open_database(sqlite_database_url) as database:
        yield InboxKit(database=database)


def without(sql: str, part: str) -> str:
    """Return a statement without one of its parts, which must be there."""
    assert part in sql
    return sql.replace(part, "")


async def submit_unguarded(kit: InboxKit, event_key: str) -> None:
    """Submit a task by a statement that does not look for its event."""
    task = new_task(event_key)
    await query(
        kit.database,
        without(SUBMIT, "ON CONFLICT (event_key) DO NOTHING"),
        task_id=task.task_id,
        source=task.source,
        goal=task.goal,
        payload="{}",
        priority=int(task.priority),
        user_id="",
        conversation_id=None,
        requires_reply=True,
        metadata="{}",
        event_key=event_key,
        lane=LANE,
        not_before=None,
        deadline=None,
        parent_task_id=None,
        now=kit.clock.now(),
    )


async def test_without_its_index_one_event_becomes_two_tasks(kit: InboxKit) -> None:
    """It is the unique index that keeps an event from being accepted twice."""
    await query(kit.database, "DROP INDEX one_task_per_event")

    await submit_unguarded(kit, "e1")
    await submit_unguarded(kit, "e1")

    assert await count(kit.database, "tasks", "event_key = 'e1'") == 2


async def test_without_the_fence_a_stale_write_is_accepted(kit: InboxKit) -> None:
    """It is the fence that keeps a former holder from ending the task of the present one."""
    stale = await kit.claim_new()
    kit.clock.advance(LEASE)
    await kit.claim()

    await query(
        kit.database,
        without(LEAVE, "AND fence = :fence"),
        task_id=stale.task.task_id,
        now=kit.clock.now(),
        status=TaskStatus.COMPLETED,
        not_before=None,
        reason="",
        result="",
        final_output="a stale answer",
        forgiven=False,
        recorded=False,
    )

    assert (await kit.find(stale.task.task_id)).final_output == "a stale answer"


async def test_without_its_time_a_lease_never_ends(kit: InboxKit) -> None:
    """It is the time that keeps a holder who overslept from writing."""
    late = await kit.claim_new()
    kit.clock.advance(LEASE + timedelta(hours=1))

    rows = await query(
        kit.database,
        without(LEAVE, "AND lease_until > :now"),
        task_id=late.task.task_id,
        fence=late.lease.fence,
        now=kit.clock.now(),
        status=TaskStatus.COMPLETED,
        not_before=None,
        reason="",
        result="",
        final_output="",
        forgiven=False,
        recorded=False,
    )

    assert len(rows) == 1


async def test_without_its_index_two_tasks_run_in_one_lane(kit: InboxKit) -> None:
    """It is the partial unique index that keeps a lane to one running task, whoever writes."""
    await kit.submit_all("e1", "e2")
    await query(kit.database, "DROP INDEX one_running_per_lane")

    await query(kit.database, "UPDATE tasks SET status = 'running'")

    assert await count(kit.database, "tasks", "status = 'running'") == 2
