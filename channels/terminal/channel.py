"""The gateway's side of the terminal: stores what is typed, shows what the bot says."""

import asyncio
import hmac
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

import structlog
from aiohttp import WSCloseCode, web

from channels.errors import SendFailed, SendRejected
from channels.message import ConversationAddress, InboundMessage, OutboundFile, OutboundMessage
from channels.protocol import Receive
from channels.terminal.connection import Connection, ProtocolViolation, close, read_hello
from channels.terminal.frames import (
    HEARTBEAT_SECONDS,
    MAX_FRAME_BYTES,
    PATH,
    Accepted,
    ClientFrame,
    Hello,
    Message,
    Preview,
    Refused,
    Say,
    ServerFrame,
    Shown,
    Typing,
)

CHANNEL_NAME = "terminal"
ACCOUNT = "local"  # there is one bot behind this door
SHOWN_TIMEOUT = timedelta(seconds=20)  # a duty of `Channel.send` is to wait 30 s at most
NOBODY_THERE_RETRY = timedelta(minutes=1)  # only if `on_reachable` was missed

logger: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    receive: Receive
    group: asyncio.TaskGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unconfirmed:
    """A message on its way; `shown` is set once a person can see it."""

    frame: Message
    shown: asyncio.Event = field(default_factory=asyncio.Event)


