"""Who is told what an agent is doing while it does it."""

from typing import Protocol


class Report(Protocol):
    """Is told of a run's progress; its methods return at once and raise nothing."""

    def text(self, delta: str) -> None:
        """Take the next piece of the answer that is being written."""

    def restarted(self) -> None:
        """Forget the pieces so far: the answer begins again."""


class SilentReport:
    """Tells nobody; a worker's words go to the Manager only."""

    def text(self, delta: str) -> None:
        """Drop it."""

    def restarted(self) -> None:
        """Drop it."""
