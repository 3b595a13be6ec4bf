"""Slack's side of Socket Mode: connections, envelopes and their acknowledgements."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.doubles.slack_rules import JsonObject


@dataclass(slots=True, kw_only=True)
class Envelope:
    """Something that the app shall acknowledge; each delivery has an id of its own."""

    kind: str  # events_api, slash_commands or interactive
    payload: JsonObject
    ids: list[str] = field(default_factory=list)
    acknowledged_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """One time that an envelope was sent; `at` is monotonic time."""

    envelope: Envelope
    at: float


class SlackSocket:
    """All connections of the app; what is not acknowledged comes again on the next one.

    `acknowledge_seconds` holds how long each delivery took from its sending to its acknowledgement.
    """

    def __init__(self, notify: Callable[[], Awaitable[None]]) -> None:
        self.envelopes: list[Envelope] = []
        self.acknowledged: list[str] = []  # ids of deliveries
        self.acknowledge_seconds: list[float] = []
        self.connected = 0  # connections in all
        self._notify = notify
        self._numbers = itertools.count(1)
        self._deliveries: dict[str, _Delivery] = {}
        self._connection: web.WebSocketResponse | None = None

    @property
    def is_open(self) -> bool:
        """Whether the app is connected."""
        return self._connection is not None

    @property
    def unacknowledged(self) -> list[Envelope]:
        """What the app has not confirmed."""
        return [one for one in self.envelopes if one.acknowledged_at is None]

    @property
    def is_settled(self) -> bool:
        """Whether each delivery, not only each envelope, was acknowledged."""
        return len(self.acknowledged) == len(self._deliveries)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Be one connection until it ends."""
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        self.connected += 1
        await connection.send_json({"type": "hello", "num_connections": 1})
        self._connection = connection
        await self.redeliver()
        await self._notify()
        async for frame in connection:
            if frame.type is WSMsgType.TEXT:
                await self._acknowledge(json.loads(frame.data))
        if self._connection is connection:
            self._connection = None
        await self._notify()
        return connection

    async def deliver(self, kind: str, payload: JsonObject) -> Envelope:
        """Hand an envelope to the app, as soon as it is connected."""
        envelope = Envelope(kind=kind, payload=payload)
        self.envelopes.append(envelope)
        await self.deliver_again(envelope)
        return envelope

    async def redeliver(self) -> None:
        """Deliver again whatever is not acknowledged, as Slack does after three seconds."""
        for envelope in self.unacknowledged:
            await self.deliver_again(envelope)

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tell the app to open a new connection."""
        if self._connection is not None:
            await self._connection.send_json({"type": "disconnect", "reason": reason})

    async def drop(self) -> None:
        """Close the connection without a word."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def send_raw(self, text: str) -> None:
        """Send a frame of any shape."""
        if self._connection is not None:
            await self._connection.send_str(text)

    async def deliver_again(self, envelope: Envelope) -> None:
        """Send an envelope under a new id, acknowledged or not; without a connection do nothing."""
        connection = self._connection
        if connection is None:
            return
        envelope.ids.append(f"envelope-{next(self._numbers)}")
        now = asyncio.get_running_loop().time()
        self._deliveries[envelope.ids[-1]] = _Delivery(envelope=envelope, at=now)
        retry = len(envelope.ids) - 1
        frame = {
            "type": envelope.kind,
            "envelope_id": envelope.ids[-1],
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != "events_api",
            **({"retry_attempt": retry, "retry_reason": "timeout"} if retry else {}),
        }
        try:
            await connection.send_json(frame)
        except ConnectionError:
            return  # it comes again on the next connection

    async def _acknowledge(self, frame: JsonObject) -> None:
        envelope_id = str(frame.get("envelope_id"))
        delivery = self._deliveries.get(envelope_id)
        if delivery is not None:
            now = asyncio.get_running_loop().time()
            self.acknowledged.append(envelope_id)
            self.acknowledge_seconds.append(now - delivery.at)
            delivery.envelope.acknowledged_at = now
        await self._notify()
