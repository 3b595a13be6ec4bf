"""/cron, /snooze, /quiet and /zone."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from gateway.commands.command import LookAtClock
from gateway.envelope import Priority
from gateway.inbox import Ending
from gateway.lifecycle import TaskStatus
from gateway.roster import Roster
from gateway.schedule.firing import fire_due
from gateway.schedule.heartbeats import new_task
from gateway.schedule.runs import ScheduledRuns
from gateway.store import (
    conversations,
    follow_ups,
    heartbeats,
    held,
    people,
    schedules,
    steps,
    tasks,
)
from gateway.store.conversations import Conversation
from gateway.store.follow_ups import FollowUp
from gateway.store.heartbeats import Finding, Receipt
from gateway.store.held import Held
from gateway.store.people import Identity
from gateway.store.schedules import Schedule, ScheduleKind
from gateway.store.steps import ModelUse
from gateway.store.tasks import Leaving
from tests.contract.front.kit import MEMBER, OWNER, Front, message
from tests.contract.schedule.kit import HOUR, new_schedule
from tests.doubles.clock import START
from tests.doubles.databases import count, query
from workers.models.protocol import Usage

ONE = UUID("abcd0000-0000-0000-0000-000000000001")


async def scheduled(front: Front, schedule: Schedule, sender: str = MEMBER) -> Schedule:
    """Store a schedule of somebody's that speaks to their private chat."""
    await front.write("/start", sender)
    identity = Identity(channel="telegram", account="bot", sender_id=sender)
    person = await front.database.transact("find", lambda: people.find(identity))
    assert person is not None
    own = replace(schedule, schedule_id=ONE, user_id=str(person.user_id))
    talk = await private_chat(front, sender)
    await front.database.transact("add", lambda: schedules.add(own, [talk.conversation_id]))
    return own


async def private_chat(front: Front, sender: str) -> Conversation:
    """Return somebody's private conversation."""
    place = message("", sender).conversation
    return await front.database.transact("meet", lambda: conversations.meet(place, "en", START))


async def fire(front: Front, wait: timedelta) -> None:
    """Let time pass and fire what is due."""
    front.clock.advance(wait)
    await front.database.transact("fire", lambda: fire_due(front.clock.now(), 50))


async def end_run(front: Front, text: str, status: TaskStatus = TaskStatus.COMPLETED) -> UUID:
    """End the one run that waits with these words; return its id."""
    (claim,) = await front.inbox.claim()
    runs = ScheduledRuns(Roster({}), default_zone="UTC")
    leaving = Leaving(status=status, reason="the reason")
    ending = runs.redirect(claim.task, Ending(leaving=leaving, spoken=text))
    await front.inbox.leave(claim.lease, ending)
    return claim.task.task_id


async def test_list_shows_when_each_is_due(front: Front) -> None:
    """A person's own; an admin can ask for all."""
    assert "There are no schedules" in await front.write("/cron", MEMBER)
    await scheduled(front, new_schedule("0 9 * * 1-5"))

    due = "at 09:00, Monday through Friday (`0 9 * * 1-5`, UTC)"
    line = f"- `abcd0000` {due} · next: 2026-01-06 09:00 +0000 · tell the news"
    assert line in await front.write("/cron list", MEMBER)
    assert "There are no schedules" in await front.write("/cron", OWNER)
    assert line in await front.write("/cron list all", OWNER)


async def test_lists_are_in_the_persons_language(front: Front) -> None:
    """Chinese for those whose app is."""
    await scheduled(front, new_schedule("09:00", ScheduleKind.DAILY))

    assert "每天 09:00（UTC）" in await front.write("/cron", MEMBER, language="zh")


