"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)  # a Monday


class ManualClock:
    """A `Clock` for tests; wall-clock and monotonic time move together unless it jumps."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._monotonic_seconds = 1000.0

    def now(self) -> datetime:
        """Return the time as it was set."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds, moved by `advance` only."""
        return self._monotonic_seconds

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by
        self._monotonic_seconds += by.total_seconds()

    def jump_to(self, moment: datetime) -> None:
        """Set the wall clock alone, as an operator or NTP does."""
        self._now = moment
