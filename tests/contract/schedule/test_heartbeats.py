"""Heartbeats over every database: what is new makes one task, and nothing new makes a receipt."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from gateway.envelope import Priority, Source
from gateway.inbox import Ending
from gateway.lifecycle import TaskStatus
from gateway.requests import request_text
from gateway.schedule.heartbeats import HeartbeatRoom, Heartbeats
from gateway.store import follow_ups, heartbeats
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.follow_ups import FollowUp
from gateway.store.heartbeats import Finding, Heartbeat
from gateway.store.schedules import ScheduleKind
from gateway.store.tasks import Leaving
from tests.contract.schedule.kit import USER, ScheduleKit, new_schedule
from tests.doubles.clock import START
from tests.doubles.databases import count, query

HALF_HOUR = timedelta(minutes=30)


@dataclass
class Pulse:
    """A heartbeat whose findings are set by the test; implements `Looks`."""

    kit: ScheduleKit
    there: list[Finding] = field(default_factory=list)
    asked: list[Sequence[str]] = field(default_factory=list)
    dies: bool = False
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def look(self, one: Heartbeat, watches: Sequence[str]) -> list[Finding]:
        """Return what is there."""
        assert one.user_id == USER
        self.asked.append(watches)
        if self.dies:
            raise ConnectionError("the process is gone")
        if self.meanwhile is not None:
            await self.meanwhile()
        return self.there

    @property
    def beats(self) -> Heartbeats:
        """The heartbeats of this process."""
        room = HeartbeatRoom(
            database=self.kit.database,
            clock=self.kit.clock,
            inbox=self.kit.inbox,
            default_zone="UTC",
        )
        return Heartbeats(room, self)

    async def switch_on(self, hours: str = "08:00-22:00", every: timedelta = HALF_HOUR) -> None:
        """Let the first look be due now."""
        talk = await self.kit.talk()
        one = Heartbeat(
            user_id=USER,
            conversation_id=talk.conversation_id,
            active_hours=hours,
            next_look_at=self.kit.clock.now(),
            every=every,
        )
        await self.kit.change(lambda: heartbeats.put(one))

    async def beat(self, wait: timedelta = HALF_HOUR) -> bool:
        """Look, then let time pass."""
        was_due = await self.beats.look()
        self.kit.clock.advance(wait)
        return was_due

    async def receipts(self) -> list[int]:
        """Return how much was new at each look."""
        rows = await query(
            self.kit.database, "SELECT findings FROM heartbeat_receipts ORDER BY receipt_id"
        )
        return [row.integer("findings") for row in rows]


@pytest.fixture
def pulse(database: Database) -> Pulse:
    """Return a heartbeat on each database in turn."""
    return Pulse(ScheduleKit(database=database))


def item(number: int) -> Finding:
    """Return an item of a feed."""
    return Finding(
        source="skill:rss", fingerprint=f"f{number}", title=f"item {number}", url=f"u{number}"
    )


def left_open(talk: Conversation) -> FollowUp:
    """Return something that was left open, to be reviewed each hour."""
    return FollowUp(
        follow_up_id=UUID(int=9),
        user_id=USER,
        conversation_id=talk.conversation_id,
        task_id=UUID(int=8),
        subject="the offer",
        done_when="Bob has answered",
        next_review_after=START + timedelta(hours=1),
        every=timedelta(hours=1),
        created_at=START,
    )


def page(content: str) -> Finding:
    """Return how a page stands."""
    return Finding(source="watch:p", fingerprint=content, title="The page changed", is_state=True)


async def test_what_is_new_makes_one_task(pulse: Pulse) -> None:
    """With all findings in it; the same findings make no second one."""
    await pulse.switch_on()
    pulse.there = [item(1), item(2)]

    for _ in range(3):
        assert await pulse.beat()

    claim = await pulse.kit.claim()
    assert (claim.task.source, claim.task.priority) == (Source.HEARTBEAT, Priority.NORMAL)
    assert request_text(claim.task).endswith("\n\n- item 1 u1\n- item 2 u2")
    assert await count(pulse.kit.database, "tasks") == 1
    assert await pulse.receipts() == [2, 0, 0]


async def test_a_state_is_news_when_it_changes(pulse: Pulse) -> None:
    """Not when it is seen first, and again when it changes back."""
    await pulse.switch_on()
    for content in ("a", "a", "b", "b", "a"):
        pulse.there = [page(content)]
        await pulse.beat()

    assert await pulse.receipts() == [0, 0, 1, 0, 1]


async def test_it_looks_every_half_hour_in_active_hours(pulse: Pulse) -> None:
    """At 12:00, 12:30 and 13:00; then at 08:00 the next day."""
    await pulse.switch_on("08:00-13:15")
    due = [await pulse.beat(timedelta(minutes=15)) for _ in range(20)]

    assert [number for number, was_due in enumerate(due) if was_due] == [0, 2, 4]
    found = await pulse.kit.database.transact("find", lambda: heartbeats.find(USER))
    assert found is not None
    assert found.next_look_at == START + timedelta(hours=20)


async def test_two_processes_look_once(pulse: Pulse) -> None:
    """Whoever moves the heartbeat on first."""
    await pulse.switch_on()
    other = pulse.beats

    looked = [await pulse.beats.look(), await other.look()]

    assert looked == [True, False]
    assert await pulse.receipts() == [0]


async def test_an_open_question_is_a_finding_once(pulse: Pulse) -> None:
    """When it has waited for an hour."""
    await pulse.switch_on()
    await query(
        pulse.kit.database,
        "INSERT INTO tasks (task_id, source, goal, priority, user_id, created_at, updated_at, "
        "status, event_key, lane, lane_seq) VALUES (:id, 'user_chat', 'paint it', 0, :user_id, "
        ":now, :now, 'waiting_input', 'e1', 'a', 1)",
        id=(await pulse.kit.talk()).conversation_id,
        user_id=USER,
        now=START,
    )

    for _ in range(4):
        await pulse.beat()

    assert await pulse.receipts() == [0, 0, 1, 0]


async def test_a_look_that_died_is_taken_up_again(pulse: Pulse) -> None:
    """After the quarter of an hour that a look may take, and not only at the next one."""
    await pulse.switch_on()
    pulse.there = [item(1)]
    pulse.dies = True
    with pytest.raises(ConnectionError):
        await pulse.beat()
    pulse.dies = False

    due = [await pulse.beat(timedelta(minutes=5)) for _ in range(5)]

    assert [number for number, was_due in enumerate(due) if was_due] == [3]
    assert await pulse.receipts() == [1]


async def test_a_look_that_somebody_took_over_counts_once(pulse: Pulse) -> None:
    """The slower one finds its place taken, and nothing that it found is kept."""
    await pulse.switch_on()
    pulse.there = [item(1)]

    async def overtake() -> None:
        pulse.kit.clock.advance(timedelta(minutes=16))
        pulse.meanwhile = None
        assert await pulse.beats.look()

    pulse.meanwhile = overtake
    await pulse.beats.look()

    assert await count(pulse.kit.database, "tasks") == 1
    assert await pulse.receipts() == [1]


async def test_a_follow_up_is_reviewed_until_it_is_closed(pulse: Pulse) -> None:
    """Each time it is due it is news once; after a review it is put off by as long as at first."""
    await pulse.switch_on()
    talk = await pulse.kit.talk()
    await pulse.kit.change(lambda: follow_ups.add(left_open(talk)))
    for _ in range(6):
        await pulse.beat()
    (one,) = await pulse.kit.database.transact("open", lambda: follow_ups.open_of(USER))
    assert await pulse.receipts() == [0, 0, 1, 0, 1, 0]
    claim = await pulse.kit.claim()
    assert request_text(claim.task).endswith(
        "- Follow-up 00000000 is due: the offer. Done when: Bob has answered"
    )
    assert one.reviews == 2

    await pulse.kit.change(lambda: follow_ups.close(one, "he said yes", pulse.kit.clock.now()))
    await pulse.beat()

    assert (await pulse.receipts())[-1] == 0


@pytest.mark.parametrize("state", ["failed", "expired", "sent", "queued"])
async def test_a_reminder_that_did_not_arrive_is_told_of(pulse: Pulse, state: str) -> None:
    """Once, an hour after it was due; not while it is on its way, nor where it has arrived."""
    await pulse.switch_on()
    at = (START + timedelta(minutes=1)).isoformat()
    await pulse.kit.add(new_schedule(at, ScheduleKind.ONCE))
    await pulse.kit.look_after(timedelta(minutes=1))
    await pulse.kit.end_run("Call home!")
    await pulse.kit.deliver(state)

    for _ in range(5):
        await pulse.beat()

    is_lost = state in {"failed", "expired"}
    assert await pulse.receipts() == [0, 0, int(is_lost), 0, 0]


async def test_what_is_still_there_after_months_is_no_news(pulse: Pulse) -> None:
    """What is known is forgotten only once it was not seen for long."""
    await pulse.switch_on()
    pulse.there = [item(1)]
    for _ in range(3):
        await pulse.beat(timedelta(days=60))
        before = pulse.kit.clock.now() - timedelta(days=90)
        await pulse.kit.change(partial(heartbeats.forget, before))

    assert sum(await pulse.receipts()) <= 1
    assert await count(pulse.kit.database, "tasks") == 1


async def test_it_looks_as_often_as_it_was_asked_to(pulse: Pulse) -> None:
    """Every ten minutes, say."""
    await pulse.switch_on(every=timedelta(minutes=10))

    due = [await pulse.beat(timedelta(minutes=5)) for _ in range(6)]

    assert due == [True, False] * 3


async def test_a_clock_that_was_ahead_does_not_silence_a_heartbeat(pulse: Pulse) -> None:
    """It showed a day years ahead, by mistake, for one look, and was set right again."""
    await pulse.switch_on("00:00-23:59")
    beats, right = pulse.beats, pulse.kit.clock.now()
    pulse.kit.clock.jump_to(right + timedelta(days=700))
    assert await beats.look()
    pulse.kit.clock.jump_to(right)
    assert not await beats.look()

    pulse.kit.clock.advance(HALF_HOUR)

    assert await beats.look()


async def test_what_is_watched_is_asked_for(pulse: Pulse) -> None:
    """Until it is dropped; it then begins anew."""
    await pulse.switch_on()
    for subject in ("notes.md", "https://example.org/"):
        await pulse.kit.change(partial(heartbeats.watch, USER, subject))
    await pulse.beat()
    await pulse.kit.change(lambda: heartbeats.drop(USER, "notes.md"))
    await pulse.beat()

    assert pulse.asked == [["notes.md", "https://example.org/"], ["https://example.org/"]]


@pytest.mark.parametrize(
    ("spoken", "status", "said"),
    [
        ("HEARTBEAT_OK", TaskStatus.COMPLETED, None),
        ("Two new items.", TaskStatus.COMPLETED, "Two new items."),
        (
            "I stopped.",
            TaskStatus.FAILED,
            "Something is new, but I could not tell what: I stopped.",
        ),
        ("", TaskStatus.CANCELLED, None),
    ],
)
async def test_only_news_is_said(
    pulse: Pulse, spoken: str, status: TaskStatus, said: str | None
) -> None:
    """Nothing where nothing matters; a failure in one sentence."""
    await pulse.switch_on()
    pulse.there = [item(1)]
    await pulse.beat()
    claim = await pulse.kit.claim()
    ending = Ending(leaving=Leaving(status=status), spoken=spoken)

    await pulse.kit.inbox.leave(claim.lease, pulse.kit.runs.redirect(claim.task, ending))

    texts = [text for _, text in await pulse.kit.said()]
    assert [text.partition(" `/task")[0] for text in texts] == ([said] if said else [])
