"""Where the time comes from: the one place that asks the system for it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; never blocks."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC; it may jump, even backwards."""

    def monotonic(self) -> float:
        """Return seconds since some fixed moment; for intervals, never goes backwards."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the system's time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the system's monotonic time in seconds."""
        return time.monotonic()
