"""Offers events to the gateway until they are stored."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from channels.backoff import Backoff, Sleep

T = TypeVar("T")

logger = structlog.get_logger(__name__)


class Offering:
    """Repeats an offer with growing waits, for nothing may be acknowledged that was not stored."""

    def __init__(self, channel: str, *, sleep: Sleep) -> None:
        self._channel = channel
        self._sleep = sleep
        self._backoff = Backoff(first=1, ceiling=30)

    async def until_stored(self, offer: Callable[[], Awaitable[T]]) -> T:
        """Return what the first offer returns that does not fail; the first failure is logged."""
        is_logged = False
        while True:
            try:
                taken = await offer()
            except Exception as error:  # noqa: BLE001 - whatever kept it from being stored
                if not is_logged:
                    logger.warning("events_not_stored", channel=self._channel, error=repr(error))
                is_logged = True
                await self._sleep(self._backoff.seconds())
            else:
                self._backoff.reset()
                return taken
