"""A due instant fires once, whoever looks at the clock, and however it moves."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.envelope import Priority, Source
from gateway.store import schedules
from gateway.store.database import Database
from gateway.store.schedules import MissedPolicy, OverlapPolicy, ScheduleKind
from tests.contract.schedule.kit import HOUR, USER, ScheduleKit, new_schedule
from tests.doubles.clock import START
from tests.doubles.databases import count, open_database, query


async def test_a_due_schedule_becomes_a_task(kit: ScheduleKit) -> None:
    """An envelope like any other, in a lane of its own; the schedule moves on."""
    one = await kit.add(new_schedule())

    await kit.look_after(HOUR)

    (task,) = await kit.open_runs(one)
    assert (task.source, task.goal, task.user_id) == (Source.CRON, "tell the news", USER)
    assert (task.priority, task.lane) == (Priority.LOW, f"schedule:{one.schedule_id}")
    assert task.event_key == f"schedule:{one.schedule_id}:{(START + HOUR).isoformat()}"
    assert task.conversation_id == (await kit.talk()).conversation_id
    assert (await kit.find(one.schedule_id)).next_fire_at == START + 2 * HOUR


async def test_nothing_is_fired_before_its_time(kit: ScheduleKit) -> None:
    """And the look says when to look again."""
    one = await kit.add(new_schedule())
    kit.clock.advance(HOUR - timedelta(seconds=1))

    assert await kit.scheduler.look() == START + HOUR

    assert await kit.open_runs(one) == []


async def test_two_processes_fire_an_instant_once(kit: ScheduleKit, database_url: str) -> None:
    """On one database, at the same moment, over and over."""
    made = [await kit.add(new_schedule()) for _ in range(20)]
    async with open_database(database_url) as beside:
        other = ScheduleKit(database=beside, clock=kit.clock)
        for _ in range(5):
            kit.clock.advance(HOUR)
            async with asyncio.TaskGroup() as group:
                for scheduler in (kit.scheduler, other.scheduler):
                    group.create_task(scheduler.look())
            await query(kit.database, "UPDATE tasks SET status = 'completed'")

    assert await count(kit.database, "schedule_ticks", "state = 'fired'") == 5 * len(made)
    assert await count(kit.database, "tasks") == 5 * len(made)


async def test_a_restart_fires_nothing_again(kit: ScheduleKit) -> None:
    """What was fired is in the database, not in the process."""
    one = await kit.add(new_schedule())
    await kit.look_after(HOUR)

    await kit.another_scheduler().look()

    assert await kit.story(one) == ["1: fired"]


async def test_an_open_run_skips_the_next_instant(kit: ScheduleKit) -> None:
    """Unless the schedule says that it waits."""
    skipping = await kit.add(new_schedule())
    queueing = await kit.add(replace(new_schedule(), overlap=OverlapPolicy.QUEUE))

    await kit.look_after(HOUR)
    await kit.look_after(HOUR)

    assert await kit.story(skipping) == ["1: fired", "2: skipped overlap"]
    assert await kit.story(queueing) == ["1: fired", "2: fired"]
    assert len(await kit.open_runs(queueing)) == 2


async def test_no_more_runs_wait_than_may(kit: ScheduleKit) -> None:
    """A schedule whose runs never end does not fill the inbox."""
    one = await kit.add(replace(new_schedule(), overlap=OverlapPolicy.QUEUE))

    for _ in range(22):
        await kit.look_after(HOUR)

    assert len(await kit.open_runs(one)) == 20
    assert (await kit.story(one))[-2:] == ["21: skipped full", "22: skipped full"]


async def test_a_paused_schedule_keeps_a_record(kit: ScheduleKit) -> None:
    """Its instants are skipped, and after it is resumed the next one fires."""
    one = await kit.add(new_schedule())
    await kit.change(lambda: schedules.pause(one.schedule_id, "asked for"))
    await kit.look_after(HOUR)
    await kit.change(lambda: schedules.resume(one.schedule_id))

    await kit.look_after(HOUR)

    assert await kit.story(one) == ["1: skipped paused", "2: fired"]


async def test_downtime_follows_the_policy(kit: ScheduleKit) -> None:
    """Each missed instant is on record, alone or in a row of many."""
    drafts = {policy: replace(new_schedule(), missed=policy) for policy in MissedPolicy}
    made = {policy: await kit.add(draft) for policy, draft in drafts.items()}

    await kit.look_after(3.5 * HOUR)

    assert await kit.story(made[MissedPolicy.SKIP]) == ["1: skipped missed"]
    assert (await kit.ticks(made[MissedPolicy.SKIP]))[0].instants == 3
    assert await kit.story(made[MissedPolicy.LATEST]) == ["1: skipped missed", "3: fired"]
    assert await kit.story(made[MissedPolicy.ALL]) == ["1: fired", "2: fired", "3: fired"]


async def test_a_clock_that_is_set_back_fires_nothing_twice(kit: ScheduleKit) -> None:
    """Two hours back: the two instants come again, and have fired already."""
    one = await kit.add(replace(new_schedule(), overlap=OverlapPolicy.QUEUE))
    await kit.look_after(HOUR)
    await kit.look_after(HOUR)
    kit.clock.jump_to(START + HOUR / 2)
    await kit.scheduler.look()

    for _ in range(3):
        await kit.look_after(HOUR)

    assert await kit.story(one) == ["1: fired", "2: fired", "3: fired"]


async def test_a_clock_that_was_ahead_does_not_silence_a_schedule(kit: ScheduleKit) -> None:
    """It showed a day years ahead, by mistake, and was set right again."""
    one = await kit.add(replace(new_schedule(), missed=MissedPolicy.SKIP))
    kit.clock.jump_to(START + timedelta(days=2000, minutes=30))
    await kit.scheduler.look()
    kit.clock.jump_to(START + HOUR / 2)
    await kit.scheduler.look()

    await kit.look_after(HOUR / 2)

    assert await kit.story(one) == ["1: fired"]
    assert (await kit.find(one.schedule_id)).next_fire_at == START + 2 * HOUR


async def test_what_fires_once_fires_once(kit: ScheduleKit) -> None:
    """Late if need be; it is listed until its run has ended."""
    at = (START + HOUR).isoformat()
    one = await kit.add(new_schedule(at, ScheduleKind.ONCE))
    await kit.look_after(11 * HOUR)
    assert (await kit.find(one.schedule_id)).ended_at is None

    await kit.end_run("Call home!")

    assert await kit.said() == [("1", "Call home!")]
    await kit.deliver()
    assert (await kit.find(one.schedule_id)).ended_at == kit.clock.now()
    assert await kit.story(one) == ["1: fired"]


@pytest.mark.parametrize("state", ["queued", "unknown", "failed", "expired"])
async def test_a_reminder_is_there_until_it_has_arrived(kit: ScheduleKit, state: str) -> None:
    """Its run is over, and its message is not with the person: it is still listed."""
    at = (START + HOUR).isoformat()
    one = await kit.add(new_schedule(at, ScheduleKind.ONCE))
    await kit.look_after(HOUR)
    await kit.end_run("Call home!")

    await kit.deliver(state)
    assert (await kit.find(one.schedule_id)).ended_at is None

    await kit.deliver("sent")
    assert (await kit.find(one.schedule_id)).ended_at is not None


async def test_a_reminder_is_never_too_late_to_be_sent(kit: ScheduleKit) -> None:
    """What other runs say is worth sending for a day only."""
    at = (START + HOUR).isoformat()
    for one in (new_schedule(at, ScheduleKind.ONCE), new_schedule()):
        await kit.add(one)
        await kit.look_after(HOUR)
        await kit.end_run(f"from {one.kind}")

    rows = await query(kit.database, "SELECT text, expires_at FROM outbox ORDER BY outbox_seq")

    kept = {row.text("text"): row.time("expires_at") - kit.clock.now() for row in rows}
    assert kept["from once"] > timedelta(days=3000)
    assert kept["from cron"] == timedelta(days=1)


async def test_a_reminder_that_was_paused_over_its_time_stays(kit: ScheduleKit) -> None:
    """It is skipped, not lost: resumed, it comes."""
    at = (START + HOUR).isoformat()
    one = await kit.add(new_schedule(at, ScheduleKind.ONCE))
    await kit.change(lambda: schedules.pause(one.schedule_id, "asked for"))

    await kit.look_after(HOUR)

    found = await kit.find(one.schedule_id)
    assert (found.next_fire_at, found.ended_at, found.is_paused) == (None, None, True)


async def test_a_broken_schedule_does_not_hold_up_others(kit: ScheduleKit) -> None:
    """Its zone is gone, say: it is paused with the reason."""
    broken = await kit.add(new_schedule())
    one = await kit.add(new_schedule())
    await query(
        kit.database,
        "UPDATE schedules SET time_zone = 'Mars/Olympus' WHERE schedule_id = :id",
        id=broken.schedule_id,
    )

    await kit.look_after(HOUR)

    assert await kit.story(one) == ["1: fired"]
    found = await kit.find(broken.schedule_id)
    assert (found.is_paused, found.next_fire_at) == (True, None)
    assert "Mars/Olympus" in found.pause_reason


async def test_nothing_fires_after_the_end_date(kit: ScheduleKit) -> None:
    """The last instant still does."""
    one = await kit.add(replace(new_schedule(), until=START + HOUR))
    await kit.look_after(HOUR)
    await kit.end_run("news")
    await kit.deliver()

    await kit.look_after(HOUR)

    assert await kit.story(one) == ["1: fired"]
    assert (await kit.find(one.schedule_id)).ended_at is not None


async def fire_twice(kit: ScheduleKit) -> int:
    """Let a schedule be seen as due again after it fired, and count its runs."""
    one = await kit.add(replace(new_schedule(), overlap=OverlapPolicy.QUEUE))
    await kit.look_after(HOUR)
    await query(
        kit.database,
        "UPDATE schedules SET next_fire_at = :at WHERE schedule_id = :id",
        at=START + HOUR,
        id=one.schedule_id,
    )
    await kit.scheduler.look()
    return len(await kit.open_runs(one))


async def test_an_instant_that_has_fired_is_taken(database: Database) -> None:
    """Even where the schedule itself has lost its place."""
    assert await fire_twice(ScheduleKit(database=database)) == 1
