"""A gateway process that is forked from a warm one, and dies at a chosen point.

Importing the client libraries takes seconds, and dozens of points are tried; so one server process
imports them once, and each gateway is a fork of it: a real process with its own memory, database
connection and sockets, which SIGKILL ends like any other.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from gateway.app import build, read_settings
from gateway.cli.up import event_loop_factory
from gateway.datadir import running_gateway
from gateway.logs import configure
from tests.acceptance.kill.sabotage import sabotage
from tests.doubles.gateway_process import LOOK_AGAIN_SECONDS, PATIENCE_SECONDS
from workers.models.protocol import ModelAnswer

P = ParamSpec("P")
R = TypeVar("R")
PRELOADED = [
    "__main__",
    "pytest",
    "tests.doubles.telegram_library",
    "channels.dingtalk.channel",
    "channels.slack.channel",
    "channels.telegram.channel",
    "gateway.app",
    "openai",
    "tests.acceptance.kill.warm_process",
    "workers.models.chat",
    "workers.models.client",
    "workers.models.responses",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """Where the process dies: at the `hit`-th time that it comes to `point`."""

    point: str
    hit: int = 1


class Fuse:
    """Kills this process, like SIGKILL from outside, when the chosen point is reached."""

    def __init__(self, crash: Crash | None) -> None:
        self._crash = crash
        self._hits: Counter[str] = Counter()

    def __call__(self, point: str) -> None:
        """Come to a point."""
        self._hits[point] += 1
        crash = self._crash
        if crash is not None and point == crash.point and self._hits[point] == crash.hit:
            os.kill(os.getpid(), signal.SIGKILL)


class WarmProcess:
    """A gateway in a fork; use it as a context manager."""

    def __init__(
        self, environ: Mapping[str, str], log: Path, *, crash: Crash | None, without: str = ""
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self._process = context.Process(
            target=_run, args=(dict(environ), log, crash, without), daemon=True
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.is_alive():
            self._process.kill()
        self._process.join()

    def start(self) -> None:
        """Fork it; returns at once."""
        self._process.start()

    @property
    def pid(self) -> int:
        """The id of the process."""
        if self._process.pid is None:
            raise RuntimeError("it was not started")
        return self._process.pid

    async def ready(self, data_dir: Path) -> None:
        """Wait until it listens, as its announcement in the data directory says."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (  # noqa: ASYNC110 - another process writes it: there is no event to wait for
                found := running_gateway(data_dir)
            ) is None or found.pid != self.pid:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    @property
    def was_killed(self) -> bool:
        """Whether it came to its point and died there."""
        return self._process.exitcode == -signal.SIGKILL

    async def died(self) -> None:
        """Wait until it is dead."""
        await asyncio.to_thread(self._process.join)


def _run(environ: dict[str, str], log: Path, crash: Crash | None, without: str) -> None:
    """Be the gateway."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(descriptor, sys.stderr.fileno())
    fuse = Fuse(crash)
    _lay_fuse(fuse)
    if without:
        sabotage(without)
    settings = read_settings(environ)
    configure(settings.log)
    with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
        runner.run(_serve(build(settings, probe=fuse), settings.inbox.stop_seconds))


async def _serve(service: Any, seconds: float) -> None:  # noqa: ANN401 - the app's own type
    await service.run(asyncio.Event(), stop_seconds=seconds)


def _lay_fuse(fuse: Fuse) -> None:
    """Make the calls to the outside points too."""
    from channels.telegram.channel import TelegramChannel  # noqa: PLC0415 - preloaded in the fork
    from workers.models.responses import ResponsesModel  # noqa: PLC0415 - the same
    from workers.tools.bash import RunCommand  # noqa: PLC0415 - the same

    for owner, name, point in (
        (TelegramChannel, "send", "send"),
        (TelegramChannel, "edit", "edit"),
        (TelegramChannel, "find", "find"),
        (RunCommand, "run", "tool"),
    ):
        setattr(owner, name, _with_points(getattr(owner, name), point, fuse))
    ask = ResponsesModel.stream

    async def stream(self: ResponsesModel, request: Any) -> Any:  # noqa: ANN401 - passed through
        fuse("before:model")
        async for event in ask(self, request):
            if isinstance(event, ModelAnswer):  # the last event, after which nobody asks for more
                fuse("after:model")
            yield event

    ResponsesModel.stream = stream  # type: ignore[method-assign] # a fuse, not a replacement


def _with_points(
    call: Callable[P, Awaitable[R]], point: str, fuse: Fuse
) -> Callable[P, Awaitable[R]]:
    async def called(*args: P.args, **kwargs: P.kwargs) -> R:
        fuse(f"before:{point}")
        value = await call(*args, **kwargs)
        fuse(f"after:{point}")
        return value

    return called
