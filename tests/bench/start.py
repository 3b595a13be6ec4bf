"""How soon a started gateway answers, and what it leaves out where there is no Telegram."""

from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import aiohttp

from channels.terminal.client import TerminalClient
from channels.terminal.frames import Message
from gateway.datadir import terminal_token
from tests.bench.contestants import Running, announced, first_poll, gateway, running
from tests.bench.process import resident_mb
from tests.bench.table import Measure, at_most
from tests.doubles.model_markers import scripted_by_markers
from tests.doubles.model_server import ModelServer
from tests.doubles.telegram_server import TelegramServer

ROUNDS = 3
TELEGRAM_LIBRARY = "aiogram"
PRINTS_IMPORTS = "PYTHONPROFILEIMPORTTIME"  # makes Python write the name of every import


class WrongImportError(AssertionError):
    """A library was loaded that nobody needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Seconds from the start of the process to an answer over HTTP, and to one in the terminal."""

    http: float
    terminal: float
    memory_mb: float


async def measure_start(folder: Path) -> list[Measure]:
    """Start gateways with and without Telegram; the second start of a data directory counts."""
    async with ModelServer(script=scripted_by_markers) as model, TelegramServer() as telegram:
        with_telegram = await _starts(folder / "with", telegram, model)
        without = await _starts(folder / "without", None, model)
        await _check_imports(folder / "without", model)
    return [
        *_lines("without Telegram", without),
        *_lines("beside Telegram", with_telegram)[:2],
    ]


def _lines(where: str, starts: list[Start]) -> list[Measure]:
    return [
        Measure(
            name=f"start to HTTP {where}",
            unit="s",
            ours=median(one.http for one in starts),
            target=at_most(1),
        ),
        Measure(
            name=f"start to terminal {where}",
            unit="s",
            ours=median(one.terminal for one in starts),
            target=at_most(1),
        ),
        Measure(name=f"memory {where}", unit="MB", ours=median(one.memory_mb for one in starts)),
    ]


async def _starts(
    data_dir: Path, telegram: TelegramServer | None, model: ModelServer
) -> list[Start]:
    contestant = gateway(data_dir, telegram, model)
    found = []
    for number in range(ROUNDS + 1):
        async with running(contestant, data_dir.with_suffix(f".{number}.log")) as started:
            found.append(await _look(started, data_dir))
            if telegram is not None:
                await first_poll(started, telegram)
    return found[1:]


async def _look(started: Running, data_dir: Path) -> Start:
    found = await announced(started, data_dir)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{found.url}/healthz") as response,
    ):
        response.raise_for_status()
    http = started.age
    await _ask_for_help(found.url, data_dir)
    return Start(http=http, terminal=started.age, memory_mb=resident_mb(started.pid))


async def _ask_for_help(url: str, data_dir: Path) -> None:
    """Write a command in the terminal, and return when its answer is here and confirmed."""
    async with TerminalClient(url, terminal_token(data_dir), user="bench") as client:
        await client.send("/help")
        async with aclosing(client.frames()) as frames:
            async for frame in frames:
                if isinstance(frame, Message):
                    await client.shown(frame)
                    return


async def _check_imports(data_dir: Path, model: ModelServer) -> None:
    """Raise if a gateway without Telegram loads its library."""
    quiet = gateway(data_dir, None, model)
    telling = replace(quiet, env={**quiet.env, PRINTS_IMPORTS: "1"})
    log = data_dir.with_suffix(".imports.log")
    async with running(telling, log) as started:
        await _look(started, data_dir)
    imported = log.read_text()
    if "gateway.app" not in imported:
        raise WrongImportError("the gateway did not tell what it imports")
    if TELEGRAM_LIBRARY in imported:
        raise WrongImportError(f"{TELEGRAM_LIBRARY} was loaded without a token for it")
