"""Socket Mode: keeps a connection, hands envelopes over in their order, acknowledges afterwards.

The library's SocketModeClient is not used: it gives each frame a task of its own, so that order
depends on who waits for what; it repeats a refused token for ever and logs instead of telling; and
it leaves tasks behind when it is closed. Source of the frames:
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import aiohttp
import structlog

from channels.backoff import Backoff, Sleep
from channels.offering import Offering
from channels.slack.api import SlackApi
from channels.slack.failures import CallFailed, unavailable
from channels.slack.payload import JsonObject
from channels.slack.settings import CHANNEL

Dispatch = Callable[[JsonObject], Awaitable[JsonObject | None]]

LONG_ENOUGH_SECONDS: Final = 10.0  # a connection that held so long ended for no reason of its own
_WAITING_FRAMES: Final = 1_000
_HEARTBEAT_SECONDS: Final = 15.0
_CLOSE_SECONDS: Final = 0.3
_DRAIN_SECONDS: Final = 2.0  # for what an ending connection brought and can still acknowledge

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """An envelope, and the connection that wants to hear of it."""

    connection: aiohttp.ClientWebSocketResponse
    envelope: JsonObject


class SocketMode:
    """One app's connection to Slack, through every trouble.

    Envelopes are handed over one after the other, whatever connection they came by. One that can't
    be stored is offered again until it is: Slack itself tries only three times. What was read and
    not acknowledged when a connection ends is delivered again by Slack, so it may come twice.
    """

    def __init__(self, api: SlackApi, *, sleep: Sleep) -> None:
        self.trouble = "connecting to Slack"
        self._api = api
        self._sleep = sleep
        self._network = Backoff(first=0.5, ceiling=30)
        self._offering = Offering(CHANNEL, sleep=sleep)
        self._waiting: asyncio.Queue[_Delivery] = asyncio.Queue(_WAITING_FRAMES)

    def enter(self, trouble: str) -> None:
        """Take note of a trouble, empty while all is well, and tell the log where it is news."""
        if trouble != self.trouble:
            log = logger.warning if trouble else logger.info
            log("slack_connection", trouble=trouble)
        self.trouble = trouble

    async def receive(self) -> None:
        """Stay connected until cancelled.

        Raises:
            ChannelUnavailable: a person must change something before Slack lets the app in.
        """
        while True:
            begun_at = asyncio.get_running_loop().time()
            reason = await self._connection()
            held = asyncio.get_running_loop().time() - begun_at
            if held >= LONG_ENOUGH_SECONDS:
                # Slack renews connections every few hours: no trouble unless the next one fails.
                logger.info("slack_connection_ended", reason=reason)
                self._network.reset()
            else:
                self.enter(reason)
                await self._sleep(self._network.seconds())

    async def hand_over(self, dispatch: Dispatch) -> None:
        """Hand envelopes over and acknowledge them, until cancelled."""
        while True:
            delivery = await self._waiting.get()
            acknowledgement = await self._offering.until_stored(
                partial(dispatch, delivery.envelope)
            )
            if acknowledgement is not None:
                await _acknowledge(delivery.connection, acknowledgement)
            self._waiting.task_done()

    async def _connection(self) -> str:
        """Hold one connection as long as it lasts; return why it ended."""
        try:
            url = await self._api.open_connection()
            async with self._api.session.ws_connect(
                url,
                heartbeat=_HEARTBEAT_SECONDS,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
                max_msg_size=0,
            ) as connection:
                return await self._read(connection)
        except CallFailed as failure:
            hopeless = unavailable(failure, is_app_token=True)
            if hopeless is not None:
                self.enter(hopeless.reason)
                raise hopeless from failure
            if failure.retry_after is not None:
                self.enter(failure.reason)
                await self._sleep(failure.retry_after.total_seconds())
            return failure.reason
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return f"the connection to Slack broke: {type(error).__name__}"

    async def _read(self, connection: aiohttp.ClientWebSocketResponse) -> str:
        async for frame in connection:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            content = json.loads(frame.data)
            if not isinstance(content, dict):
                continue
            match content.get("type"):
                case "hello":
                    self.enter("")
                case "disconnect":
                    await self._drain()
                    return f"Slack asked for a new connection: {content.get('reason')}"
                case _:
                    await self._waiting.put(_Delivery(connection=connection, envelope=content))
        return "the connection to Slack was closed"

    async def _drain(self) -> None:
        """Let what was read be stored and acknowledged while the connection still stands."""
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self._waiting.join()
        except TimeoutError:
            logger.info("slack_connection_left_early", waiting=self._waiting.qsize())


async def _acknowledge(
    connection: aiohttp.ClientWebSocketResponse, acknowledgement: JsonObject
) -> None:
    """Tell Slack that an event is stored; if the connection is gone, Slack delivers it again."""
    try:
        await connection.send_str(json.dumps(acknowledgement))
    except (aiohttp.ClientError, ConnectionError) as error:
        logger.info("slack_acknowledgement_lost", error=type(error).__name__)
