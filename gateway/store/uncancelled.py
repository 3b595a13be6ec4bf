"""Work that goes on to its end when the one who waits for it is cancelled.

Tortoise 1.1.9 leaks its connection lock (SQLite) or its pooled connection (PostgreSQL) when a task
is cancelled at the wrong moment, and after some such moments every query hangs. So database work
never runs in the caller's task.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

import structlog

T = TypeVar("T")
logger = structlog.get_logger(__name__)


class Uncancelled:
    """Runs each piece of work in a task of its own; leaving the context waits for all of them."""

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        # A task that is started inside a Tortoise transaction would inherit its connection.
        self._context = contextvars.copy_context()

    async def __aenter__(self) -> Self:
        self.adopt_context()
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Without the error: a task group that sees one cancels its tasks.
        await self._group.__aexit__(None, None, None)

    def adopt_context(self) -> None:
        """From now on, run each piece of work in a copy of this caller's context."""
        self._context = contextvars.copy_context()

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns; when this caller is cancelled, `work` still goes on."""
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def settle() -> None:
            try:
                value = await work()
            except Exception as error:  # noqa: BLE001 - handed to the caller, or logged if it left
                if outcome.done():
                    logger.warning("abandoned_work_failed", error=repr(error))
                else:
                    outcome.set_exception(error)
            else:
                if not outcome.done():
                    outcome.set_result(value)

        self._group.create_task(settle(), context=self._context.copy())
        return await outcome