async def test_show_tells_all_about_one(front: Front) -> None:
    """Found by the beginning of its id."""
    one = replace(new_schedule("@daily"), until=START + timedelta(days=9), model="dear")
    await scheduled(front, replace(one, soul="poet", priority=Priority.HIGH))

    shown = await front.write("/cron show abcd", MEMBER)

    assert "> tell the news" in shown
    assert "- next: 2026-01-06 00:00 +0000" in shown
    assert "- Speaks to 1 conversation(s)" in shown
    assert "- Missed times: latest, within 12h; while a run goes on: skip" in shown
    assert "- Until 2026-01-14 12:00 +0000" in shown
    for fact in ("- Priority: high", "- Model: `dear`", "- Soul: `poet`"):
        assert fact in shown


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("/cron show", "Write `/cron list`"),
        ("/cron show abc", "Write `/cron list`"),
        ("/cron sing abcd", "Write `/cron list`"),
        ("/cron show ffff", "I know no such schedule of yours"),
    ],
)
async def test_what_is_not_understood_is_explained(front: Front, text: str, part: str) -> None:
    """And nothing is changed."""
    await scheduled(front, new_schedule())

    assert part in await front.write(text, MEMBER)


async def test_nobody_touches_the_schedules_of_others(front: Front) -> None:
    """Admins may."""
    await scheduled(front, new_schedule(), OWNER)

    assert "no such schedule" in await front.write("/cron delete abcd", MEMBER)
    assert "Deleted: tell the news" in await front.write("/cron delete abcd", OWNER)


async def test_pause_and_resume(front: Front) -> None:
    """With the reason where it is shown, and a look at the clock after it."""
    await scheduled(front, new_schedule())

    assert "`/cron resume abcd0000`" in await front.write("/cron pause abcd", MEMBER)
    assert "Paused: you asked for it" in await front.write("/cron show abcd", MEMBER)
    assert "next: 2026-01-05 13:00" in await front.write("/cron resume abcd", MEMBER)
    assert front.aftermath == [LookAtClock()]


async def test_run_puts_one_run_in_beside_the_times(front: Front) -> None:
    """The next time stays as it is."""
    one = await scheduled(front, new_schedule())

    assert "It runs now" in await front.write("/cron run abcd", MEMBER)

    assert await front.count_tasks() == 1
    assert front.aftermath == [LookAtClock(has_run=True)]
    found = await front.database.transact("find", lambda: schedules.find(one.schedule_id))
    assert found is not None
    assert found.next_fire_at == START + HOUR


async def test_delete_ends_what_waits_of_it(front: Front) -> None:
    """The schedule, and a run of it that nobody has begun."""
    await scheduled(front, new_schedule())
    await fire(front, HOUR)

    await front.write("/cron delete abcd", MEMBER)

    assert await count(front.database, "tasks", "status = 'cancelled'") == 1
    assert "There are no schedules" in await front.write("/cron", MEMBER)


@pytest.mark.parametrize("word", ["/undo", "undo", "Undo that!", "撤销", "“undo”."])
async def test_undo_takes_back_what_the_last_task_made(front: Front, word: str) -> None:
    """By the command or the word alone, without a model; what others made stays."""
    assert "Nothing was scheduled here" in await front.write("/undo", MEMBER)
    await scheduled(front, replace(new_schedule(), task_id=ONE))

    assert await front.write(word, MEMBER) == "Taken back: tell the news"

    assert "There are no schedules" in await front.write("/cron", MEMBER)
    assert await front.count_tasks() == 0


async def test_undo_is_a_word_like_any_other_where_nothing_was_made(front: Front) -> None:
    """More than a day ago, or by somebody else: then the Manager gets it."""
    await scheduled(front, replace(new_schedule(), task_id=ONE), OWNER)
    assert await front.write("undo", MEMBER) == ""
    front.clock.advance(timedelta(hours=25))

    assert await front.write("undo", OWNER) == ""

    assert await front.count_tasks() == 2


async def test_preview_shows_daylight_saving_and_costs(front: Front) -> None:
    """The clocks of Berlin go forward on 29 March; one run has used some tokens."""
    one = replace(new_schedule("30 2 * * 0"), time_zone="Europe/Berlin", next_fire_at=START + HOUR)
    await scheduled(front, one)
    front.clock.jump_to(START + timedelta(days=76))
    await query(front.database, "UPDATE schedules SET next_fire_at = :at", at=front.clock.now())
    await fire(front, timedelta())
    await front.write("/cron run abcd", MEMBER)
    task_id = await end_run(front, "The news.")
    usage = Usage(input_tokens=1200, cached_tokens=0, output_tokens=30)
    use = ModelUse(user_id="", source="cron", model="m", usage=usage, duration=timedelta(seconds=1))
    now = front.clock.now()
    await front.database.transact("use", lambda: steps.count_use(task_id, task_id, "m", use, now))

    shown = await front.write("/cron preview abcd", MEMBER)

    assert "- 2026-03-29 03:00 +0200 — the clocks change before this\n" in shown
    assert "- 2026-04-05 02:30 +0200\n" in shown
    assert "Last 30 days: 1 runs, 1 model calls, 1,200 tokens in, 30 out" in shown


