"""The transaction in which schedules fire: the tick, its task and the next instant, or nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from gateway.envelope import NewTask, Source
from gateway.errors import ScheduleError
from gateway.schedule.catching_up import Missed, plan
from gateway.schedule.timing import next_after, timing_of
from gateway.store import schedules, tasks, ticks
from gateway.store.schedules import OverlapPolicy, Schedule
from gateway.store.statement import Script
from gateway.store.ticks import NewTick, TickReason, TickState

TRIMMED = timedelta(seconds=5)
RUNS_WAITING = 20  # of one schedule; the bound of every lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """What came of one look: schedules that were due, tasks made, and when to look next."""

    looked_at: int
    submitted: int
    nearest: datetime | None


def fire_due(now: datetime, most: int) -> Script[Fired]:
    """Fire what is due, at most so many schedules."""
    due = yield from ticks.due(now, most)
    submitted = 0
    for one in due:
        submitted += yield from _fire(one, now)
    return Fired(looked_at=len(due), submitted=submitted, nearest=(yield from ticks.nearest()))


def _fire(one: Schedule, now: datetime) -> Script[int]:
    if one.next_fire_at is None:
        return 0
    try:
        planned = plan(timing_of(one), one.missed, one.window, one.next_fire_at, now)
    except ScheduleError as error:  # the zone is gone, say: the others must not wait for this one
        yield from ticks.advance(one, None, now)
        yield from schedules.pause(one.schedule_id, str(error))
        return 0
    if not (yield from ticks.advance(one, planned.next_fire_at, now)):
        return 0  # somebody else was here first
    yield from _record_missed(one, planned.missed, now)
    before = yield from ticks.count_open_runs(one.lane, RUNS_WAITING + 1)
    submitted = 0
    for due_at in planned.fire:
        reason = _held_back(one, before, submitted)
        if reason is None:
            submitted += yield from submit_run(one, due_at, TickReason.NONE, now)
        else:
            yield from ticks.record(_skipped(one, due_at, reason), now)
    if planned.next_fire_at is None and not submitted and not one.is_paused:
        yield from schedules.end(one.schedule_id, now)
    return submitted


def _held_back(one: Schedule, before: int, submitted: int) -> TickReason | None:
    """Say why a due instant must not fire; `before` runs were open when the look began."""
    if one.is_paused:
        return TickReason.PAUSED
    if before and one.overlap is OverlapPolicy.SKIP:
        return TickReason.OVERLAP
    if before + submitted >= RUNS_WAITING:
        return TickReason.FULL
    return None


def submit_run(one: Schedule, due_at: datetime, reason: TickReason, now: datetime) -> Script[int]:
    """Put one run into the inbox with its tick; 0 where this instant has had its tick."""
    task = yield from _task(one, due_at)
    tick = NewTick(
        schedule_id=one.schedule_id,
        due_at=due_at,
        last_due_at=due_at,
        state=TickState.FIRED,
        reason=reason,
        task_id=task.task_id,
    )
    if not (yield from ticks.record(tick, now)):
        return 0
    yield from tasks.submit(task, now)
    return 1


def _task(one: Schedule, due_at: datetime) -> Script[NewTask]:
    """Make the envelope; the workers' instruction is the Manager's alone, as for any task."""
    targets = yield from schedules.targets(one.schedule_id)
    return NewTask(
        task_id=uuid4(),
        source=Source.CRON,
        goal=one.goal,
        event_key=f"{one.lane}:{due_at.isoformat()}",
        lane=one.lane,
        priority=one.priority,
        user_id=one.user_id,
        conversation_id=targets[0].conversation_id if targets else None,
        metadata={
            "schedule_id": str(one.schedule_id),
            "due_at": due_at.isoformat(),
            "model": one.model,
            "soul": one.soul,
        },
    )


def _record_missed(one: Schedule, missed: Missed | None, now: datetime) -> Script[None]:
    if missed is None:
        return
    reason = TickReason.PAUSED if one.is_paused else TickReason.MISSED
    tick = NewTick(
        schedule_id=one.schedule_id,
        due_at=missed.first,
        last_due_at=missed.last,
        instants=missed.instants,
        state=TickState.SKIPPED,
        reason=reason,
    )
    yield from ticks.record(tick, now)


def _skipped(one: Schedule, due_at: datetime, reason: TickReason) -> NewTick:
    return NewTick(
        schedule_id=one.schedule_id,
        due_at=due_at,
        last_due_at=due_at,
        state=TickState.SKIPPED,
        reason=reason,
    )


def set_back(now: datetime, most: int) -> Script[int]:
    """Reckon anew from a clock that was set back; return how many schedules there were.

    A difference of a few seconds is the clock being trimmed.

    An instant that fired before keeps its tick, so it does not fire again.
    """
    found = yield from ticks.computed_later_than(now + TRIMMED, most)
    for one in found:
        try:
            next_fire_at = next_after(timing_of(one), now)
        except ScheduleError:
            next_fire_at = one.next_fire_at
        yield from ticks.advance(one, next_fire_at, now)
    return len(found)
