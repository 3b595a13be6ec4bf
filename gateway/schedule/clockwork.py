"""All that a clock begins, put together: schedules, heartbeats, quiet hours."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.config.sections import ScheduleSettings
from gateway.inbox import Inbox
from gateway.roster import Roster
from gateway.schedule.book import BookRoom
from gateway.schedule.heartbeats import HeartbeatRoom, Heartbeats
from gateway.schedule.runs import DeliveredEnd, QuietEnd, ScheduledRuns
from gateway.schedule.scheduler import AlarmLoader, Scheduler
from gateway.schedule.signals import Lookout
from gateway.store.database import Database
from gateway.workshop import Workshop
from workers.groups import plain_group


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRoom:
    """What schedules need of the gateway; `said` is told that the outbox holds something new."""

    database: Database
    clock: Clock
    inbox: Inbox
    roster: Roster
    workshop: Workshop
    settings: ScheduleSettings
    said: Callable[[], None]


class Clockwork:
    """The parts that share one scheduler; `books` and `runs` are for whoever works on tasks."""

    def __init__(self, room: ClockRoom, load_alarm: AlarmLoader) -> None:
        quiet_end = QuietEnd(room.database, room.roster, room.said)
        self._load_alarm = load_alarm
        chores = (quiet_end, DeliveredEnd(room.database))
        self._scheduler = Scheduler(room.database, room.clock, room.inbox, chores)
        self._heartbeats = _heartbeats(room)
        self.books = _books(room, self._scheduler)
        self.runs = ScheduledRuns(room.roster, default_zone=room.settings.time_zone)

    async def run(self) -> None:
        """Fire schedules and heartbeats until cancelled."""
        async with plain_group() as group:
            group.create_task(self._heartbeats.run())
            group.create_task(self._scheduler.run(self._load_alarm))

    def changed(self, *, has_run: bool) -> None:
        """Take note that something is to be looked at, and whether a run was put in."""
        self._scheduler.changed(has_run=has_run)
        self._heartbeats.wakeup.call()


def _heartbeats(room: ClockRoom) -> Heartbeats:
    needed = HeartbeatRoom(
        database=room.database,
        clock=room.clock,
        inbox=room.inbox,
        default_zone=room.settings.time_zone,
    )
    return Heartbeats(needed, Lookout(room.workshop))


def _books(room: ClockRoom, scheduler: Scheduler) -> BookRoom:
    return BookRoom(
        database=room.database,
        clock=room.clock,
        changed=scheduler.wakeup.call,
        has_soul=lambda name: room.workshop.souls.get(name) is not None,
        default_zone=room.settings.time_zone,
        per_person=room.settings.per_person,
    )
