"""`crewdesk chat`: one message and its answer, or a conversation."""

import asyncio
import getpass
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import ValidationError
from rich.console import Console

from channels.errors import ChannelUnavailable, SendRejected
from channels.terminal.client import TerminalClient
from gateway.cli import archive
from gateway.cli.display import PROMPT, Display, PlainDisplay, TerminalDisplay
from gateway.cli.lines import ReadLine, next_line, read_at, read_from, terminal_as_it_was
from gateway.cli.outcome import CommandFailed, ExitCode
from gateway.cli.running import require_gateway
from gateway.cli.talk import Talk
from gateway.cli.verdict import Verdict
from gateway.config import Settings
from gateway.datadir import terminal_token
from workers.groups import plain_group


async def say_once(settings: Settings, text: str, chat: str, timeout_seconds: float) -> ExitCode:
    """Send one message, show its answer, and return when it is dealt with.

    Raises:
        CommandFailed: no gateway answers, or none in time.
    """
    if not text.strip():
        raise CommandFailed("there is nothing to send: the text is empty", ExitCode.UNUSABLE)
    display = _display()
    async with _talking(settings, chat, display) as talk:
        try:
            async with asyncio.timeout(timeout_seconds):
                judged = await talk.ask(text)
        except TimeoutError as error:
            reason = f"no answer within {timeout_seconds:g} s; `crewdesk tasks` shows how far it is"
            raise CommandFailed(reason) from error
    _complain_of(judged, display)
    return judged.code


async def converse(settings: Settings, chat: str) -> None:
    """Talk until the end of input; each message waits for the answer to the one before.

    Raises:
        CommandFailed: no gateway answers.
    """
    display = _display()
    is_prompted = isinstance(display, TerminalDisplay) and sys.stdin.isatty()
    read = read_at(PROMPT) if is_prompted else read_from(sys.stdin.fileno())
    with terminal_as_it_was():
        async with _talking(settings, chat, display) as talk:
            while (line := await _typed(display, read, is_prompted=is_prompted)) is not None:
                if line.strip():
                    _complain_of(await talk.ask(line), display)


async def _typed(display: Display, read: ReadLine, *, is_prompted: bool) -> str | None:
    if not (is_prompted and isinstance(display, TerminalDisplay)):
        return await next_line(read)
    with display.prompting():
        return await next_line(read)


def _complain_of(judged: Verdict, display: Display) -> None:
    if judged.reason:
        display.problem(judged.reason)


@asynccontextmanager
async def _talking(settings: Settings, chat: str, display: Display) -> AsyncIterator[Talk]:
    """Connect to the gateway and show what it says, beside whatever the caller does."""
    gateway = require_gateway(settings.data_dir)
    token = terminal_token(settings.data_dir)
    try:
        client = TerminalClient(gateway.url, token, user=_user_name(), chat=chat)
    except ValidationError as error:
        reason = f"{chat!r} is no name for a chat: write 1 to 200 visible characters"
        raise CommandFailed(reason, ExitCode.UNUSABLE) from error
    try:
        async with archive.opened(settings) as database, client, plain_group() as group:
            talk = Talk(client, database, display)
            listening = group.create_task(talk.listen())
            try:
                yield talk
            finally:
                listening.cancel()
    except ChannelUnavailable as error:
        raise CommandFailed(error.reason, ExitCode.NO_GATEWAY) from error
    except SendRejected as error:
        raise CommandFailed(str(error)) from error


def _display() -> Display:
    return TerminalDisplay(Console()) if sys.stdout.isatty() else PlainDisplay()


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that has no name
        return f"uid-{os.getuid()}"
