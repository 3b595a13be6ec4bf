"""The two that run against each other: a gateway and the bare script, each a real process."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.datadir import RunningGateway, running_gateway
from tests.doubles.model_server import ModelServer
from tests.doubles.telegram_server import TOKEN, TelegramServer

START_SECONDS = 60.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.002  # how often the announcement of a starting gateway is looked for
MODEL = "double"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A program to start; `env` names the servers that it shall talk to."""

    command: tuple[str, ...]
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A contestant that was started; `began` is monotonic time."""

    process: asyncio.subprocess.Process
    began: float

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    @property
    def age(self) -> float:
        """The seconds since its start."""
        return time.monotonic() - self.began


def script(telegram: TelegramServer, model: ModelServer) -> Contestant:
    """Return the bare script."""
    return Contestant(
        command=("-m", "tests.bench.echo_script"),
        env={
            "BOT_TOKEN": TOKEN,
            "BOT_API": telegram.base_url,
            "OPENAI_API_KEY": "opens-nothing",
            "OPENAI_BASE_URL": model.base_url,
        },
    )


def gateway(data_dir: Path, telegram: TelegramServer | None, model: ModelServer) -> Contestant:
    """Return a gateway on a data directory, on Telegram if there is a server for it."""
    env = {
        "CREWDESK_DATA_DIR": str(data_dir),
        "CREWDESK_HTTP__PORT": "0",
        "CREWDESK_ACCESS__MEMBERS": "telegram:*",
        "CREWDESK_MODEL__API": "chat",
        "CREWDESK_INBOX__BUSY_MODE": "queue",  # as many answers as the script gives
        "CREWDESK_MODEL__NAME": MODEL,
        "OPENAI_API_KEY": "opens-nothing",
        "OPENAI_BASE_URL": model.base_url,
    }
    if telegram is not None:
        env["CREWDESK_TELEGRAM__TOKEN"] = TOKEN
        env["CREWDESK_TELEGRAM__API_BASE"] = telegram.base_url
    return Contestant(command=("-m", "gateway", "up"), env=env)


@asynccontextmanager
async def running(contestant: Contestant, log: Path) -> AsyncIterator[Running]:
    """Start a contestant, which writes its log to a file, and stop it in the end."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("CREWDESK_")
    }
    with log.open("wb") as output:
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *contestant.command,
            env={**inherited, **contestant.env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield Running(process=process, began=began)
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def first_poll(running: Running, telegram: TelegramServer) -> float:
    """Return the seconds from the start of a contestant to its first getUpdates."""
    await telegram.wait_for(
        lambda: telegram.is_polled or bool(telegram.calls_of("getUpdates")), START_SECONDS
    )
    return running.age


async def announced(running: Running, data_dir: Path) -> RunningGateway:
    """Wait until a gateway says where it listens."""
    async with asyncio.timeout(START_SECONDS):
        while (  # noqa: ASYNC110 - another process writes the file: there is no event to wait for
            found := running_gateway(data_dir)
        ) is None or found.pid != running.pid:
            await asyncio.sleep(LOOK_SECONDS)
    return found
