"""What a platform's double is told to do wrong with the next calls."""

from collections import deque
from enum import StrEnum
from typing import Generic, TypeVar

F = TypeVar("F")


class Cut(StrEnum):
    """When the connection is closed without an answer."""

    BEFORE_APPLYING = "before applying"
    AFTER_APPLYING = "after applying"


class FaultPlan(Generic[F]):
    """The faults waiting for their calls, in order for each method; `nothing` is none."""

    def __init__(self, nothing: F) -> None:
        self._nothing = nothing
        self._waiting: dict[str, deque[F]] = {}

    def add(self, method: str, fault: F, times: int) -> None:
        """Let the next calls of a method go wrong."""
        self._waiting.setdefault(method, deque()).extend([fault] * times)

    def take(self, method: str) -> F:
        """Return what goes wrong with this call; mostly nothing."""
        waiting = self._waiting.get(method)
        return waiting.popleft() if waiting else self._nothing
