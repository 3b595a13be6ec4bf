"""`crewdesk schedule`: what people have scheduled, when it is due, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.cli.outcome import CommandFailed
from gateway.cli.screen import Line, Style
from gateway.cli.tasks import NOBODY
from gateway.cli.words import excerpt, short_id
from gateway.schedule.spans import span_text
from gateway.schedule.timing import timing_of, upcoming
from gateway.schedule.words import local_text, timing_text
from gateway.store import history, schedules, ticks
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.schedules import Schedule
from gateway.store.statement import Script
from gateway.store.ticks import RunCosts, Tick, TickReason, TickState, Told

SHOWN_TIMES = 8
SHOWN_TICKS = 100
TOLD_DAYS = timedelta(days=7)
COSTS_OF = timedelta(days=30)
LEAST_DIGITS = 4
_GOAL_CHARACTERS = 60
_ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleList:
    """Schedules, oldest first, and the names of people by user id."""

    schedules: Sequence[Schedule]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRecord:
    """All about one schedule; ticks of the last days, the newest first."""

    schedule: Schedule
    person: str
    targets: Sequence[Conversation]
    ticks: Sequence[Tick]
    costs: RunCosts


async def read_schedules(database: Database) -> ScheduleList:
    """Read all that have not ended, whoever they belong to."""

    def script() -> Script[ScheduleList]:
        found = yield from schedules.active(None)
        return ScheduleList(schedules=found, names=(yield from history.names()))

    return await database.transact("list_schedules", script)


async def read_schedule(database: Database, prefix: str, now: datetime) -> ScheduleRecord:
    """Read the one schedule whose id begins like this.

    Raises:
        CommandFailed: there is none, or several.
    """
    wanted = prefix.lower().replace("-", "")
    known = await read_schedules(database)
    found = [one for one in known.schedules if one.schedule_id.hex.startswith(wanted)]
    if len(wanted) < LEAST_DIGITS or not found:
        raise CommandFailed(f"there is no schedule {prefix}; `crewdesk schedule list` lists them")
    if len(found) > 1:
        raise CommandFailed(f"several schedules begin with {prefix}: give more digits")
    person = known.names.get(found[0].user_id, "")
    return await database.transact("read_schedule", lambda: _record(found[0], person, now))


def _record(one: Schedule, person: str, now: datetime) -> Script[ScheduleRecord]:
    schedule_id = one.schedule_id
    return ScheduleRecord(
        schedule=one,
        person=person,
        targets=(yield from schedules.targets(schedule_id)),
        ticks=(yield from ticks.history(schedule_id, now - TOLD_DAYS, SHOWN_TICKS)),
        costs=(yield from ticks.costs(schedule_id, now - COSTS_OF)),
    )


def table(listed: ScheduleList) -> list[Line]:
    """Lay schedules out, a line each."""
    if not listed.schedules:
        return [Line(text="no schedules")]
    return [_row(one, listed.names) for one in listed.schedules]


def _row(one: Schedule, names: Mapping[str, str]) -> Line:
    cells = (
        short_id(one.schedule_id),
        "paused" if one.is_paused else _next(one),
        timing_text(timing_of(one), _ENGLISH),
        excerpt(names.get(one.user_id, "")) or NOBODY,
        excerpt(one.goal, _GOAL_CHARACTERS),
    )
    return Line(text="  ".join(cells), style=Style.WARNING if one.is_paused else Style.PLAIN)


def _next(one: Schedule) -> str:
    return local_text(one.next_fire_at, one.time_zone) if one.next_fire_at else "not due any more"


def page(record: ScheduleRecord) -> list[Line]:
    """Lay one schedule out."""
    one = record.schedule
    facts = {
        "schedule": str(one.schedule_id),
        "of": excerpt(record.person) or NOBODY,
        "due": timing_text(timing_of(one), _ENGLISH),
        "next": _next(one),
        "paused": excerpt(one.pause_reason or "yes") if one.is_paused else "",
        "failures": str(one.failures) if one.failures else "",
        "missed": f"{one.missed}, within {span_text(one.window)}",
        "overlap": str(one.overlap),
        "until": local_text(one.until, one.time_zone) if one.until else "",
        "tells": ", ".join(talk.address.key for talk in record.targets),
        "goal": excerpt(one.goal, 500),
    }
    return [Line(text=f"{name:<10}{fact}") for name, fact in facts.items() if fact]


def preview(record: ScheduleRecord, now: datetime) -> list[Line]:
    """Show the next times, and what the runs of the last month cost."""
    one, used = record.schedule, record.costs
    times = upcoming(timing_of(one), now, SHOWN_TIMES)
    cost = (
        f"last 30 days: {used.runs} runs, {used.calls} model calls, "
        f"{used.input_tokens:,} tokens in, {used.output_tokens:,} out"
    )
    lines = [Line(text=local_text(instant, one.time_zone)) for instant in times]
    return [*(lines or [Line(text="not due any more")]), Line(text=cost, style=Style.QUIET)]


def why(record: ScheduleRecord) -> list[Line]:
    """Say what came of each due instant of the last days."""
    lines = [_tick(tick, record.schedule.time_zone) for tick in record.ticks]
    return lines or [Line(text=f"nothing was due in the last {TOLD_DAYS.days} days")]


def _tick(tick: Tick, time_zone: str) -> Line:
    at = local_text(tick.due_at, time_zone)
    if tick.instants > 1:
        at = f"{at} to {local_text(tick.last_due_at, time_zone)} ({tick.instants} times)"
    reason = "" if tick.reason is TickReason.NONE else f"({tick.reason})"
    run = f"task {short_id(tick.task_id)} {tick.status or 'gone'}" if tick.task_id else ""
    told = f"message {tick.told}" if tick.told is not Told.NOTHING else ""
    facts = (at, tick.state, reason, run, told, excerpt(tick.dispatch_reason))
    style = Style.WARNING if tick.state is TickState.SKIPPED else Style.PLAIN
    return Line(text="  ".join(fact for fact in facts if fact), style=style)
