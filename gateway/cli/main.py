"""`crewdesk`: the commands and their exit codes."""

import asyncio
import os
import signal
import sys

import typer

from gateway import app as composition
from gateway.config import load_settings
from gateway.errors import SettingsError, StartupError
from gateway.logs import configure

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@cli.callback()
def root() -> None:
    """Crewdesk: a chat-bot gateway that keeps its promises."""


@cli.command()
def up() -> None:
    """Run the gateway until it is stopped (Ctrl-C, SIGTERM)."""
    settings = load_settings(os.environ)
    configure(settings.log, secrets=settings.secret_values)
    asyncio.run(_run(composition.build(settings), settings.inbox.stop_seconds))


async def _run(service: composition.Service, stop_seconds: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stopper(stop))
    await service.run(stop, stop_seconds=stop_seconds)


def _stopper(stop: asyncio.Event):  # noqa: ANN202
    def handle() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    return handle


def main() -> None:
    """Run the command line; failures are one line each on standard error."""
    try:
        cli()
    except (SettingsError, StartupError) as error:
        print(f"crewdesk: {error}", file=sys.stderr)
        sys.exit(2)
