"""How long to wait before a connection is tried again."""

import random
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[None]]
"""Waits so many seconds; tests wait less."""


class Backoff:
    """Doubling waits with jitter, from `first` up to `ceiling` seconds.

    `share` returns a number from 0 up to 1: the waits lie between half and all of the doubled time,
    so that several processes don't come back in step.
    """

    def __init__(
        self, *, first: float, ceiling: float, share: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._ceiling = ceiling
        self._share = share
        self._next = first

    def seconds(self) -> float:
        """Return the next wait."""
        wait, self._next = self._next, min(2 * self._next, self._ceiling)
        return max(self._first, wait * (0.5 + 0.5 * self._share()))

    def reset(self) -> None:
        """Begin again with the shortest wait."""
        self._next = self._first
