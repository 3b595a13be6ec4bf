"""Reads what a person types, line by line, while the event loop goes on."""

import asyncio
import os
import readline  # noqa: F401 - gives `input` its history and its editing keys
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

ReadLine = Callable[[], str | None]
"""Blocks until there is a line; None at the end of input."""


async def next_line(read: ReadLine) -> str | None:
    """Read one line in a thread of its own, which is left behind if nobody waits any more.

    Not in the loop's executor: a program that ends would wait there for a person to press Enter.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[str | None] = loop.create_future()

    def settle(line: str | None) -> None:
        if not outcome.done():
            outcome.set_result(line)

    def work() -> None:
        line = read()
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, line)

    threading.Thread(target=work, name="line-reader", daemon=True).start()
    return await outcome


def read_at(prompt: str) -> ReadLine:
    """Return a reader for a terminal, with line editing and history."""

    def read() -> str | None:
        try:
            return input(prompt)
        except EOFError:
            return None

    return read


def read_from(descriptor: int) -> ReadLine:
    """Return a reader for a pipe or a file."""
    # A stream of its own: at the end of the program, Python would wait for the lock of sys.stdin.
    stream = os.fdopen(descriptor, encoding="utf-8", errors="replace", closefd=False)

    def read() -> str | None:
        line = stream.readline()
        return line.removesuffix("\n") if line else None

    return read


@contextmanager
def terminal_as_it_was() -> Iterator[None]:
    """Leave the terminal's modes as they were, even where a reader is left behind at its prompt."""
    if not sys.stdin.isatty():
        yield
        return
    modes = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, modes)
