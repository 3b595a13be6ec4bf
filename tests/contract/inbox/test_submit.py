"""What is submitted is kept once, at the end of its lane, and within bounds."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest

from gateway.config.sections import InboxSettings
from gateway.envelope import NewTask
from gateway.errors import InboxFullError
from gateway.lifecycle import TaskStatus
from gateway.store import tasks
from gateway.store.database import Database
from gateway.store.tasks import Standing
from tests.contract.inbox.kit import LANE, InboxKit, new_task
from tests.doubles.databases import count


async def submit_at_once(kit: InboxKit, new_tasks: Sequence[NewTask]) -> list[bool]:
    """Submit tasks side by side; return for each whether it was new."""
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(kit.inbox.submit(task)) for task in new_tasks]
    return [one.result() for one in running]


async def test_submitted_task_reads_back_as_it_was(kit: InboxKit) -> None:
    """Everything that was submitted is in the envelope; the rest has its first value."""
    task = new_task("e1")

    assert await kit.inbox.submit(task)

    found = await kit.find(task.task_id)
    assert (found.goal, found.source, found.priority) == (task.goal, task.source, task.priority)
    assert (found.event_key, found.lane, found.lane_seq) == ("e1", LANE, 1)
    assert (found.status, found.attempt, found.fence) == (TaskStatus.PENDING, 0, 0)
    assert found.created_at == found.updated_at == kit.clock.now()


async def test_repeated_event_inserts_nothing(kit: InboxKit) -> None:
    """The second submission of an event says so and leaves the first alone."""
    first = await kit.submit(new_task("e1"))

    is_new = await kit.inbox.submit(new_task("e1", "another lane"))

    assert not is_new
    assert await count(kit.database, "tasks") == 1
    assert (await kit.find(first.task_id)).lane == LANE


async def test_one_event_sixteen_times_at_once_is_one_task(kit: InboxKit) -> None:
    """However a platform redelivers, exactly one delivery makes a task."""
    outcomes = await submit_at_once(kit, [new_task("e1") for _ in range(16)])

    assert sorted(outcomes) == [False] * 15 + [True]
    assert await count(kit.database, "tasks") == 1


async def test_sixteen_events_at_once_get_sixteen_places(kit: InboxKit) -> None:
    """Nobody who submits to a busy lane is turned away, and no place is given twice."""
    outcomes = await submit_at_once(kit, [new_task(f"e{n}") for n in range(16)])

    waiting = await kit.database.transact("open", lambda: tasks.open_in_lane(LANE))
    assert all(outcomes)
    assert [task.lane_seq for task in waiting] == list(range(1, 17))


async def test_lanes_are_numbered_by_themselves(kit: InboxKit) -> None:
    """The order of one lane does not depend on another."""
    await kit.submit_all("a1", "a2", lane="a")
    (task,) = await kit.submit_all("b1", lane="b")

    assert (await kit.find(task.task_id)).lane_seq == 1


async def test_place_of_an_ended_task_is_not_given_again(kit: InboxKit) -> None:
    """The order of a lane holds for its history, too."""
    (first,) = await kit.submit_all("e1")
    await kit.inbox.cancel(first.task_id, "")

    (second,) = await kit.submit_all("e2")

    assert (await kit.find(second.task_id)).lane_seq == 2


async def test_waiting_tasks_are_counted_by_lane(kit: InboxKit) -> None:
    """What runs or has ended takes no room in its lane."""
    await kit.submit_all("a1", "a2", "a3", lane="a")
    kit.clock.advance(timedelta(seconds=1))
    await kit.submit_all("b1", lane="b")

    assert (await kit.claim()).task.lane == "a"
    standing = await kit.database.transact("standing", lambda: tasks.standing(uuid4(), "a"))
    assert standing == Standing(waiting=2, has_asked=False)
    assert await kit.database.transact("count", tasks.count_all_waiting) == 3


async def test_full_inbox_accepts_nothing(database: Database) -> None:
    """Beyond the bound a task is refused, and nothing of it is kept."""
    kit = InboxKit(database=database, settings=InboxSettings(waiting_total=2))
    await kit.submit_all("e1", "e2")

    with pytest.raises(InboxFullError, match="2 tasks wait"):
        await kit.inbox.submit(new_task("e3"))

    assert await count(database, "tasks") == 2


async def test_inbox_has_room_again_when_tasks_left(database: Database) -> None:
    """The count of waiting tasks is renewed after a second, so room is seen."""
    kit = InboxKit(database=database, settings=InboxSettings(waiting_total=2))
    await kit.submit_all("e1", "e2")
    await kit.claim()

    kit.clock.advance(timedelta(seconds=1.1))

    assert await kit.inbox.submit(new_task("e3"))
