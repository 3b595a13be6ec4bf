"""The contract suite's kit for the terminal: its real client, on a server of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from uuid import uuid4

import aiohttp

from channels.message import ConversationAddress
from channels.terminal.channel import TerminalChannel
from channels.terminal.client import TerminalClient
from channels.terminal.frames import PATH, Hello, Message, Say
from channels.terminal.messenger import MESSENGER
from tests.doubles.clock import ManualClock
from tests.doubles.terminal import TOKEN, listening

USER = "ada"


class TerminalKit:
    """A `TerminalChannel` and somebody who sits at a terminal, connected while it runs."""

    def __init__(self) -> None:
        self.channel = TerminalChannel(token=TOKEN, now=ManualClock().now)
        self.conversation = ConversationAddress(channel="terminal", account="local", chat_id=USER)
        self._server = AsyncExitStack()
        self._port = 0
        self._texts: list[str] = []
        self._came = asyncio.Event()
        self.channel.on_reachable(lambda _: self._came.set())

    async def serve(self) -> TerminalClient:
        """Start the server; return the person's client."""
        self._port = await self._server.enter_async_context(listening(self.channel, self._port))
        self._client = TerminalClient(self._url, TOKEN, user=USER)
        return self._client

    @property
    def _url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def read(self) -> None:
        """Be the person: see what comes, until cancelled."""
        async with aclosing(self._client.frames()) as frames:
            async for frame in frames:
                if isinstance(frame, Message):
                    self._texts.append(frame.text)
                    await self._client.shown(frame)

    async def is_there(self) -> None:
        """Wait until the person is connected."""
        await self._came.wait()

    async def person_says(self, text: str) -> None:
        """Let Ada write, as soon as there is a connection."""
        await self._client.send(text)

    async def heard_again(self, text: str) -> None:
        """Let Ada write from a window that says it twice, as one does after a lost connection."""
        await self.is_there()
        said = Say(event_id=uuid4(), text=text)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.ws_connect(self._url + PATH) as socket,
        ):
            await socket.send_str(Hello(user=USER, chat=USER).model_dump_json())
            for _ in range(2):
                await socket.send_str(said.model_dump_json())
                await socket.receive()  # that it is accepted

    async def disconnect(self) -> None:
        """Take the server away and start it again."""
        await self._server.aclose()
        await self._server.enter_async_context(listening(self.channel, self._port))

    split = staticmethod(MESSENGER.split)

    def shown(self) -> list[str]:
        """Return what Ada's terminal was told to show."""
        return self._texts

    async def aclose(self) -> None:
        """End the server."""
        await self._server.aclose()


@asynccontextmanager
async def terminal_kit() -> AsyncIterator[TerminalKit]:
    """Start a server, sit somebody down, and yield a kit of both."""
    kit = TerminalKit()
    async with await kit.serve(), asyncio.TaskGroup() as group:
        reading = group.create_task(kit.read())
        try:
            yield kit
        finally:
            reading.cancel()
            await kit.aclose()
