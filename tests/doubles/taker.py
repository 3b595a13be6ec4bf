"""Somebody who takes what is claimed as it is accepted, and keeps it for the test."""

import asyncio

from gateway.inbox import Claim, Claims


class Taker:
    """Implements the intake's `TakesClaims` with so many `places`; `taken` is what came."""

    def __init__(self, places: int = 0) -> None:
        self.places = places
        self.taken: list[Claim] = []
        self.reserved = 0
        self.came = asyncio.Event()  # something was claimed

    def reserve(self) -> bool:
        """See `TakesClaims`."""
        if self.places <= 0:
            return False
        self.places -= 1
        self.reserved += 1
        return True

    def take(self, claims: Claims | None) -> None:
        """See `TakesClaims`."""
        self.reserved -= 1
        taken = claims.taken if claims is not None else ()
        self.taken += taken
        self.places += 1 - len(taken)
        if taken:
            self.came.set()
