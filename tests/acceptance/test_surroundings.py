"""Trouble around the gateway: a token in use twice, a wrong one, a full disk."""

import errno
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp

from tests.acceptance.command_line import crewdesk
from tests.acceptance.scene import Scene, environment, opened
from tests.doubles.gateway_process import GatewayProcess
from tests.doubles.telegram_world import BOT_ID
from tests.parts import require

SMALL_DISK_BYTES = 24 * 1024 * 1024
MOUNT_SECONDS = 10


async def test_of_two_gateways_with_one_token_the_one_that_stays_answers(tmp_path: Path) -> None:
    """Each log says what is wrong; what people wrote meanwhile is answered, once."""
    async with opened(tmp_path / "first") as scene:
        told = environment(scene.telegram, scene.model)
        other = GatewayProcess(tmp_path / "second", told)
        try:
            await other.start(until="/healthz")
            await other.eventually(
                lambda: is_in_conflict(other) and is_in_conflict(scene.gateway), "both say so"
            )
        finally:
            await other.kill()
        chat = scene.member()
        await chat.says("Is anybody there?")
        await chat.answers()
        await scene.settled()
        assert chat.texts == ["answer to Is anybody there?"]


async def test_a_wrong_token_is_said_by_readyz_and_harms_nothing_else(tmp_path: Path) -> None:
    """The probe names the channel and what to do; the rest of the gateway works."""
    wrong = {"CREWDESK_TELEGRAM__TOKEN": f"{BOT_ID}:of-another-bot"}
    async with opened(tmp_path / "data", wrong, until="/healthz") as scene:
        await scene.gateway.wait_for_log("channel_unavailable")
        url = f"{scene.gateway.url}/readyz"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            assert answer.status == 503
            channels = (await answer.json())["channels"]
        assert "CREWDESK_TELEGRAM__TOKEN" in channels["telegram"]["reason"]
        assert channels["terminal"]["state"] == "connected"
        assert (await crewdesk(scene.gateway, "chat", "hello")).stdout == "answer to hello\n"
        assert "of-another-bot" not in scene.gateway.log_text


async def test_on_a_full_disk_nothing_is_acknowledged_and_nothing_lost(tmp_path: Path) -> None:
    """Telegram keeps what cannot be stored; when there is room again, all is answered once."""
    async with on_a_small_disk(tmp_path / "disk") as scene:
        chat = scene.member()
        await chat.asks("Before")
        await scene.settled()
        questions = [f"Question {number} {'of many words ' * 200}" for number in range(5)]
        with full(scene.gateway.data_dir):
            for question in questions:
                await chat.says(question)
            await scene.gateway.wait_for_log("events_not_stored")
            assert scene.telegram.world.updates
        await chat.answers(len(questions) + 1)
        await scene.settled()
        expected = [f"answer to {question.strip()}" for question in ("Before", *questions)]
        assert [text.strip() for text in chat.texts] == expected


async def test_a_start_on_a_full_disk_is_refused_in_one_line(tmp_path: Path) -> None:
    """Not even the first small file can be written."""
    disk = tmp_path / "disk"
    with mounted(disk), full(disk):
        gateway = GatewayProcess(disk)
        gateway.launch()
        assert await gateway.wait() == 2
    (line,) = gateway.log_text.splitlines()
    assert line.startswith(f"crewdesk: cannot write {disk}/")
    assert "No space left on device" in line


def is_in_conflict(gateway: GatewayProcess) -> bool:
    """Tell whether a gateway's log says that somebody else polls."""
    lines = gateway.log("telegram_connection")
    return any("another process polls" in str(line["reason"]) for line in lines)


@asynccontextmanager
async def on_a_small_disk(disk: Path) -> AsyncIterator[Scene]:
    """Start a gateway whose data directory has a disk of its own."""
    with mounted(disk):
        settings = {
            "CREWDESK_INBOX__LEASE_SECONDS": "3",  # so that a stranded task is soon retried
            "CREWDESK_INBOX__BUSY_MODE": "queue",  # an answer to each message
        }
        async with opened(disk / "data", settings) as scene:
            yield scene


@contextmanager
def mounted(disk: Path) -> Iterator[None]:
    """Mount a small file system in memory; skip where that is not permitted."""
    disk.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={SMALL_DISK_BYTES}", "tmpfs", str(disk))
    try:
        run("mount", *options)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        require("a small disk", f"tmpfs cannot be mounted here: {error}")
    try:
        yield
    finally:
        run("umount", "--lazy", str(disk))


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Take all the room that a folder's disk has left, and give it back."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            write_until_full(file.fileno(), b"\0" * size)
    try:
        yield
    finally:
        filler.unlink()


def write_until_full(file: int, block: bytes) -> None:
    """Write the same block until the disk takes no more."""
    try:
        while True:
            os.write(file, block)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def run(*command: str) -> None:
    """Run a short command; raises where it fails."""
    subprocess.run(command, check=True, capture_output=True, timeout=MOUNT_SECONDS)  # noqa: S603
