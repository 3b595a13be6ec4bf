"""How fast Slack may be written to: one message a second in each channel."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from channels.errors import SendFailed

INTERVAL_SECONDS: Final = 1.0
"""Between two messages in one channel.

Source: https://docs.slack.dev/reference/methods/chat.postMessage#rate_limiting
"""

_LONGEST_SECONDS: Final = 5.0
_MANY_CHANNELS: Final = 1_000


class Pace:
    """Gives each send its turn; channels don't wait for one another. `interval` is in seconds."""

    def __init__(
        self, *, sleep: Callable[[float], Awaitable[None]], interval: float = INTERVAL_SECONDS
    ) -> None:
        self._sleep = sleep
        self._interval = interval
        self._free_at: dict[str, float] = {}  # channel → monotonic time of the next turn

    async def turn(self, channel: str) -> None:
        """Wait for the channel's next turn; raises `SendFailed` where that is far off."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._free_at.get(channel, 0.0))
        if at - now > _LONGEST_SECONDS:
            wait = timedelta(seconds=at - now)
            raise SendFailed("much is to be said in this channel", retry_after=wait)
        self._forget_old(now)
        self._free_at[channel] = at + self._interval
        if at > now:
            await self._sleep(at - now)

    def _forget_old(self, now: float) -> None:
        if len(self._free_at) >= _MANY_CHANNELS:
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