class TerminalChannel:
    """The terminal as a `Channel` that streams drafts, shows typing and serves HTTP.

    Whoever holds `token` may write under any user name, so it belongs to the machine's owner alone.
    """

    name = CHANNEL_NAME

    def __init__(
        self,
        *,
        token: str,
        now: Callable[[], datetime],
        shown_timeout: timedelta = SHOWN_TIMEOUT,
    ) -> None:
        if not token:
            raise ValueError("an empty token would keep nobody out")
        self._token = token
        self._now = now
        self._shown_timeout = shown_timeout
        self._running: _Running | None = None
        self._notify: Callable[[ConversationAddress], None] | None = None
        self._connections: defaultdict[str, set[Connection]] = defaultdict(set)
        self._unconfirmed: defaultdict[str, dict[str, _Unconfirmed]] = defaultdict(dict)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the WebSocket's route."""
        return [web.get(PATH, self._handle)]

    def on_reachable(self, notify: Callable[[ConversationAddress], None]) -> None:
        """Call `notify` each time a terminal connects."""
        self._notify = notify

    async def run(self, receive: Receive) -> None:
        """Serve terminals until cancelled; then all of them are disconnected."""
        async with asyncio.TaskGroup() as group:
            self._running = _Running(receive=receive, group=group)
            try:
                await asyncio.Event().wait()
            finally:
                self._running = None

    async def send(self, message: OutboundMessage) -> str:
        """Return the outbox id once a terminal has confirmed that it shows the message.

        An unconfirmed one is sent anew to each terminal that connects meanwhile. Sending it twice
        is harmless: the client knows it by its id.
        """
        chat = message.conversation.chat_id
        frame = Message(id=message.outbox_id, text=message.text)
        if len(frame.model_dump_json().encode()) > MAX_FRAME_BYTES:
            raise SendRejected("the text is too long for one frame")
        self._check_somebody_there(chat)
        unconfirmed = self._unconfirmed[chat].setdefault(frame.id, _Unconfirmed(frame=frame))
        try:
            async with asyncio.timeout(self._shown_timeout.total_seconds()):
                await self._push(chat, frame)
                await unconfirmed.shown.wait()
        except TimeoutError as error:
            raise SendFailed("no terminal has confirmed it") from error
        finally:
            self._forget(chat, unconfirmed)
        return frame.id

    async def send_file(self, message: OutboundMessage, file: OutboundFile) -> str:
        """Show where the file lies: whoever sits at this terminal can open it there."""
        place = f"{file.name} ({file.size_bytes:,} bytes): `{file.path}`"
        return await self.send(replace(message, text=f"{message.text}\n\n{place}".strip()))

    async def show_draft(self, conversation: ConversationAddress, draft_id: str, text: str) -> None:
        """Show a growing answer on the terminals that are connected now."""
        self._check_somebody_there(conversation.chat_id)
        await self._push(conversation.chat_id, Preview(id=draft_id, text=text))

    async def show_typing(self, conversation: ConversationAddress) -> None:
        """Show that the bot is at work."""
        self._check_somebody_there(conversation.chat_id)
        await self._push(conversation.chat_id, Typing())

    async def _push(self, chat: str, frame: ServerFrame) -> None:
        async with asyncio.TaskGroup() as group:
            for connection in self._connections.get(chat, ()):
                group.create_task(connection.push(frame))

    def _check_somebody_there(self, chat: str) -> None:
        if chat not in self._connections:
            raise SendFailed("no terminal is connected", retry_after=NOBODY_THERE_RETRY)

    def _forget(self, chat: str, unconfirmed: _Unconfirmed) -> None:
        # Two `send`s of one id share it; then the first one to end has removed it.
        waiting = self._unconfirmed[chat]
        if waiting.get(unconfirmed.frame.id) is unconfirmed:
            del waiting[unconfirmed.frame.id]
        if not waiting:
            del self._unconfirmed[chat]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self._authorize(request)
        self._require_running()
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=MAX_FRAME_BYTES)
        await socket.prepare(request)
        running = self._require_running()
        # In the group of `run`, so that its end is the end of every connection.
        task = running.group.create_task(self._serve(socket, running.receive))
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
        return socket

    def _authorize(self, request: web.Request) -> None:
        # A page in a browser could reach a loopback port; browsers always say where they come from.
        if "Origin" in request.headers:
            raise web.HTTPForbidden(text="not for browsers\n")
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            headers = {"WWW-Authenticate": "Bearer"}
            raise web.HTTPUnauthorized(headers=headers, text="wrong or missing token\n")

    def _require_running(self) -> _Running:
        if self._running is None:
            raise web.HTTPServiceUnavailable(text="the terminal channel is not running\n")
        return self._running

    async def _serve(self, socket: web.WebSocketResponse, receive: Receive) -> None:
        try:
            connection = Connection(socket, await read_hello(socket))
            with self._joined(connection):
                await self._greet(connection)
                async for frame in connection.frames():
                    await self._take(frame, connection, receive)
        except ProtocolViolation as violation:
            await close(socket, WSCloseCode.POLICY_VIOLATION, str(violation))
        finally:
            await close(socket, WSCloseCode.GOING_AWAY)

    @contextmanager
    def _joined(self, connection: Connection) -> Iterator[None]:
        chat = connection.hello.chat
        self._connections[chat].add(connection)
        try:
            yield
        finally:
            self._connections[chat].discard(connection)
            if not self._connections[chat]:
                del self._connections[chat]

    async def _greet(self, connection: Connection) -> None:
        waiting = self._unconfirmed.get(connection.hello.chat, {})
        for unconfirmed in list(waiting.values()):
            await connection.push(unconfirmed.frame)
        if self._notify is not None:
            self._notify(_address(connection.hello))

    async def _take(self, frame: ClientFrame, connection: Connection, receive: Receive) -> None:
        match frame:
            case Say():
                await self._store(frame, connection, receive)
            case Shown():
                unconfirmed = self._unconfirmed.get(connection.hello.chat, {}).get(frame.id)
                if unconfirmed is not None:  # else it comes late, or again
                    unconfirmed.shown.set()
            case Hello():
                raise ProtocolViolation("hello comes once")
            case _:
                assert_never(frame)

    async def _store(self, frame: Say, connection: Connection, receive: Receive) -> None:
        message = self._inbound(frame, connection.hello)
        answer: ServerFrame
        try:
            await receive([message])
        except Exception:  # whatever kept it from being stored, the sender must know
            logger.warning(
                "terminal_message_refused", conversation=message.conversation.key, exc_info=True
            )
            reason = "the gateway could not store the message; please try again"
            answer = Refused(event_id=frame.event_id, reason=reason)
        else:
            answer = Accepted(event_id=frame.event_id)
        await connection.push(answer)

    def _inbound(self, frame: Say, hello: Hello) -> InboundMessage:
        return InboundMessage(
            event_id=str(frame.event_id),
            message_id=str(frame.event_id),
            conversation=_address(hello),
            sender_id=hello.user,
            sender_name=hello.user,
            text=frame.text,
            sent_at=self._now(),
            raw=frame.model_dump_json(),
        )


def _address(hello: Hello) -> ConversationAddress:
    return ConversationAddress(channel=CHANNEL_NAME, account=ACCOUNT, chat_id=hello.chat)
