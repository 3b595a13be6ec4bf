"""The Manager's book of schedules, for the person of one task; implements `ScheduleBook`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from gateway.clock import Clock
from gateway.envelope import Priority
from gateway.errors import ScheduleError
from gateway.phrases import Phrase, say
from gateway.schedule.moments import parse_moment
from gateway.schedule.spans import parse_span
from gateway.schedule.timing import Timing, check, timing_of, upcoming
from gateway.schedule.words import SHORT_ID_CHARACTERS, local_text, timing_text
from gateway.schedule.zones import zone_of
from gateway.store import preferences, schedules
from gateway.store.database import Database
from gateway.store.preferences import Preferences
from gateway.store.schedules import (
    MissedPolicy,
    OverlapPolicy,
    Schedule,
    ScheduleKind,
)
from gateway.store.statement import Script
from manager.schedules import ScheduleNote, ScheduleOrder
from workers.errors import ToolError

NAMESPACE = uuid5(NAMESPACE_URL, "urn:crewdesk:schedule")
SHOWN_TIMES = 3
LATE_RUNS = timedelta(hours=12)  # a missed instant is made up for this long
ALWAYS = timedelta(days=3660)  # a reminder comes, however late


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRoom:
    """What books need of the gateway; `changed` is told that there is something new to look at."""

    database: Database
    clock: Clock
    changed: Callable[[], None]
    has_soul: Callable[[str], bool]
    default_zone: str
    per_person: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """For whom, for which conversation, and by which task, schedules are made."""

    user_id: str
    conversation_id: UUID
    task_id: UUID
    is_admin: bool


class TaskBook:
    """The schedules that one person may see and change."""

    def __init__(self, room: BookRoom, owner: Owner) -> None:
        self._room = room
        self._owner = owner
        self.was_used = False  # to make a schedule

    async def create(self, order: ScheduleOrder, step_id: str) -> ScheduleNote:
        """Make a schedule; see `ScheduleBook`."""
        self._check_choices(order)
        self.was_used = True
        now = self._room.clock.now()
        try:
            made = await self._room.database.transact(
                "create_schedule", lambda: self._create(order, uuid5(NAMESPACE, step_id), now)
            )
        except ScheduleError as error:
            raise ToolError("bad_schedule", str(error)) from error
        self._room.changed()
        return note(made, now)

    def _check_choices(self, order: ScheduleOrder) -> None:
        if order.model and not self._owner.is_admin:
            raise ToolError("not_allowed", "only administrators choose a model for a schedule")
        if order.soul and not self._room.has_soul(order.soul):
            raise ToolError("soul_not_found", f"there is no soul {order.soul!r}")

    def _create(self, order: ScheduleOrder, schedule_id: UUID, now: datetime) -> Script[Schedule]:
        known = yield from schedules.find(schedule_id)
        if known is not None:
            return known
        used = yield from schedules.count_active(self._owner.user_id)
        if used >= self._room.per_person:
            raise ScheduleError(
                f"there are {used} schedules already, and {self._room.per_person} are the most "
                "that a person may have: delete one first"
            )
        chosen = yield from preferences.read(self._owner.user_id)
        made = self._planned(order, schedule_id, chosen, now)
        yield from schedules.add(made, [self._owner.conversation_id])
        return made

    def _planned(
        self, order: ScheduleOrder, schedule_id: UUID, chosen: Preferences, now: datetime
    ) -> Schedule:
        timing = self._timing(order, chosen, now)
        return Schedule(
            schedule_id=schedule_id,
            user_id=self._owner.user_id,
            kind=timing.kind,
            timing=timing.text,
            time_zone=timing.time_zone,
            goal=order.goal,
            priority=Priority[order.priority.upper()] if order.priority else Priority.LOW,
            model=order.model,
            soul=order.soul,
            missed=MissedPolicy(order.missed or MissedPolicy.LATEST),
            window=_window(order, timing.kind),
            overlap=OverlapPolicy(order.overlap or OverlapPolicy.SKIP),
            until=timing.until,
            is_paused=False,
            pause_reason="",
            failures=0,
            next_fire_at=check(timing, now),
            looked_at=now,
            ended_at=None,
            created_at=now,
            task_id=self._owner.task_id,
        )

    def _timing(self, order: ScheduleOrder, chosen: Preferences, now: datetime) -> Timing:
        time_zone = order.time_zone or chosen.time_zone or self._room.default_zone
        zone, kind = zone_of(time_zone), ScheduleKind(order.kind)
        text = order.when.strip()
        if kind is ScheduleKind.ONCE:
            text = parse_moment(text, now, zone).replace(microsecond=0).isoformat()
        until = parse_moment(order.until, now, zone) if order.until else None
        return Timing(kind=kind, text=text, time_zone=time_zone, anchor=now, until=until)

    async def made(self, language: str) -> str:
        """Say of all that this task has scheduled when it is due, and how to undo it."""
        found = await self._room.database.transact(
            "made_schedules", lambda: schedules.made_by(self._owner.task_id)
        )
        if not found:
            return ""
        now = self._room.clock.now()
        lines = [made_line(one, now, language) for one in found]
        return "\n".join((*lines, say(Phrase.SCHEDULE_UNDO, language)))

    async def listed(self) -> Sequence[ScheduleNote]:
        """Return the schedules that have not ended; see `ScheduleBook`."""
        found = await self._room.database.transact(
            "list_schedules", lambda: schedules.active(self._owner.user_id)
        )
        now = self._room.clock.now()
        return [note(one, now) for one in found]

    async def cancel(self, schedule_id: str) -> ScheduleNote:
        """End a schedule; see `ScheduleBook`."""
        now = self._room.clock.now()
        wanted = schedule_id.strip().lower().replace("-", "")

        def script() -> Script[Schedule | None]:
            own = yield from schedules.active(self._owner.user_id)
            found = [one for one in own if one.schedule_id.hex.startswith(wanted)]
            if len(found) != 1:
                return None
            yield from schedules.delete(found[0].schedule_id, now)
            return found[0]

        ended = await self._room.database.transact("cancel_schedule", script)
        if ended is None:
            raise ToolError(
                "schedule_not_found",
                f"{schedule_id!r} names none of this person's schedules, or several of them",
            )
        return note(ended, now, state="deleted")


def _window(order: ScheduleOrder, kind: ScheduleKind) -> timedelta:
    if order.window:
        return parse_span(order.window)
    return ALWAYS if kind is ScheduleKind.ONCE else LATE_RUNS


def made_line(one: Schedule, now: datetime, language: str) -> str:
    """Repeat a new schedule in plain words, with the next dates."""
    timing = timing_of(one)
    due = timing_text(timing, language)
    times = upcoming(timing, now, SHOWN_TIMES) if timing.kind is not ScheduleKind.ONCE else ()
    facts = [f"⏰ `{str(one.schedule_id)[:SHORT_ID_CHARACTERS]}` {due}"]
    if times:
        dates = ", ".join(local_text(instant, one.time_zone) for instant in times)
        facts.append(say(Phrase.SCHEDULE_DATES, language, dates=dates))
    return " · ".join(facts)


def note(one: Schedule, now: datetime, *, state: str = "") -> ScheduleNote:
    """Put a schedule into plain words."""
    timing = timing_of(one)
    short = str(one.schedule_id)[:SHORT_ID_CHARACTERS]
    times = [] if one.is_paused or state else upcoming(timing, now, SHOWN_TIMES)
    return ScheduleNote(
        schedule_id=short,
        goal=one.goal,
        when=timing_text(timing, ""),
        time_zone=one.time_zone,
        next_times=tuple(local_text(instant, one.time_zone) for instant in times),
        state=state or ("paused" if one.is_paused else "active"),
        undo=f"/cron delete {short}",
    )
