"""A server on this machine that keeps its port, and waiting for what it sees."""

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web

_SHUTDOWN_SECONDS = 0.1
_LAST_CALLS = 20  # shown when a wait was in vain


class LoopbackSite:
    """One application's place on loopback; the same port after each start."""

    def __init__(self) -> None:
        self._port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def is_up(self) -> bool:
        """Whether it serves now."""
        return self._runner is not None

    async def start(self, app: web.Application) -> None:
        """Serve, on the port of last time if there was one."""
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close all connections."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()


async def wait_until(
    changed: asyncio.Condition,
    predicate: Callable[[], bool],
    timeout_seconds: float,
    calls: Callable[[], Sequence[str]],
) -> None:
    """Return as soon as the predicate holds; it is asked whenever `changed` is notified.

    Raises:
        AssertionError: it never did; the message lists the last of the calls that came.
    """
    try:
        async with asyncio.timeout(timeout_seconds), changed:
            await changed.wait_for(predicate)
    except TimeoutError:
        came = ", ".join(calls()[-_LAST_CALLS:])
        raise AssertionError(f"waited {timeout_seconds} s; last calls: {came}") from None
