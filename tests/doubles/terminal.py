"""Both ends of the terminal for tests: an inbox, the gateway's HTTP server, and a person."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from aiohttp import web

from channels.message import InboundMessage
from channels.terminal.channel import TerminalChannel
from channels.terminal.client import TerminalClient
from channels.terminal.frames import ServerFrame

TOKEN = "the-gateways-own-token"
PATIENCE_SECONDS = 10.0  # for what must come; never waited for in full by a test that passes


class Inbox:
    """Stores what a channel hands over; can be made to hesitate or to fail."""

    def __init__(self) -> None:
        self.messages: list[InboundMessage] = []
        self.offered = asyncio.Event()
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.error: Exception | None = None

    async def receive(self, messages: Sequence[InboundMessage]) -> None:
        """Store the messages once the inbox is open, or raise its error."""
        self.offered.set()
        await self.is_open.wait()
        if self.error is not None:
            raise self.error
        self.messages.extend(messages)


@asynccontextmanager
async def listening(channel: TerminalChannel, port: int = 0) -> AsyncIterator[int]:
    """Put the channel's routes on a real HTTP server on loopback; yield the server's port."""
    application = web.Application()
    application.add_routes(channel.routes())
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serving(channel: TerminalChannel, inbox: Inbox, port: int = 0) -> AsyncIterator[int]:
    """Listen and run the channel, as the gateway does."""
    async with listening(channel, port) as served_port, asyncio.TaskGroup() as group:
        running = group.create_task(channel.run(inbox.receive))
        try:
            yield served_port
        finally:
            running.cancel()


class Person:
    """Somebody at a terminal: reads all frames as they come."""

    def __init__(self, client: TerminalClient) -> None:
        self.client = client
        self._frames: asyncio.Queue[ServerFrame] = asyncio.Queue()

    async def read(self) -> None:
        """Read until cancelled."""
        async with aclosing(self.client.frames()) as frames:
            async for frame in frames:
                self._frames.put_nowait(frame)

    async def next(self) -> ServerFrame:
        """Return the next frame that came, or wait for it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._frames.get()


@asynccontextmanager
async def person_at(port: int, user: str = "ada", chat: str = "") -> AsyncIterator[Person]:
    """Sit somebody down at a terminal of the gateway on `port`."""
    url = f"http://127.0.0.1:{port}"
    async with (
        TerminalClient(url, TOKEN, user=user, chat=chat) as client,
        asyncio.TaskGroup() as group,
    ):
        person = Person(client)
        reading = group.create_task(person.read())
        try:
            yield person
        finally:
            reading.cancel()
