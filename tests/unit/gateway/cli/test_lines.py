"""Reading what is typed, beside the event loop."""

import asyncio
import os
import threading

from gateway.cli.lines import next_line, read_from


async def test_lines_of_a_pipe_come_one_by_one() -> None:
    """Also a last one without a line break; then there is nothing more."""
    reading, writing = os.pipe()
    os.write(writing, "first\n\n中".encode())
    os.close(writing)
    read = read_from(reading)

    lines = [await next_line(read) for _ in range(4)]

    os.close(reading)
    assert lines == ["first", "", "中", None]


async def test_waiting_for_a_line_can_be_given_up() -> None:
    """The reader is left behind; what it reads later harms nobody."""
    may_read, has_read = threading.Event(), threading.Event()

    def read() -> str:
        may_read.wait()
        has_read.set()
        return "too late"

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(next_line(read))
        await asyncio.sleep(0)
        waiting.cancel()
    may_read.set()

    assert await asyncio.to_thread(has_read.wait, 5)
    assert waiting.cancelled()
