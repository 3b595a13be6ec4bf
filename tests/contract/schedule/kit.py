"""Schedulers on a clock that stands still, over one database, and short ways to fill it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from gateway.config.sections import InboxSettings
from gateway.envelope import Priority, TaskEnvelope
from gateway.inbox import Claim, Ending, Inbox
from gateway.lifecycle import TaskStatus
from gateway.roster import Roster
from gateway.schedule.runs import DeliveredEnd, QuietEnd, ScheduledRuns
from gateway.schedule.scheduler import Scheduler
from gateway.schedule.timing import check, timing_of
from gateway.store import schedules, tasks, ticks
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.schedules import MissedPolicy, OverlapPolicy, Schedule, ScheduleKind
from gateway.store.statement import Script
from gateway.store.tasks import Leaving
from gateway.store.ticks import Tick
from tests.contract.inbox.kit import meet
from tests.doubles.clock import START, ManualClock
from tests.doubles.databases import query

HOUR = timedelta(hours=1)
USER = "00000000-0000-0000-0000-00000000000a"


def new_schedule(
    timing: str = "@hourly", kind: ScheduleKind = ScheduleKind.CRON, *, now: datetime = START
) -> Schedule:
    """Return a schedule that is not stored yet, due as its timing says."""
    draft = Schedule(
        schedule_id=uuid4(),
        user_id=USER,
        kind=kind,
        timing=timing,
        time_zone="UTC",
        goal="tell the news",
        priority=Priority.LOW,
        model="",
        soul="",
        missed=MissedPolicy.LATEST,
        window=12 * HOUR,
        overlap=OverlapPolicy.SKIP,
        until=None,
        is_paused=False,
        pause_reason="",
        failures=0,
        next_fire_at=None,
        looked_at=now,
        ended_at=None,
        created_at=now,
    )
    return replace(draft, next_fire_at=check(timing_of(draft), now))


@dataclass(kw_only=True)
class ScheduleKit:
    """A database, a clock, an inbox and a scheduler."""

    database: Database
    clock: ManualClock = field(default_factory=ManualClock)
    told: list[str] = field(default_factory=list)
    inbox: Inbox = field(init=False)
    scheduler: Scheduler = field(init=False)
    runs: ScheduledRuns = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.database, self.clock, InboxSettings(), owner="this-process")
        self.scheduler = self.another_scheduler()
        self.runs = ScheduledRuns(Roster({}), default_zone="UTC")

    def another_scheduler(self) -> Scheduler:
        """Return the scheduler of another process, or of a restarted one."""
        quiet_end = QuietEnd(self.database, Roster({}), lambda: self.told.append("delivery"))
        chores = (quiet_end, DeliveredEnd(self.database))
        return Scheduler(self.database, self.clock, self.inbox, chores)

    async def add(self, schedule: Schedule, *chats: str) -> Schedule:
        """Store a schedule that speaks to these chats, to chat 1 by default."""
        talks = [await meet(self.database, chat) for chat in chats or ("1",)]
        ids = [talk.conversation_id for talk in talks]
        await self.database.transact("add", lambda: schedules.add(schedule, ids))
        return schedule

    async def look_after(self, wait: timedelta) -> None:
        """Let time pass and look at the clock."""
        self.clock.advance(wait)
        await self.scheduler.look()

    async def find(self, schedule_id: UUID) -> Schedule:
        """Read a schedule as it stands."""
        found = await self.database.transact("find", lambda: schedules.find(schedule_id))
        assert found is not None
        return found

    async def ticks(self, schedule: Schedule) -> list[Tick]:
        """Return what came of its instants, the oldest first."""
        found = await self.database.transact(
            "ticks",
            lambda: ticks.history(schedule.schedule_id, START - timedelta(days=9999), 9999),
        )
        return list(reversed(found))

    async def story(self, schedule: Schedule) -> list[str]:
        """Return each tick as `hours since the start: state and reason`."""
        return [
            f"{(tick.due_at - START) / HOUR:g}: {tick.state} {tick.reason}".rstrip()
            for tick in await self.ticks(schedule)
        ]

    async def open_runs(self, schedule: Schedule) -> list[TaskEnvelope]:
        """Return the runs that have not ended."""
        return list(await self.database.transact("open", lambda: tasks.open_in_lane(schedule.lane)))

    async def claim(self) -> Claim:
        """Claim the one task that can be claimed now."""
        (claim,) = await self.inbox.claim()
        return claim

    async def end_run(self, spoken: str, status: TaskStatus = TaskStatus.COMPLETED) -> None:
        """Claim the one run that waits and end it with these words."""
        claim = await self.claim()
        leaving = Leaving(status=status, reason="why it ended", final_output=spoken)
        ending = self.runs.redirect(claim.task, Ending(leaving=leaving, spoken=spoken))
        await self.inbox.leave(claim.lease, ending)

    async def said(self) -> list[tuple[str, str]]:
        """Return chat and text of what is in the outbox, in its order."""
        rows = await query(
            self.database,
            "SELECT c.chat_id, o.text FROM outbox AS o JOIN conversations AS c "
            "ON c.conversation_id = o.conversation_id ORDER BY o.outbox_seq",
        )
        return [(row.text("chat_id"), row.text("text")) for row in rows]

    async def deliver(self, state: str = "sent") -> None:
        """Let all that was said come to an end, and look at the clock."""
        await query(self.database, "UPDATE outbox SET state = :state", state=state)
        await self.scheduler.look()

    async def prefer(self, *, quiet_hours: str, time_zone: str = "") -> None:
        """Make the owner of the schedules a person with quiet hours."""
        await query(
            self.database,
            "INSERT INTO users (user_id, role, name, created_at, quiet_hours, time_zone) "
            "VALUES (:user_id, 'member', 'Ann', :now, :quiet_hours, :time_zone)",
            user_id=UUID(USER),
            now=START,
            quiet_hours=quiet_hours,
            time_zone=time_zone,
        )

    async def another_person(self, chat: str, *, quiet_hours: str) -> str:
        """Let somebody else write in a private chat; return their id."""
        talk, user_id = await self.talk(chat), UUID(int=11)
        place, now = talk.address, self.clock.now()
        await query(
            self.database,
            "INSERT INTO users (user_id, role, name, created_at, quiet_hours, time_zone) "
            "VALUES (:user_id, 'member', 'Bob', :now, :quiet_hours, '')",
            user_id=user_id,
            now=now,
            quiet_hours=quiet_hours,
        )
        await query(
            self.database,
            "INSERT INTO identities (user_id, channel, account, sender_id, created_at) "
            "VALUES (:user_id, :channel, :account, 'bob', :now)",
            user_id=user_id,
            channel=place.channel,
            account=place.account,
            now=now,
        )
        await query(
            self.database,
            "INSERT INTO messages (conversation_id, epoch, direction, sender_id, text, created_at) "
            "VALUES (:conversation_id, 0, 'in', 'bob', 'hello', :now)",
            conversation_id=talk.conversation_id,
            now=now,
        )
        return str(user_id)

    async def change(self, script: Callable[[], Script[object]]) -> None:
        """Run a script that changes something."""
        await self.database.transact("change", script)

    async def talk(self, chat: str = "1") -> Conversation:
        """Return a chat's conversation."""
        return await meet(self.database, chat)
