"""The person's side of the terminal: what `crewdesk chat` talks to the gateway with."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

import aiohttp

from channels.errors import ChannelUnavailable, SendRejected
from channels.terminal.frames import (
    HEARTBEAT_SECONDS,
    MAX_FRAME_BYTES,
    PATH,
    Accepted,
    ClientFrame,
    Hello,
    Message,
    Refused,
    Say,
    ServerFrame,
    Shown,
    parse_server_frame,
)

PATIENCE = timedelta(seconds=10)  # a gateway that restarts is back by then
CONNECT_TIMEOUT = timedelta(seconds=5)
WRITE_TIMEOUT = timedelta(seconds=5)
CLOSE_TIMEOUT = timedelta(seconds=1)
FIRST_PAUSE = timedelta(milliseconds=50)
LONGEST_PAUSE = timedelta(seconds=2)

_FOR_GOOD = {  # close codes after which the same frames would only be refused again
    aiohttp.WSCloseCode.UNSUPPORTED_DATA,
    aiohttp.WSCloseCode.INVALID_TEXT,
    aiohttp.WSCloseCode.POLICY_VIOLATION,
    aiohttp.WSCloseCode.MESSAGE_TOO_BIG,
}


class TerminalClient:
    """One person in one chat; `chat` is the user's own where none is named.

    `url` is the gateway's, such as `http://127.0.0.1:8080`. Use the client as a context manager,
    iterate `frames()` all the while, for that is what connects, and call `send` and `shown` beside
    it. What was sent and not yet answered is sent again after a reconnect, as the same event.
    """

    def __init__(
        self, url: str, token: str, *, user: str, chat: str = "", patience: timedelta = PATIENCE
    ) -> None:
        self._url = url.rstrip("/") + PATH
        self._headers = {"Authorization": f"Bearer {token}"}
        self._hello = Hello(user=user, chat=chat or user)
        self._patience = patience
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._unanswered: dict[UUID, Say] = {}
        self._seen: set[str] = set()  # outbox ids of the messages that `frames` has yielded
        self._shown: set[str] = set()  # those that `shown` has confirmed

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(headers=self._headers)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._http is not None:
            await self._http.close()

    async def send(self, text: str) -> UUID:
        """Send a message now, or as soon as there is a connection; return its event id.

        `frames` yields `Accepted` or `Refused` with that id.

        Raises:
            SendRejected: the text is too long.
        """
        say = Say(event_id=uuid4(), text=text)
        if len(say.model_dump_json().encode()) > MAX_FRAME_BYTES:
            raise SendRejected(f"the text is too long: {MAX_FRAME_BYTES >> 20} MB at most")
        self._unanswered[say.event_id] = say
        if self._socket is not None:
            await _write(self._socket, say)
        return say.event_id

    async def shown(self, message: Message) -> None:
        """Confirm that a person can see the message; else it comes again, to the next client."""
        self._shown.add(message.id)
        if self._socket is not None:
            await _write(self._socket, Shown(id=message.id))

    async def frames(self) -> AsyncGenerator[ServerFrame, None]:
        """Yield what the gateway says, each message once; reconnects by itself, without end.

        Raises:
            ChannelUnavailable: no gateway could be reached for `patience`, or it refuses us.
        """
        while True:
            socket = await self._connect()
            try:
                async for item in socket:
                    if item.type is not aiohttp.WSMsgType.TEXT:
                        break
                    frame = _parse(item.data)
                    if await self._is_news(frame, socket):
                        yield frame
            finally:
                self._socket = None
                await socket.close()
            if socket.close_code in _FOR_GOOD:
                raise ChannelUnavailable(_hung_up(socket.close_code))
            await asyncio.sleep(FIRST_PAUSE.total_seconds())  # never spin on one that hangs up

    async def _is_news(self, frame: ServerFrame, socket: aiohttp.ClientWebSocketResponse) -> bool:
        match frame:
            case Accepted() | Refused():
                return self._unanswered.pop(frame.event_id, None) is not None
            case Message():
                if frame.id in self._shown:  # our confirmation was lost
                    await _write(socket, Shown(id=frame.id))
                is_new = frame.id not in self._seen
                self._seen.add(frame.id)
                return is_new
            case _:
                return True

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        give_up_at = asyncio.get_running_loop().time() + self._patience.total_seconds()
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._open()
            except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
                _raise_if_refused(error)
                if asyncio.get_running_loop().time() >= give_up_at:
                    reason = "no gateway is running here; start it with `crewdesk up`"
                    raise ChannelUnavailable(reason) from error
            await asyncio.sleep(pause.total_seconds())
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _open(self) -> aiohttp.ClientWebSocketResponse:
        if self._http is None:
            raise RuntimeError("use the client as a context manager")
        async with asyncio.timeout(CONNECT_TIMEOUT.total_seconds()):
            socket = await self._http.ws_connect(
                self._url,
                heartbeat=HEARTBEAT_SECONDS,
                max_msg_size=MAX_FRAME_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_TIMEOUT.total_seconds()),
            )
        await socket.send_str(self._hello.model_dump_json())
        await self._send_again(socket)
        self._socket = socket
        return socket

    async def _send_again(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        # `send` may add more meanwhile. Their order is kept: it writes by itself only after this.
        done: set[UUID] = set()
        while waiting := [
            say for event_id, say in self._unanswered.items() if event_id not in done
        ]:
            for say in waiting:
                await _write(socket, say)
                done.add(say.event_id)


def _hung_up(code: int | None) -> str:
    return f"the gateway hung up on us ({code}): it may be another release; update and restart it"


async def _write(socket: aiohttp.ClientWebSocketResponse, frame: ClientFrame) -> None:
    # A lost connection is no error here: `frames` sees it too, and everything is sent again.
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(WRITE_TIMEOUT.total_seconds()):
            await socket.send_str(frame.model_dump_json())


def _parse(data: str) -> ServerFrame:
    try:
        return parse_server_frame(data)
    except ValueError as error:
        reason = "the gateway speaks another version; update both and restart it"
        raise ChannelUnavailable(reason) from error


def _raise_if_refused(error: Exception) -> None:
    if not isinstance(error, aiohttp.WSServerHandshakeError):
        return
    if error.status == HTTPStatus.UNAUTHORIZED:
        reason = "the gateway here does not take our token: is it another data directory's?"
        raise ChannelUnavailable(reason) from error
    if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:  # above, it is just starting or stopping
        raise ChannelUnavailable(
            f"what answers here is no gateway (HTTP {error.status})"
        ) from error
