"""What happens when more waits than may wait."""

from datetime import timedelta

import pytest

from gateway.config.sections import InboxSettings
from gateway.errors import InboxFullError
from gateway.store.database import Database
from tests.contract.front.kit import OWNER, STRANGER, Front, message
from tests.doubles.databases import count


async def test_full_lane_takes_no_more_and_says_so_once(database: Database) -> None:
    """The first messages stay in line; one polite notice answers all that are left aside."""
    front = Front(database=database, limits=InboxSettings(waiting_per_lane=2))

    for number in range(5):
        await front.write(f"message {number}")

    assert [task.goal for task in await front.open_tasks()] == ["message 0", "message 1"]
    assert await count(database, "outbox", "kind = 'notice'") == 1


async def test_full_inbox_leaves_events_with_the_platform(database: Database) -> None:
    """What is refused was not stored, and is accepted when it comes again and there is room."""
    front = Front(database=database, limits=InboxSettings(waiting_total=1))
    await front.write("the first")
    event = front.event(message("the second", OWNER))

    for _ in range(3):
        with pytest.raises(InboxFullError):
            await front.intake.receive([event])
    (task,) = await front.open_tasks()
    await front.inbox.cancel(task.task_id, "makes room")
    front.clock.advance(timedelta(seconds=2))
    await front.intake.receive([event])

    assert [task.goal for task in await front.open_tasks()] == ["the second"]
    assert await count(database, "outbox", "kind = 'notice'") == 1


async def test_full_inbox_still_takes_commands(database: Database) -> None:
    """They make no task, and one of them makes room."""
    front = Front(database=database, limits=InboxSettings(waiting_total=1))
    await front.write("the first")

    assert "Crewdesk" in await front.write("/status")
    await front.write("/stop all")
    front.clock.advance(timedelta(seconds=2))
    await front.write("the second")

    assert [task.goal for task in await front.open_tasks()] == ["the second"]


async def test_full_inbox_tells_strangers_nothing(database: Database) -> None:
    """The gate stands before strangers also when there is no room."""
    front = Front(database=database, limits=InboxSettings(waiting_total=1))
    await front.write("the first")

    with pytest.raises(InboxFullError):
        await front.write("hello", STRANGER)

    assert await count(database, "outbox") == 0
