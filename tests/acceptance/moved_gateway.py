"""A gateway whose clock stands where a test has put it, and which dies where a test wants it to.

Both are files beside its data directory: see `Strings`. What waits for a clock looks at it often,
so that a test need not wait for the next regular look of half a minute.
"""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from gateway.app import build, read_settings
from gateway.clock import SystemClock
from gateway.logs import configure
from gateway.schedule import heartbeats, scheduler
from tests.acceptance.kill.sabotage import sabotage

MOVED: Final = (sys.executable, "-m", "tests.acceptance.moved_gateway")
OFTEN_SECONDS: Final = 0.2
WITHOUT: Final = "MOVED_GATEWAY_WITHOUT"  # the mechanism that is off, see `sabotage`


@dataclass(frozen=True, slots=True)
class Strings:
    """By what a test moves a gateway in another process."""

    data_dir: Path

    def set_clock(self, moment: datetime) -> None:
        """Let the gateway's wall clock go on from another moment."""
        ahead = moment - SystemClock().now()
        _write(self._ahead, str(ahead.total_seconds()))

    def now(self) -> datetime:
        """Return what the gateway's clock shows."""
        return SystemClock().now() + self.ahead()

    def pass_time(self, by: timedelta) -> None:
        """Let time pass, or go back."""
        _write(self._ahead, str((self.ahead() + by).total_seconds()))

    def ahead(self) -> timedelta:
        """Return how far the gateway's clock is ahead of the system's."""
        return timedelta(seconds=float(_read(self._ahead) or 0))

    def die_at(self, point: str) -> None:
        """Let the gateway end itself, like SIGKILL from outside, when it next comes to a point."""
        _write(self._point, point)

    def reached(self, point: str) -> None:
        """Come to a point."""
        if _read(self._point) == point:
            self._point.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    @property
    def _ahead(self) -> Path:
        return self.data_dir.with_name(f"{self.data_dir.name}.ahead")

    @property
    def _point(self) -> Path:
        return self.data_dir.with_name(f"{self.data_dir.name}.point")


class MovedClock(SystemClock):
    """The system's clock, some time ahead."""

    def __init__(self, strings: Strings) -> None:
        self._strings = strings

    def now(self) -> datetime:
        """Return the moved time in UTC."""
        return self._strings.now()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _write(path: Path, text: str) -> None:
    """Put a text in place at once: it is read by another process all the time."""
    draft = path.with_suffix(".new")
    draft.write_text(text)
    draft.replace(path)


def main() -> None:
    """Be the gateway."""
    scheduler.LOOK_AGAIN = timedelta(seconds=OFTEN_SECONDS)
    heartbeats.LOOK_AGAIN_SECONDS = OFTEN_SECONDS
    if without := os.environ.pop(WITHOUT, ""):
        sabotage(without)
    settings = read_settings(os.environ)
    strings = Strings(settings.data_dir)
    configure(settings.log)
    service = build(settings, clock=MovedClock(strings), probe=strings.reached)
    asyncio.run(service.run(asyncio.Event(), stop_seconds=settings.inbox.stop_seconds))


if __name__ == "__main__":
    main()
