"""A wake-up call: something may have become possible."""

import asyncio


class Wakeup:
    """Wakes one loop; calls that come while nobody waits are kept as one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def call(self) -> None:
        """Wake the loop now or, if it is busy, as soon as it waits."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return at the next call, or after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return
        finally:
            self._event.clear()
