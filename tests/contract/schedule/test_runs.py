"""What becomes of a run: one message to each conversation, none, or a failure in a sentence."""

from dataclasses import replace
from datetime import timedelta

from gateway.envelope import Priority
from gateway.inbox import Ending
from gateway.lifecycle import TaskStatus
from gateway.store import held, schedules
from gateway.store.schedules import ScheduleKind
from gateway.store.tasks import Leaving
from tests.contract.inbox.kit import new_part, new_task
from tests.contract.schedule.kit import HOUR, ScheduleKit, new_schedule
from tests.doubles.clock import START


async def test_one_run_speaks_to_all_its_conversations(kit: ScheduleKit) -> None:
    """One model run, the same message in each."""
    await kit.add(new_schedule(), "1", "2", "3")
    await kit.look_after(HOUR)

    await kit.end_run("The news.")

    assert await kit.said() == [("1", "The news."), ("2", "The news."), ("3", "The news.")]


async def test_nothing_new_is_not_said(kit: ScheduleKit) -> None:
    """Only where that is the whole answer."""
    await kit.add(new_schedule())
    for answer in (" HEARTBEAT_OK\n", "HEARTBEAT_OK, but look at this", "  "):
        await kit.look_after(HOUR)
        await kit.end_run(answer)

    assert await kit.said() == [("1", "HEARTBEAT_OK, but look at this")]


async def test_a_failure_is_one_sentence_with_what_comes_next(kit: ScheduleKit) -> None:
    """Why, and when it is tried again."""
    await kit.add(new_schedule())
    await kit.look_after(HOUR)

    await kit.end_run("I stopped: too many steps.", TaskStatus.FAILED)

    assert await kit.said() == [
        (
            "1",
            "“tell the news” did not work this time: I stopped: too many steps. "
            "The next run is on 2026-01-05 14:00 +0000.",
        )
    ]


async def test_three_failures_in_a_row_pause_a_schedule(kit: ScheduleKit) -> None:
    """A success between them begins the count anew."""
    one = await kit.add(new_schedule())
    outcomes = ("failed", "failed", "completed", "failed", "failed", "failed")
    for outcome in outcomes:
        await kit.look_after(HOUR)
        await kit.end_run("words", TaskStatus(outcome))
    await kit.look_after(HOUR)

    short = str(one.schedule_id)[:8]
    assert (
        f"After 3 failures in a row it is paused; `/cron resume {short}`"
        in (await kit.said())[-1][1]
    )
    assert (await kit.find(one.schedule_id)).is_paused
    assert (await kit.story(one))[-1] == "7: skipped paused"


async def test_while_a_run_waits_nothing_is_said(kit: ScheduleKit) -> None:
    """A model that is down is nobody's business who did not write just now."""
    await kit.add(new_schedule())
    await kit.look_after(HOUR)
    claim = await kit.claim()
    talk = await kit.talk()
    parked = Ending(
        leaving=Leaving(status=TaskStatus.PENDING, reason="model unavailable"),
        parts=[new_part(talk, "notice")],
        spoken="The model is down.",
    )

    await kit.inbox.leave(claim.lease, kit.runs.redirect(claim.task, parked))

    assert await kit.said() == []


async def test_a_deleted_schedule_speaks_no_more(kit: ScheduleKit) -> None:
    """Also where its run had begun before."""
    one = await kit.add(new_schedule())
    await kit.look_after(HOUR)
    await kit.change(lambda: schedules.delete(one.schedule_id, kit.clock.now()))

    await kit.end_run("The news.")

    assert await kit.said() == []


async def test_quiet_hours_merge_what_was_said_in_them(kit: ScheduleKit) -> None:
    """One message when they end; the runs themselves were on time."""
    await kit.prefer(quiet_hours="12:30-15:30")
    await kit.add(new_schedule())
    for text in ("first", "second"):
        await kit.look_after(HOUR)
        await kit.end_run(text)
    assert await kit.said() == []
    assert await kit.scheduler.look() == START + 3 * HOUR

    await kit.look_after(1.5 * HOUR)

    head = "While it was quiet, 2 messages came in:"
    assert await kit.said() == [("1", f"{head}\n\nfirst\n\n---\n\nsecond")]
    assert kit.told == ["delivery"]


