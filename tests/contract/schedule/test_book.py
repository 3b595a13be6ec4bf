"""The book of schedules in which the Manager writes, over every database."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gateway.envelope import Priority
from gateway.schedule.book import BookRoom, Owner, TaskBook
from gateway.store import preferences, schedules
from gateway.store.database import Database
from manager.schedules import ScheduleOrder
from tests.contract.inbox.kit import meet
from tests.contract.schedule.kit import USER, ScheduleKit
from tests.doubles.databases import count
from workers.errors import ToolError

TASK = UUID(int=7)


@dataclass
class Desk:
    """A book for one person, and what it told the scheduler."""

    kit: ScheduleKit
    told: list[str] = field(default_factory=list)

    async def book(self, *, user_id: str = USER, per_person: int = 50) -> TaskBook:
        """Return the book of somebody who writes in chat 1."""
        room = BookRoom(
            database=self.kit.database,
            clock=self.kit.clock,
            changed=lambda: self.told.append("changed"),
            has_soul=lambda name: name == "poet",
            default_zone="Europe/Berlin",
            per_person=per_person,
        )
        talk = await meet(self.kit.database)
        owner = Owner(
            user_id=user_id,
            conversation_id=talk.conversation_id,
            task_id=TASK,
            is_admin=False,
        )
        return TaskBook(room, owner)


@pytest.fixture
def desk(database: Database) -> Desk:
    """Return a desk on each database in turn."""
    return Desk(ScheduleKit(database=database))


def order(
    when: str = "09:00",
    kind: str = "daily",
    *,
    time_zone: str = "",
    until: str = "",
    model: str = "",
    soul: str = "",
) -> ScheduleOrder:
    """Return an order for the news."""
    return ScheduleOrder(
        kind=kind,
        when=when,
        goal="tell the news",
        time_zone=time_zone,
        until=until,
        model=model,
        soul=soul,
    )


async def test_the_note_repeats_the_schedule_in_plain_words(desk: Desk) -> None:
    """With the next three dates in the zone that holds, and how to undo it."""
    note = await (await desk.book()).create(order(), "step-1")

    assert note.when == "every day at 09:00 (Europe/Berlin)"
    assert note.next_times == tuple(f"2026-01-0{day} 09:00 +0100" for day in (6, 7, 8))
    assert note.undo == f"/cron delete {note.schedule_id}"
    assert desk.told == ["changed"]


async def test_the_same_step_makes_no_second_schedule(desk: Desk) -> None:
    """After a crash the call is made again."""
    book = await desk.book()
    first = await book.create(order("in 20 minutes", "once"), "step-1")

    assert await book.create(order("in 20 minutes", "once"), "step-1") == first

    assert await count(desk.kit.database, "schedules") == 1


async def test_a_persons_own_zone_comes_before_the_gateways(desk: Desk) -> None:
    """And what the order names before both."""
    await desk.kit.prefer(quiet_hours="", time_zone="Asia/Shanghai")
    book = await desk.book()

    own = await book.create(order("明天早上9点", "once"), "step-1")
    named = await book.create(order(time_zone="America/New_York"), "step-2")

    assert own.next_times == ("2026-01-06 09:00 +0800",)
    assert named.next_times[0] == "2026-01-05 09:00 -0500"
    kept = await desk.kit.database.transact("read", lambda: preferences.read(USER))
    assert kept.time_zone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("wrong", "code", "named"),
    [
        (order("25:00"), "bad_schedule", "no time of day"),
        (order("10s", "interval"), "bad_schedule", "the shortest interval is 1 minute"),
        (order("0 0 30 2 *", "cron"), "bad_schedule", "month 2 has no day 30"),
        (order("last week", "once"), "bad_schedule", "is not understood"),
        (order(time_zone="Mars/Olympus"), "bad_schedule", "no IANA time zone"),
        (replace(order(), window="soon"), "bad_schedule", "no length of time"),
        (order(until="2025-01-01"), "bad_schedule", "over already"),
        (order(model="dear"), "not_allowed", "administrators"),
        (order(soul="nobody"), "soul_not_found", "nobody"),
    ],
)
async def test_what_is_wrong_is_named(
    desk: Desk, wrong: ScheduleOrder, code: str, named: str
) -> None:
    """As an error that the model can act on; nothing is stored."""
    with pytest.raises(ToolError, match=named) as refused:
        await (await desk.book()).create(wrong, "step-1")

    assert refused.value.code == code
    assert await count(desk.kit.database, "schedules") == 0


async def test_a_person_has_only_so_many(desk: Desk) -> None:
    """Those of others do not count."""
    book = await desk.book(per_person=2)
    for step in ("step-1", "step-2"):
        await book.create(order(), step)

    with pytest.raises(ToolError, match="2 are the most"):
        await book.create(order(), "step-3")

    other = await desk.book(user_id=str(UUID(int=11)), per_person=2)
    assert (await other.create(order(), "step-4")).state == "active"


async def test_a_cancelled_schedule_is_gone(desk: Desk) -> None:
    """Found by the beginning of its id, and only by its owner."""
    book = await desk.book()
    note = await book.create(order(), "step-1")
    other = await desk.book(user_id=str(UUID(int=11)))
    with pytest.raises(ToolError, match="none of this person's"):
        await other.cancel(note.schedule_id)

    ended = await book.cancel(note.schedule_id)

    assert (ended.goal, ended.state) == ("tell the news", "deleted")
    assert await book.listed() == []


async def test_a_reminder_is_due_to_the_second(desk: Desk) -> None:
    """Twenty minutes from now, whatever the zone."""
    await (await desk.book()).create(order("in 20 minutes", "once"), "step-1")

    assert await desk.kit.scheduler.look() == datetime(2026, 1, 5, 12, 20, tzinfo=UTC)


async def test_an_order_says_how_urgent_it_is_and_how_late_it_may_come(desk: Desk) -> None:
    """Low and half a day where it does not say."""
    book = await desk.book()
    plain = await book.create(order(), "step-1")
    chosen = await book.create(replace(order(), window="2h", priority="high"), "step-2")

    stored = {
        str(one.schedule_id)[:8]: (one.priority, one.window)
        for one in await desk.kit.database.transact("all", lambda: schedules.active(USER))
    }
    assert stored[plain.schedule_id] == (Priority.LOW, timedelta(hours=12))
    assert stored[chosen.schedule_id] == (Priority.HIGH, timedelta(hours=2))


async def test_what_a_task_has_made_is_repeated_in_plain_words(desk: Desk) -> None:
    """With the next dates, in the person's language; nothing of what was taken back."""
    book = await desk.book()
    await book.create(order("0 8 * * 1-5", "cron"), "step-1")
    gone = await book.create(order(), "step-2")
    await book.cancel(gone.schedule_id)

    line, undo = (await book.made("en")).splitlines()

    assert "at 08:00, Monday through Friday (`0 8 * * 1-5`, Europe/Berlin)" in line
    assert line.endswith(
        "next: 2026-01-06 08:00 +0100, 2026-01-07 08:00 +0100, 2026-01-08 08:00 +0100"
    )
    assert undo == "Write “undo” to take it back."
    assert "周一 到 周五" in await book.made("zh")
