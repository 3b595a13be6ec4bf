"""DingTalk's Stream connections: tickets, frames, and messages that wait to be acknowledged."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from aiohttp import WSMsgType, web

from tests.doubles.dingtalk_rules import JsonObject

MESSAGES_TOPIC: Final = "/v1.0/im/bot/messages/get"


class Connections:
    """The open connections of one app; a message goes to one of them until it is acknowledged.

    `messages` holds all messages by their id, `unacknowledged` those that wait, `acknowledged` the
    ids in order, `answers` the data of each answer to a ping, `codes` the code of every answer,
    `acknowledge_seconds` how long each delivery took from its sending to its acknowledgement.
    """

    def __init__(self, changed: asyncio.Condition) -> None:
        self.messages: dict[str, JsonObject] = {}
        self.unacknowledged: dict[str, JsonObject] = {}
        self.acknowledged: list[str] = []
        self.answers: list[JsonObject] = []
        self.codes: list[object] = []
        self.acknowledge_seconds: list[float] = []
        self.disconnects_answered = 0
        self.opened = 0
        self.redelivers_at_once = True  # to a new connection, without waiting for the old one
        self.refused_next = 0  # connections that are turned away although their ticket is good
        self._changed = changed
        self._sockets: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)
        self._frames: dict[str, str] = {}  # which message a frame carried
        self._sent_at: dict[str, float] = {}  # when a frame with a message was sent

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._sockets)

    def ticket(self) -> str:
        """Return a ticket for one connection."""
        ticket = f"ticket-{next(self._numbers)}-opens+one/connection"
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401)
        self._tickets.remove(ticket)
        if self.refused_next:
            self.refused_next -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self._begin(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._answered(json.loads(message.data))
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
            await self._notify()
        return socket

    async def push(self, message: JsonObject) -> None:
        """Send a message now if there is a connection, else with the next one."""
        message_id = str(message["msgId"])
        self.messages[message_id] = self.unacknowledged[message_id] = message
        await self._send_message(message)
        await self._notify()

    async def redeliver(self) -> None:
        """Send again what was not acknowledged."""
        for message in list(self.unacknowledged.values()):
            await self._send_message(message)

    async def send_again(self, message_id: str) -> None:
        """Send a message that has been acknowledged already."""
        await self.push(self.messages[message_id])

    async def ping(self, opaque: str) -> None:
        """Ask whether the client is there."""
        await self._send_order("ping", {"opaque": opaque})

    async def disconnect(self) -> None:
        """Tell the client to connect anew; nothing more is sent on this connection."""
        await self._send_order("disconnect", {"reason": "server is moving"})
        self._sockets.clear()

    async def send_text(self, text: str) -> None:
        """Send anything at all."""
        for socket in self._sockets[-1:]:
            with suppress(ConnectionError):  # it comes again on the next connection
                await socket.send_str(text)

    async def drop(self) -> None:
        """Close all connections without a word."""
        for socket in list(self._sockets):
            self._sockets.remove(socket)
            await socket.close()

    async def _begin(self, socket: web.WebSocketResponse) -> None:
        self._sockets.append(socket)
        self.opened += 1
        if self.redelivers_at_once:
            await self.redeliver()
        await self._notify()

    async def _send_message(self, message: JsonObject) -> None:
        frame_id = f"frame{next(self._numbers)}"
        self._frames[frame_id] = str(message["msgId"])
        self._sent_at[frame_id] = asyncio.get_running_loop().time()
        await self._send_frame(frame_id, "CALLBACK", MESSAGES_TOPIC, message)

    async def _send_order(self, topic: str, data: JsonObject) -> None:
        frame_id = f"frame{next(self._numbers)}"
        self._frames[frame_id] = f"SYSTEM:{topic}"
        await self._send_frame(frame_id, "SYSTEM", topic, data)

    async def _send_frame(self, frame_id: str, kind: str, topic: str, data: JsonObject) -> None:
        frame = {
            "specVersion": "1.0",
            "type": kind,
            "headers": {
                "appId": "app-1",
                "connectionId": "connection-1",
                "contentType": "application/json",
                "messageId": frame_id,
                "time": "1790000000000",
                "topic": topic,
            },
            "data": json.dumps(data),
        }
        await self.send_text(json.dumps(frame))

    async def _answered(self, answer: Mapping[str, object]) -> None:
        self.codes.append(answer.get("code"))
        match answer:
            case {"code": 200, "headers": {"messageId": str(frame_id)}, "data": str(data)}:
                about = self._frames.pop(frame_id, "")
                self._take_time(frame_id)
            case _:
                return
        if about == "SYSTEM:ping":
            self.answers.append(json.loads(data))
        elif about == "SYSTEM:disconnect":
            self.disconnects_answered += 1
        elif about in self.unacknowledged:
            del self.unacknowledged[about]
            self.acknowledged.append(about)
        await self._notify()

    def _take_time(self, frame_id: str) -> None:
        if (sent_at := self._sent_at.pop(frame_id, None)) is not None:
            now = asyncio.get_running_loop().time()
            self.acknowledge_seconds.append(now - sent_at)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
