"""What the Manager leaves open for a person, over every database."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.schedule.book import BookRoom, Owner
from gateway.schedule.follow_ups import HEARTBEAT_IS_OFF, MOST_OPEN, TaskFollowUps
from gateway.store import follow_ups, heartbeats
from gateway.store.database import Database
from gateway.store.heartbeats import Heartbeat
from manager.follow_ups import FollowUpOrder
from tests.contract.schedule.kit import USER, ScheduleKit
from tests.doubles.databases import count, query
from workers.errors import ToolError

ORDER = FollowUpOrder(
    subject="the offer", done_when="Bob has answered", next_review_after="in 2 hours"
)


@dataclass
class Shelf:
    """The follow-ups of one person, and others'."""

    kit: ScheduleKit

    async def of(self, user_id: str = USER) -> TaskFollowUps:
        """Return what a task of somebody's sees."""
        room = BookRoom(
            database=self.kit.database,
            clock=self.kit.clock,
            changed=lambda: None,
            has_soul=lambda _: False,
            default_zone="Europe/Berlin",
            per_person=50,
        )
        owner = Owner(
            user_id=user_id,
            conversation_id=(await self.kit.talk()).conversation_id,
            task_id=UUID(int=7),
            is_admin=False,
        )
        return TaskFollowUps(room, owner, can_add=True)


@pytest.fixture
def shelf(database: Database) -> Shelf:
    """Return a shelf on each database in turn."""
    return Shelf(ScheduleKit(database=database))


async def test_what_is_left_open_is_listed_until_it_is_closed(shelf: Shelf) -> None:
    """In the person's zone; the same step leaves nothing open a second time."""
    own = await shelf.of()
    made = await own.add(ORDER, "step-1")
    again = await own.add(ORDER, "step-1")

    assert again.follow_up_id == made.follow_up_id
    assert (made.subject, made.state) == ("the offer", "open")
    assert made.next_review_after == "2026-01-05 15:00 +0100"
    assert [one.follow_up_id for one in await own.listed()] == [made.follow_up_id]

    closed = await own.review(made.follow_up_id, "he said yes", "")

    assert closed.state == "closed"
    assert await own.listed() == []
    rows = await query(shelf.kit.database, "SELECT outcome FROM follow_ups")
    assert [row.text("outcome") for row in rows] == ["he said yes"]


async def test_a_review_may_put_it_off(shelf: Shelf) -> None:
    """Until the moment that it names; how long lies between two reviews stays."""
    own = await shelf.of()
    made = await own.add(ORDER, "step-1")

    put_off = await own.review(made.follow_up_id, "nothing yet", "tomorrow at 9")

    assert put_off.next_review_after == "2026-01-06 09:00 +0100"
    (one,) = await shelf.kit.database.transact("open", lambda: follow_ups.open_of(USER))
    assert (one.every, one.reviews) == (timedelta(hours=2), 1)


async def test_the_manager_is_told_that_nobody_will_look(shelf: Shelf) -> None:
    """As long as the person's heartbeat is off."""
    own = await shelf.of()
    assert (await own.add(ORDER, "step-1")).hint == HEARTBEAT_IS_OFF
    beat = Heartbeat(
        user_id=USER,
        conversation_id=UUID(int=1),
        active_hours="08:00-22:00",
        next_look_at=shelf.kit.clock.now(),
    )
    await shelf.kit.change(lambda: heartbeats.put(beat))

    assert (await own.add(ORDER, "step-2")).hint == ""


async def test_what_is_wrong_is_named(shelf: Shelf) -> None:
    """As an error that the model can act on; nobody touches what is another's."""
    own, others = await shelf.of(), await shelf.of(str(UUID(int=11)))
    made = await own.add(ORDER, "step-1")

    with pytest.raises(ToolError, match="is not understood"):
        await own.add(replace(ORDER, next_review_after="when pigs fly"), "step-2")
    for follow_up_id in ("ffffffff", " ", "-"):
        with pytest.raises(ToolError, match="names nothing that is open"):
            await own.review(follow_up_id, "done", "")
    with pytest.raises(ToolError, match="names nothing that is open"):
        await others.review(made.follow_up_id, "done", "")
    assert await count(shelf.kit.database, "follow_ups") == 1


async def test_a_person_has_only_so_much_open(shelf: Shelf) -> None:
    """Whoever wants more closes something first."""
    own = await shelf.of()
    for number in range(MOST_OPEN):
        await own.add(ORDER, f"step-{number}")

    with pytest.raises(ToolError, match="50 open already"):
        await own.add(ORDER, "one-more")


async def test_what_was_closed_long_ago_is_forgotten(shelf: Shelf) -> None:
    """What is open never is."""
    own = await shelf.of()
    for step in ("step-1", "step-2"):
        made = await own.add(ORDER, step)
    await own.review(made.follow_up_id, "he said yes", "")

    await shelf.kit.change(lambda: follow_ups.forget(shelf.kit.clock.now() + timedelta(days=1)))

    assert await count(shelf.kit.database, "follow_ups") == 1
    assert len(await own.listed()) == 1
