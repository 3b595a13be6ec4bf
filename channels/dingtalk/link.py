"""One Stream connection: how it is opened, read, answered and closed."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import quote_plus

import aiohttp
import structlog

from channels.dingtalk.frames import (
    MESSAGES_TOPIC,
    USER_AGENT,
    Frame,
    FrameError,
    acknowledgement,
    read_frame,
)
from channels.dingtalk.http import Answer, Http, RequestError, request_error
from channels.dingtalk.payload import JsonObject
from channels.dingtalk.refusals import is_rate_limit, is_refused_for_good, wait_of
from channels.dingtalk.settings import DingtalkSettings
from channels.dingtalk.tokens import CREDENTIALS_REFUSED
from channels.errors import ChannelUnavailable

OPEN: Final = "/v1.0/gateway/connections/open"

_HEARTBEAT_SECONDS: Final = 30.0  # a connection that is silent for longer is asked
_CONNECT_SECONDS: Final = 15.0
_ANSWER_SECONDS: Final = 10.0
_CLOSE_SECONDS: Final = 0.3
_SETTLE_SECONDS: Final = 10.0  # how long DingTalk leaves a connection open that it gives up
_MOST_FRAME_BYTES: Final = 4 * 1024 * 1024

logger = structlog.get_logger(__name__)


class LinkTrouble(Exception):  # noqa: N818 - what keeps messages from coming, mostly for a while
    """There is no connection now; try again, not before `retry_after`."""

    def __init__(self, reason: str, *, retry_after: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Link:
    """An open connection; frames that are kept for later are counted until they are answered."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._kept = 0
        self._is_settled = asyncio.Event()
        self._is_settled.set()

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Yield the frames as they come, until the connection ends; what is no frame is left out.

        The order is DingTalk's. Nothing is answered by this.
        """
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            try:
                frame = read_frame(message.data)
            except FrameError as error:
                logger.warning("dingtalk_frame_undecodable", error=str(error))
                continue
            yield frame

    def keep(self) -> None:
        """Take note that a frame will be answered later, by `answer_kept`."""
        self._kept += 1
        self._is_settled.clear()

    async def answer_kept(self, frame: Frame) -> None:
        """Answer a frame that was kept."""
        await self.answer(frame)
        self._kept -= 1
        if not self._kept:
            self._is_settled.set()

    async def answer(self, frame: Frame) -> None:
        """Tell DingTalk that a frame is taken; where the connection is gone, it will come again."""
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._socket.send_str(acknowledgement(frame))
        except (aiohttp.ClientError, OSError, TimeoutError, RuntimeError) as error:
            logger.info("dingtalk_answer_lost", error=type(error).__name__)

    async def settle(self) -> None:
        """Close as soon as all kept frames are answered, at the latest after ten seconds."""
        try:
            async with asyncio.timeout(_SETTLE_SECONDS):
                await self._is_settled.wait()
        except TimeoutError:
            logger.info("dingtalk_answers_lost", count=self._kept)
        finally:
            await self.close()

    async def close(self) -> None:
        """Close at once."""
        await self._socket.close()


class Switchboard:
    """Opens connections for one app.

    Source: https://open-dingtalk.github.io/developerpedia/docs/learn/stream/protocol
    """

    def __init__(self, http: Http, settings: DingtalkSettings) -> None:
        self._http = http
        self._settings = settings

    async def open(self) -> Link:
        """Return a new connection.

        Raises:
            LinkTrouble: not now.
            ChannelUnavailable: the app's id or secret is refused.
        """
        answer = await self._ticket()
        endpoint, ticket = answer.text("endpoint"), answer.text("ticket")
        if not endpoint or not ticket:
            raise LinkTrouble("DingTalk names no address to connect to")
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                socket = await self._http.session.ws_connect(
                    f"{endpoint}?ticket={quote_plus(ticket)}",
                    heartbeat=_HEARTBEAT_SECONDS,
                    max_msg_size=_MOST_FRAME_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
                )
        except aiohttp.WSServerHandshakeError as error:
            raise LinkTrouble(f"the connection is refused with {error.status}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise LinkTrouble(str(request_error(error))) from None  # its text holds the ticket
        return Link(socket)

    async def _ticket(self) -> Answer:
        body = _subscription(self._settings)
        url = self._settings.api_base.rstrip("/") + OPEN
        try:
            answer = await self._http.ask("POST", url, body, seconds=_CONNECT_SECONDS)
        except RequestError as error:
            raise LinkTrouble(str(error)) from error
        if answer.status == HTTPStatus.OK:
            return answer
        if is_rate_limit(answer):
            raise LinkTrouble(answer.reason, retry_after=wait_of(answer))
        if is_refused_for_good(answer):
            raise ChannelUnavailable(CREDENTIALS_REFUSED)
        raise LinkTrouble(f"DingTalk opens no connection: {answer.reason}")


def _subscription(settings: DingtalkSettings) -> JsonObject:
    """Return the wish for the robot's messages and nothing else."""
    return {
        "clientId": settings.id_text,
        "clientSecret": settings.secret_text,
        "subscriptions": [{"type": "CALLBACK", "topic": MESSAGES_TOPIC}],
        "ua": USER_AGENT,
    }
