"""A full disk refuses what is new, keeps what was acknowledged, and does no lasting harm."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import StoreUnavailableError
from gateway.store.sqlite import connect
from tests.contract.inbox.kit import InboxKit, new_task
from tests.doubles.databases import count, open_database
from tests.parts import require

SIZE_BYTES = 3 * 1024 * 1024
CYCLES = 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of three megabytes."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or mount is None or umount is None:
        require("a small disk", "only root can mount one")
    directory = tmp_path / "disk"
    directory.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={SIZE_BYTES}", "tmpfs", str(directory)]
    mounted = subprocess.run(  # noqa: S603 - our own command
        [mount, *options], capture_output=True, text=True, timeout=10, check=False
    )
    if mounted.returncode != 0:
        require("a small disk", mounted.stderr.strip())
    yield directory
    subprocess.run([umount, str(directory)], timeout=10, check=True)  # noqa: S603 - as above


def fill(disk: Path) -> Path:
    """Take up all the space that is left; return the file that does."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4096, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return ballast


async def accepted_until_full(kit: InboxKit, cycle: int) -> int:
    """Submit tasks until one is refused; return how many were acknowledged."""
    for number in range(10_000):
        try:
            await kit.inbox.submit(new_task(f"{cycle}/{number}", f"lane {number}"))
        except StoreUnavailableError:
            return number
    raise AssertionError("the disk never got full")


async def test_full_disk_loses_nothing_that_was_acknowledged(small_disk: Path) -> None:
    """Intake is refused while there is no space, and goes on when there is some again."""
    path = small_disk / "crewdesk.db"
    acknowledged = 0
    async with open_database(f"sqlite://{path}") as database:
        kit = InboxKit(database=database)
        for cycle in range(CYCLES):
            await kit.submit_all(*(f"before {cycle}/{number}" for number in range(10)))
            acknowledged += 10
            ballast = fill(small_disk)
            acknowledged += await accepted_until_full(kit, cycle)

            ballast.unlink()

            await kit.submit(new_task(f"after {cycle}", "lane after"))
            acknowledged += 1
        assert await count(database, "tasks") == acknowledged

    connection = connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