async def test_why_tells_what_came_of_each_instant(front: Front) -> None:
    """Fired, skipped for which reason, and how the run ended."""
    assert "no such schedule" in await front.write("/cron why abcd", MEMBER)
    await scheduled(front, new_schedule())
    assert "Nothing was due" in await front.write("/cron why abcd", MEMBER)
    await fire(front, HOUR)
    await fire(front, HOUR)
    await end_run(front, "no words", TaskStatus.FAILED)
    await fire(front, 3.5 * HOUR)

    lines = (await front.write("/cron why abcd", MEMBER)).splitlines()

    assert lines[0].startswith("- 2026-01-05 17:00 +0000 · fired · waiting · `")
    assert lines[1].startswith(
        "- 2026-01-05 15:00 +0000 to 2026-01-05 16:00 +0000 (2 times) · skipped · nobody looked"
    )
    assert lines[2] == "- 2026-01-05 14:00 +0000 · skipped · the run before had not ended"
    assert lines[3].startswith("- 2026-01-05 13:00 +0000 · fired · failed · message on its way · `")
    assert lines[3].endswith("· the reason")


async def test_why_tells_what_became_of_each_message(front: Front) -> None:
    """Nothing to tell, sent, kept back, or lost."""
    await scheduled(front, new_schedule())
    for text in ("HEARTBEAT_OK", "The news.", "More news.", "At night."):
        if text == "At night.":
            await front.write("/quiet 15:30-20:00", MEMBER)
        await fire(front, HOUR)
        await end_run(front, text)
    for text, state in (("The news.", "sent"), ("More news.", "expired")):
        await query(
            front.database,
            "UPDATE outbox SET state = :state WHERE text = :text",
            state=state,
            text=text,
        )

    lines = (await front.write("/cron why abcd", MEMBER)).splitlines()

    told = [line.split(" · ")[3] for line in reversed(lines)]
    assert told == [
        "had nothing to tell",
        "message sent",
        "message could not be delivered",
        "kept back until 2026-01-05 20:00 +0000",
    ]


async def test_why_counts_what_it_does_not_list(front: Front) -> None:
    """A schedule of every hour: the newest one by one, and the others together."""
    await scheduled(front, new_schedule())
    for _ in range(35):
        await fire(front, HOUR)

    lines = (await front.write("/cron why abcd", MEMBER)).splitlines()

    assert len(lines) == 32
    assert lines[-2:] == [
        "- before that, 4 times · skipped · the run before had not ended",
        "- before that, 1 times · fired · waiting",
    ]


async def test_why_knows_what_is_over(front: Front) -> None:
    """A reminder that has come is no more in the list, and can still be asked about."""
    at = (START + HOUR).isoformat()
    await scheduled(front, new_schedule(at, ScheduleKind.ONCE))
    await fire(front, HOUR)
    await end_run(front, "Call home!")
    await front.write("/cron delete abcd", MEMBER)

    assert "fired · completed · message" in await front.write("/cron why abcd", MEMBER)
    assert "over since 2026-01-05 13:00 +0000" in await front.write("/cron show abcd", MEMBER)
    assert "no such schedule" in await front.write("/cron run abcd", MEMBER)


async def test_preview_shows_quiet_hours(front: Front) -> None:
    """In the person's zone; urgent schedules have none."""
    await scheduled(front, new_schedule())
    await front.write("/quiet 14:00-16:00", MEMBER)
    await front.write("/zone Europe/Berlin", MEMBER)

    lines = (await front.write("/cron preview abcd", MEMBER)).splitlines()
    await query(front.database, "UPDATE schedules SET priority = 0")
    urgent = await front.write("/cron preview abcd", MEMBER)

    wait = " — quiet hours: arrives at 2026-01-05 16:00 +0100"
    assert lines[2:5] == [
        f"- 2026-01-05 13:00 +0000{wait}",
        f"- 2026-01-05 14:00 +0000{wait}",
        "- 2026-01-05 15:00 +0000",
    ]
    assert "quiet hours" not in urgent


