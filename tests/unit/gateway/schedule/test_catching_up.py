"""What fires after a time in which nobody looked at the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.schedule.catching_up import MOST_CAUGHT_UP, Missed, Plan, plan
from gateway.schedule.timing import Timing
from gateway.store.schedules import MissedPolicy, ScheduleKind

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def planned(policy: MissedPolicy, late: timedelta, window: timedelta = DAY) -> Plan:
    """Return what happens to an hourly schedule that was due at noon and is looked at later."""
    timing = Timing(kind=ScheduleKind.CRON, text="@hourly", time_zone="UTC", anchor=NOON)
    return plan(timing, policy, window, NOON, NOON + late)


@pytest.mark.parametrize("policy", list(MissedPolicy))
def test_on_time_is_the_same_for_all(policy: MissedPolicy) -> None:
    """Some seconds late is not missed."""
    found = planned(policy, timedelta(seconds=20), timedelta())

    assert found == Plan(fire=(NOON,), missed=None, next_fire_at=NOON + HOUR)


def test_skip_fires_nothing_that_is_late() -> None:
    """All four hours are on record as missed."""
    found = planned(MissedPolicy.SKIP, 3.5 * HOUR)

    assert found.fire == ()
    assert found.missed == Missed(first=NOON, last=NOON + 3 * HOUR, instants=4)
    assert found.next_fire_at == NOON + 4 * HOUR


def test_latest_fires_the_newest() -> None:
    """The three before it are on record as missed."""
    found = planned(MissedPolicy.LATEST, 3.5 * HOUR)

    assert found.fire == (NOON + 3 * HOUR,)
    assert found.missed == Missed(first=NOON, last=NOON + 2 * HOUR, instants=3)


def test_latest_fires_nothing_older_than_its_window() -> None:
    """The newest was half an hour ago, and the window is a quarter."""
    found = planned(MissedPolicy.LATEST, 3.5 * HOUR, HOUR / 4)

    assert found.fire == ()
    assert found.missed is not None
    assert found.missed.instants == 4


def test_all_fires_what_is_in_the_window() -> None:
    """In the order in which it was due."""
    found = planned(MissedPolicy.ALL, 3.5 * HOUR, 2 * HOUR)

    assert found.fire == (NOON + 2 * HOUR, NOON + 3 * HOUR)
    assert found.missed == Missed(first=NOON, last=NOON + HOUR, instants=2)


def test_a_long_absence_is_cheap_and_bounded() -> None:
    """A year of hours: the newest few fire, and the rest is not counted one by one."""
    found = planned(MissedPolicy.ALL, 365 * DAY, 365 * DAY)

    assert len(found.fire) == MOST_CAUGHT_UP
    assert found.fire[-1] == NOON + 365 * DAY
    assert found.missed is not None
    assert (found.missed.first, found.missed.instants) == (NOON, 200)
