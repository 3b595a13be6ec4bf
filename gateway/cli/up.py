"""`crewdesk up`: runs the gateway until it is told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable

from gateway.app import build
from gateway.cli.dumpable import forbid_dumps
from gateway.cli.greeting import Greeting, greeting_lines
from gateway.cli.invocation import Invocation
from gateway.cli.outcome import ExitCode
from gateway.config import Settings
from gateway.logs import configure
from gateway.service import Service
from workers.groups import plain_group


def run_gateway(settings: Settings, invocation: Invocation) -> None:
    """Run until SIGTERM or SIGINT; a second one ends the process at once.

    Raises:
        StartupError: it cannot start.
    """
    forbid_dumps()
    configure(settings.log, secrets=settings.secret_values)
    with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
        runner.run(_run(build(settings), settings, invocation))


def event_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop: libuv's where there is one, else Python's own."""
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - it cannot be had on Windows

    return uvloop.new_event_loop


async def _run(service: Service, settings: Settings, invocation: Invocation) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stopper(stop))
    async with plain_group() as group:
        greeting = group.create_task(_greet(service, settings, invocation))
        await service.run(stop, stop_seconds=settings.inbox.stop_seconds)
        greeting.cancel()  # where it was stopped before it had started, it waits for ever


def _stopper(stop: asyncio.Event) -> Callable[[], None]:
    def handle() -> None:
        if stop.is_set():
            os._exit(ExitCode.INTERRUPTED)  # whoever asks twice does not want to wait
        stop.set()

    return handle


async def _greet(service: Service, settings: Settings, invocation: Invocation) -> None:
    await service.started.wait()
    greeting = Greeting(
        url=service.url,
        model=settings.model.name,
        channels=service.channel_names,
        data_dir=settings.data_dir,
        claim_code=service.claim_code,
    )
    sys.stdout.writelines(f"{line}\n" for line in greeting_lines(greeting, invocation))
    sys.stdout.flush()