async def test_another_conversation_can_subscribe(front: Front) -> None:
    """One run speaks to both, until one leaves."""
    one = await scheduled(front, new_schedule())
    in_group = message("/cron subscribe abcd", MEMBER, group="-5")
    assert "gets its messages from now on" in await front.receive(in_group)
    await fire(front, HOUR)
    await end_run(front, "The news.")
    assert await count(front.database, "outbox", "text = 'The news.'") == 2

    await front.write("/cron unsubscribe abcd", MEMBER)

    left = await front.database.transact("t", lambda: schedules.targets(one.schedule_id))
    assert [talk.address.chat_id for talk in left] == ["-5"]


async def test_zone_is_shown_and_set(front: Front) -> None:
    """The gateway's own first; a wrong name is explained."""
    assert "Your time zone is `UTC`" in await front.write("/zone", MEMBER)
    assert "did you mean Asia/Shanghai?" in await front.write("/zone Shanghai", MEMBER)

    assert "it is 2026-01-05 20:00 +0800 there" in await front.write("/zone Asia/Shanghai", MEMBER)

    assert "Your time zone is `Asia/Shanghai`" in await front.write("/zone", MEMBER)


async def test_quiet_hours_are_set_and_ended(front: Front) -> None:
    """What was kept back is let go with their end."""
    one = await scheduled(front, new_schedule())
    assert "no quiet hours" in await front.write("/quiet", MEMBER)
    assert "write them like" in await front.write("/quiet please", MEMBER)
    assert "From 22:00-07:00 (`UTC`)" in await front.write("/quiet 22:00-7:00", MEMBER)
    assert "22:00-07:00" in await front.write("/quiet", MEMBER)
    talk = await private_chat(front, MEMBER)
    kept = Held(
        task_id=ONE,
        conversation_id=talk.conversation_id,
        user_id=one.user_id,
        text="good night",
        release_at=START + HOUR,
    )
    await front.database.transact("hold", lambda: held.hold(kept, START))

    assert "comes now" in await front.write("/quiet off", MEMBER)

    assert await front.database.transact("nearest", held.nearest) == START
    assert front.aftermath == [LookAtClock()]


async def test_snooze_brings_the_last_reminder_again(front: Front) -> None:
    """Only after one was delivered, and only here."""
    assert "no reminder of yours" in await front.write("/snooze 10m", MEMBER)
    at = (START + HOUR).isoformat()
    one = await scheduled(front, new_schedule(at, ScheduleKind.ONCE))
    await fire(front, HOUR)
    await end_run(front, "Call home!")

    for no_time in ("/snooze", "/snooze 999999w999999w", "/snooze never"):
        assert "Write `/snooze 10m`" in await front.write(no_time, MEMBER)
    told = await front.write("/snooze 10m", MEMBER)

    assert told == "I will remind you again at 2026-01-05 13:10 +0000: tell the news"
    await fire(front, timedelta(minutes=10))
    await end_run(front, "Call home, again!")
    assert await count(front.database, "schedule_ticks", "state = 'fired'") == 2
    assert one.schedule_id == ONE


async def test_heartbeat_is_off_until_it_is_switched_on(front: Front) -> None:
    """Then it has its hours, and the first look comes soon."""
    assert (await front.write("/heartbeat", MEMBER)).startswith("Off.")
    assert "from 08:00-22:00 (`UTC`)" in await front.write("/heartbeat on", MEMBER)
    assert front.aftermath == [LookAtClock()]
    assert "next look is at 2026-01-05 12:00" in await front.write("/heartbeat status", MEMBER)
    assert "from 07:00-09:00" in await front.write("/heartbeat hours 7:00-9:00", MEMBER)
    assert "next look is at 2026-01-06 07:00" in await front.write("/heartbeat", MEMBER)
    assert "are no hours" in await front.write("/heartbeat hours always", MEMBER)
    await front.write("/heartbeat off", MEMBER)
    assert (await front.write("/heartbeat", MEMBER)).startswith("Off.")


