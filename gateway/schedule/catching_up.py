"""Which instants of a schedule fire now: those that are due, and what was missed before them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import assert_never

from gateway.schedule.timing import Timing, instants, next_after
from gateway.store.schedules import MissedPolicy

GRACE = timedelta(minutes=1)  # an instant that is looked at this late was not missed
MOST_CAUGHT_UP = 20  # runs at once of a schedule that makes up for all it missed
MOST_COUNTED = 200  # missed instants that are counted one by one
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Instants that do not fire; of very many, `instants` counts the first ones only."""

    first: datetime
    last: datetime
    instants: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What fires now, oldest first, what does not, and when the schedule is due again."""

    fire: tuple[datetime, ...]
    missed: Missed | None
    next_fire_at: datetime | None


def plan(
    timing: Timing, policy: MissedPolicy, window: timedelta, due: datetime, now: datetime
) -> Plan:
    """Decide what to do about a schedule that was due at `due`, at or before `now`.

    Raises:
        ScheduleError: the stored text or zone is wrong.
    """
    opens = max(due, now - max(window, GRACE))
    fire = _chosen(_newest(timing, opens, now), policy, now)
    until = fire[0] - _TICK if fire else now
    return Plan(
        fire=tuple(fire),
        missed=_missed(timing, due, until),
        next_fire_at=next_after(timing, now),
    )


def _chosen(recent: Sequence[datetime], policy: MissedPolicy, now: datetime) -> Sequence[datetime]:
    match policy:
        case MissedPolicy.SKIP:
            return [instant for instant in recent if now - instant <= GRACE]
        case MissedPolicy.LATEST:
            return recent[-1:]
        case MissedPolicy.ALL:
            return recent
        case _:
            assert_never(policy)


def _newest(timing: Timing, first: datetime, last: datetime) -> Sequence[datetime]:
    """Return the newest instants between two moments, both included.

    It looks back twice as far each time, so that a week of minutes costs no more than an hour.
    """
    span = GRACE
    while True:
        start = max(last - span, first)
        found = list(_between(timing, start, last))
        if start == first or len(found) >= MOST_CAUGHT_UP:
            return found[-MOST_CAUGHT_UP:]
        span *= 2


def _missed(timing: Timing, first: datetime, last: datetime) -> Missed | None:
    counted = list(islice(_between(timing, first, last), MOST_COUNTED))
    if not counted:
        return None
    is_all = len(counted) < MOST_COUNTED
    return Missed(first=counted[0], last=counted[-1] if is_all else last, instants=len(counted))


def _between(timing: Timing, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the instants between two moments, both included."""
    return takewhile(lambda instant: instant <= last, instants(timing, first - _TICK))
