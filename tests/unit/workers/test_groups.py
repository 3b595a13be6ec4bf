"""Task groups whose first error goes through as what it is."""

import asyncio

import pytest

from workers.groups import plain_group


async def fail(error: Exception) -> None:
    """Raise an error."""
    raise error


async def fail_together(*errors: Exception) -> None:
    """Raise each error in a task of its own."""
    async with plain_group() as group:
        for error in errors:
            group.create_task(fail(error))


async def fail_beside(begun: asyncio.Event, cancelled: asyncio.Event) -> None:
    """Raise in the body, beside a task that waits for ever."""

    async def wait() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with plain_group() as group:
        group.create_task(wait())
        await begun.wait()
        raise ValueError("body")


async def test_the_first_error_goes_through_itself() -> None:
    """The others hang on it, so that none is lost from the log."""
    first, second = ValueError("first"), ValueError("second")

    with pytest.raises(ValueError, match="first") as raised:
        await fail_together(first, second)

    assert raised.value is first
    assert isinstance(raised.value.__cause__, ExceptionGroup)
    assert raised.value.__cause__.exceptions == (first, second)


async def test_an_error_of_the_body_goes_through_itself() -> None:
    """And ends the tasks."""
    cancelled = asyncio.Event()

    with pytest.raises(ValueError, match="body"):
        await fail_beside(asyncio.Event(), cancelled)

    assert cancelled.is_set()


async def test_cancelling_is_not_an_error() -> None:
    """It goes through as a cancellation, when the tasks have ended."""
    begun = asyncio.Event()

    async def work() -> None:
        async with plain_group() as group:
            group.create_task(asyncio.Event().wait())
            begun.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(work())
        await begun.wait()
        task.cancel()

    assert task.cancelled()