async def test_heartbeat_tells_what_its_looks_came_to(front: Front) -> None:
    """How many there were, how many cost nothing, and what was found."""
    await front.write("/heartbeat every 1h", MEMBER)
    identity = Identity(channel="telegram", account="bot", sender_id=MEMBER)
    person = await front.database.transact("find", lambda: people.find(identity))
    assert person is not None
    user = str(person.user_id)
    one = await front.database.transact("beat", lambda: heartbeats.find(user))
    assert one is not None
    task = new_task(one, [Finding(source="s", fingerprint="f", title="Rain is coming")], "en")
    for number in range(3):
        told = task.task_id if number == 1 else None
        receipt = Receipt(looked_at=front.clock.now(), findings=number % 2, task_id=told)
        await front.database.transact("look", partial(heartbeats.record, user, receipt))
        front.clock.advance(HOUR)
    await front.database.transact("task", lambda: tasks.submit(task, front.clock.now()))

    lines = (await front.write("/heartbeat status", MEMBER)).splitlines()

    assert lines[0].startswith("On: every 1 h 0 min from 08:00-22:00; ")
    assert "- last 7 days: 3 looks, 2 without a model; 1 things were new" in lines
    assert "- last look 1 h 0 min ago: 0 new" in lines
    assert "- found 2 h 0 min ago: Rain is coming" in lines


@pytest.mark.parametrize("span", ["1m", "2 days"])
async def test_heartbeat_has_bounds(front: Front, span: str) -> None:
    """Neither a storm nor nearly never."""
    assert "at least 5 minutes apart" in await front.write(f"/heartbeat every {span}", MEMBER)
    assert "no length of time" in await front.write("/heartbeat every often", MEMBER)
    assert (await front.write("/heartbeat", MEMBER)).startswith("Off.")


async def test_what_was_left_open_is_shown_and_can_be_closed(front: Front) -> None:
    """With when it is reviewed; nobody closes what is another's."""
    one = await scheduled(front, new_schedule())
    left = FollowUp(
        follow_up_id=ONE,
        user_id=one.user_id,
        conversation_id=ONE,
        task_id=ONE,
        subject="the offer",
        done_when="Bob has answered",
        next_review_after=START + HOUR,
        every=HOUR,
        created_at=START,
    )
    await front.database.transact("leave", lambda: follow_ups.add(left))

    shown = await front.write("/heartbeat", MEMBER)

    line = (
        "- `abcd0000` left open: the offer, until Bob has answered; reviewed after 2026-01-05 13:00"
    )
    assert line in shown
    assert "nothing open by this id" in await front.write("/heartbeat close abcd", OWNER)
    assert await front.write("/heartbeat close abcd", MEMBER) == "Closed: the offer"
    assert "left open" not in await front.write("/heartbeat", MEMBER)


async def test_a_reminder_that_was_paused_over_its_time_comes_when_it_is_resumed(
    front: Front,
) -> None:
    """At once; what is due regularly is reckoned anew."""
    at = (START + HOUR).isoformat()
    await scheduled(front, new_schedule(at, ScheduleKind.ONCE))
    await front.write("/cron pause abcd", MEMBER)
    await fire(front, HOUR)

    assert "next: 2026-01-05 13:00 +0000" in await front.write("/cron resume abcd", MEMBER)
    await fire(front, timedelta(seconds=1))

    await end_run(front, "Call home!")
    assert await count(front.database, "outbox", "text = 'Call home!'") == 1


async def test_heartbeat_watches_pages_and_files(front: Front) -> None:
    """As many as may be, until they are dropped."""
    assert "- watches `notes.md`" in await front.write("/heartbeat watch notes.md", MEMBER)
    assert "watches" not in await front.write("/heartbeat drop notes.md", MEMBER)
    for number in range(20):
        await front.write(f"/heartbeat watch {number}.md", MEMBER)
    assert "20 pages and files" in await front.write("/heartbeat watch more.md", MEMBER)
    assert (await front.write("/heartbeat watch", MEMBER)).startswith("`/heartbeat on`")
