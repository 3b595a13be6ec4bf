"""The gateway against the bare script, in turns, on the same servers and under the same load."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tests.bench import chats
from tests.bench.chats import WrongAnswersError
from tests.bench.contestants import Contestant, Running, first_poll, gateway, running, script
from tests.bench.process import processor_seconds, resident_mb
from tests.bench.table import Measure, Target, at_least, at_most
from tests.doubles.databases import open_database
from tests.doubles.model_markers import scripted_by_markers
from tests.doubles.model_server import ModelServer
from tests.doubles.telegram_server import TelegramServer

ROUNDS = 3
SETTLE_SECONDS = 4.0  # for what a contestant loads after its first poll
IDLE_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """What one start of one contestant showed; times in seconds, memory in megabytes."""

    first_poll: float
    idle_mb: float
    idle_cpu_percent: float
    waits: list[float]
    cpu_per_message: float
    burst: chats.Burst
    used_mb: float


async def race(folder: Path) -> list[Measure]:
    """Run both contestants in turn and compare their medians.

    The servers and the people live in this process, so neither contestant shares a GIL with them.
    The model answers at once, and what its server works is taken off the wait for an answer.
    """
    scripts: list[Lap] = []
    gateways: list[Lap] = []
    for number in range(ROUNDS):
        scripts.append(
            await _lap(folder / f"script-{number}", script, is_last=number == ROUNDS - 1)
        )
        data_dir = await _used_before(folder / f"gateway-{number}")

        def ours(telegram: TelegramServer, model: ModelServer, at: Path = data_dir) -> Contestant:
            return gateway(at, telegram, model)

        gateways.append(await _lap(data_dir, ours, is_last=number == ROUNDS - 1))
    if any(lap.burst.disordered_chats for lap in gateways):
        raise WrongAnswersError("the gateway answered in another order than it was asked")
    return _compare(scripts, gateways)


async def _used_before(data_dir: Path) -> Path:
    """Make a data directory whose schema is up to date, as at every start but the first."""
    await asyncio.to_thread(data_dir.mkdir)
    async with open_database(f"sqlite://{data_dir / 'crewdesk.db'}"):
        return data_dir


async def _lap(
    folder: Path, make: Callable[[TelegramServer, ModelServer], Contestant], *, is_last: bool
) -> Lap:
    model_server = ModelServer(script=scripted_by_markers)
    async with TelegramServer() as telegram, model_server as model:
        contestant = make(telegram, model)
        async with running(contestant, folder.with_suffix(".log")) as started:
            return await _drive(started, telegram, model, IDLE_SECONDS if is_last else 0.0)


async def _drive(
    started: Running, telegram: TelegramServer, model: ModelServer, idle_seconds: float
) -> Lap:
    polled = await first_poll(started, telegram)
    await asyncio.sleep(SETTLE_SECONDS)
    idle_mb = resident_mb(started.pid)
    await chats.lonely_messages(telegram, model, chats.WARMING_UP)
    before = processor_seconds(started.pid)
    waits = await chats.lonely_messages(telegram, model, chats.LONELY)
    used = processor_seconds(started.pid) - before
    burst = await chats.burst(telegram)
    return Lap(
        first_poll=polled,
        idle_mb=idle_mb,
        waits=waits,
        cpu_per_message=used / chats.LONELY,
        burst=burst,
        used_mb=resident_mb(started.pid),
        idle_cpu_percent=await _idle_cpu(started.pid, idle_seconds),
    )


async def _idle_cpu(pid: int, seconds: float) -> float:
    """Return how many percent of one processor are used while nobody writes."""
    if not seconds:
        return 0.0
    await asyncio.sleep(SETTLE_SECONDS)
    before = processor_seconds(pid)
    await asyncio.sleep(seconds)
    return 100 * (processor_seconds(pid) - before) / seconds


def _compare(scripts: list[Lap], gateways: list[Lap]) -> list[Measure]:
    def line(
        name: str, unit: str, value: Callable[[Lap], float], target: Target | None = None
    ) -> Measure:
        return Measure(
            name=name,
            unit=unit,
            floor=median(value(lap) for lap in scripts),
            ours=median(value(lap) for lap in gateways),
            target=target,
        )

    return [
        line("message to answer, p50", "ms", lambda lap: 1000 * median(lap.waits), at_most(2)),
        line("message to answer, p95", "ms", lambda lap: 1000 * _p95(lap.waits)),
        line("processor time of a message", "ms", lambda lap: 1000 * lap.cpu_per_message),
        line(
            f"{chats.CHATS} chats × {chats.MESSAGES} at once",
            "answers/s",
            lambda lap: lap.burst.answers_per_second,
            at_least(0.6),
        ),
        line("start to first poll", "s", lambda lap: lap.first_poll, at_most(1.15)),
        line("memory, idle", "MB", lambda lap: lap.idle_mb, at_most(1.1)),
        line("memory after 1,000 messages", "MB", lambda lap: lap.used_mb),
        Measure(
            name=f"processor, idle for {IDLE_SECONDS:.0f} s",
            unit="%",
            ours=gateways[-1].idle_cpu_percent,
            target=at_most(0.5),
        ),
    ]


def _p95(waits: list[float]) -> float:
    return quantiles(waits, n=20)[-1]