async def test_quiet_hours_are_those_of_whoever_reads(kit: ScheduleKit) -> None:
    """A private chat has its own person's; what the owner gets at once waits for the other."""
    await kit.prefer(quiet_hours="")
    other = await kit.another_person("2", quiet_hours="12:30-15:30")
    await kit.add(new_schedule(), "1", "2")
    await kit.look_after(HOUR)
    await kit.end_run("The news.")
    assert await kit.said() == [("1", "The news.")]

    await kit.change(lambda: held.release(other, kit.clock.now()))
    await kit.scheduler.look()

    assert await kit.said() == [("1", "The news."), ("2", "The news.")]


async def test_a_clock_that_was_ahead_keeps_nothing_back(kit: ScheduleKit) -> None:
    """What was to wait for a morning in years comes once the clock is right."""
    await kit.prefer(quiet_hours="22:00-07:00")
    await kit.add(new_schedule())
    right = kit.clock.now()
    kit.clock.jump_to(right + timedelta(days=700, hours=11))
    await kit.scheduler.look()
    await kit.end_run("The news.")
    assert await kit.said() == []
    kit.clock.jump_to(right)

    await kit.scheduler.look()

    assert await kit.said() == [("1", "The news.")]


async def test_a_single_message_comes_as_it_is(kit: ScheduleKit) -> None:
    """By the clock of the person's own zone."""
    await kit.prefer(quiet_hours="13:30-14:30", time_zone="Europe/Berlin")
    at = (START + HOUR).isoformat()
    await kit.add(new_schedule(at, ScheduleKind.ONCE))
    await kit.look_after(HOUR)
    await kit.end_run("Call home!")
    assert await kit.said() == []

    await kit.look_after(HOUR)

    assert await kit.said() == [("1", "Call home!")]


async def test_urgent_messages_pass_quiet_hours(kit: ScheduleKit) -> None:
    """Priority high."""
    await kit.prefer(quiet_hours="12:30-15:30")
    await kit.add(replace(new_schedule(), priority=Priority.HIGH))
    await kit.look_after(HOUR)

    await kit.end_run("It burns!")

    assert await kit.said() == [("1", "It burns!")]


async def test_a_person_can_ask_about_what_a_run_said(kit: ScheduleKit) -> None:
    """It stands in the conversation where it was said; runs see nothing of the conversation."""
    talk = await kit.talk()
    lane, chat = talk.address.key, talk.conversation_id
    await kit.add(new_schedule())
    for number in (1, 2):
        if number == 2:
            await kit.look_after(HOUR)
            await kit.end_run("The news.")
        task = new_task(f"e{number}", lane, conversation_id=chat)
        await kit.inbox.submit(task)
        claim = await kit.claim()
        leaving = Leaving(status=TaskStatus.COMPLETED)
        part = replace(new_part(talk, f"p{number}"), task_id=task.task_id)
        answer = Ending(leaving=leaving, parts=[part], spoken=f"answer {number}")
        await kit.inbox.leave(claim.lease, answer)
    await kit.inbox.submit(new_task("e3", lane, conversation_id=chat))

    said = (await kit.claim()).history

    assert [one.text for one in said] == ["answer 1", "The news.", "answer 2"]


async def test_a_run_begins_without_history(kit: ScheduleKit) -> None:
    """So that the same schedule does the same whatever is talked about."""
    await kit.add(new_schedule())
    await kit.look_after(HOUR)
    await kit.end_run("The news.")
    await kit.look_after(HOUR)

    assert (await kit.claim()).history == []


async def test_a_reminder_is_found_for_another_time(kit: ScheduleKit) -> None:
    """The one that was delivered last, and only once it was."""
    talk = await kit.talk()
    at = (START + HOUR).isoformat()
    one = await kit.add(new_schedule(at, ScheduleKind.ONCE))
    user, chat = one.user_id, talk.conversation_id
    before = await kit.database.transact("r", lambda: schedules.last_reminder(user, chat))
    await kit.look_after(HOUR)
    await kit.end_run("Call home!")
    found = await kit.database.transact("r", lambda: schedules.last_reminder(user, chat))
    assert (before, found and found.schedule_id) == (None, one.schedule_id)
    later = kit.clock.now() + timedelta(minutes=10)
    await kit.change(
        lambda: schedules.fire_again(one.schedule_id, later.isoformat(), later, kit.clock.now())
    )

    await kit.look_after(timedelta(minutes=10))
    await kit.end_run("Call home, again!")

    assert [text for _, text in await kit.said()] == ["Call home!", "Call home, again!"]
