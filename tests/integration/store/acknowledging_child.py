"""A process that writes rows and says after each answer which one it was told to be safe."""

import asyncio
import sys
from functools import partial
from itertools import count
from pathlib import Path

from gateway.store.sqlite import SqliteWriter
from gateway.store.statement import Script, insert


def put(name: str) -> Script[None]:
    """Write one row."""
    yield insert("settings", {"name": name, "value": ""})


async def write_for_ever(path: Path) -> None:
    """Write from many callers at once, so that they share commits, until the process is killed."""
    writer = SqliteWriter(path)
    await writer.open()

    async def caller(number: int) -> None:
        for turn in count():
            name = f"{number}/{turn}"
            await writer.transact(partial(put, name))
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()

    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(caller(number))


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1])))
