"""One connected terminal, as the gateway sees it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

from aiohttp import WSCloseCode, WSMsgType, web

from channels.terminal.frames import ClientFrame, Hello, ServerFrame, parse_client_frame

HELLO_TIMEOUT = timedelta(seconds=10)
WRITE_TIMEOUT = timedelta(seconds=5)  # a terminal that takes no bytes for so long is stuck
CLOSE_TIMEOUT = timedelta(seconds=1)


class ProtocolViolation(Exception):  # noqa: N818 - what the peer did
    """The client sent what it must not; the text says what, and goes back to it."""


class Connection:
    """Frames over one WebSocket; `hello` is who is there."""

    def __init__(self, socket: web.WebSocketResponse, hello: Hello) -> None:
        self.hello = hello
        self._socket = socket

    async def frames(self) -> AsyncIterator[ClientFrame]:
        """Yield what the client sends until it leaves.

        Raises:
            ProtocolViolation: what came is no frame.
        """
        async for message in self._socket:
            if message.type is WSMsgType.ERROR:  # aiohttp has closed it: cut, or a frame too long
                return
            if message.type is not WSMsgType.TEXT:
                raise ProtocolViolation("only text frames, please")
            yield parse(message.data)

    async def push(self, frame: ServerFrame) -> bool:
        """Send a frame; False if the client is gone, which its own reader sees as well."""
        try:
            async with asyncio.timeout(WRITE_TIMEOUT.total_seconds()):
                await self._socket.send_str(frame.model_dump_json())
        except (ConnectionError, TimeoutError):
            return False
        return True


async def read_hello(socket: web.WebSocketResponse) -> Hello:
    """Wait for the first frame.

    Raises:
        ProtocolViolation: it is something else, or does not come.
    """
    try:
        message = await socket.receive(HELLO_TIMEOUT.total_seconds())
    except TimeoutError as error:
        raise ProtocolViolation("no hello came") from error
    frame = parse(message.data) if message.type is WSMsgType.TEXT else None
    if not isinstance(frame, Hello):
        raise ProtocolViolation("the first frame must be hello")
    return frame


def parse(data: str) -> ClientFrame:
    """Read a frame; raises ProtocolViolation where the parser raises ValueError."""
    try:
        return parse_client_frame(data)
    except ValueError as error:
        raise ProtocolViolation("that is no frame of this protocol") from error


async def close(socket: web.WebSocketResponse, code: WSCloseCode, reason: str = "") -> None:
    """Say goodbye and wait a moment for the answer; a peer that gives none is cut off."""
    with suppress(TimeoutError):  # aiohttp has cut the connection by then
        async with asyncio.timeout(CLOSE_TIMEOUT.total_seconds()):
            await socket.close(code=code, message=reason.encode())
