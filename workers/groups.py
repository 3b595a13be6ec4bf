"""Task groups whose first error goes through as what it is."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


@asynccontextmanager
async def plain_group() -> AsyncGenerator[asyncio.TaskGroup, None]:
    """A task group that raises its first error itself instead of an `ExceptionGroup`.

    The other errors of the group hang on it as its cause. Callers here act on the class of an
    error (a lost lease, a model that is down), and a group would hide it.
    """
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from errors
