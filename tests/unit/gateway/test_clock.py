"""The system's clock and its double agree on what a clock is."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.clock import Clock, SystemClock
from tests.doubles.clock import ManualClock


@pytest.mark.parametrize("clock", [SystemClock(), ManualClock()])
def test_now_is_aware_and_utc(clock: Clock) -> None:
    """Nobody downstream ever meets a naive or a local time."""
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize("clock", [SystemClock(), ManualClock()])
def test_monotonic_never_goes_back(clock: Clock) -> None:
    """An interval is never negative."""
    assert clock.monotonic() <= clock.monotonic()


def test_wall_clock_jump_leaves_intervals_alone() -> None:
    """Setting the wall clock back does not change what has passed."""
    clock = ManualClock()
    before = clock.monotonic()

    clock.advance(timedelta(seconds=5))
    clock.jump_to(datetime(2020, 1, 1, tzinfo=UTC))

    assert clock.monotonic() - before == 5
    assert clock.now().year == 2020
