"""The receive loop: messages are stored in their order and acknowledged only then."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import structlog

from channels.backoff import Backoff, Sleep
from channels.dingtalk.frames import Frame, FrameKind
from channels.dingtalk.link import Link, LinkTrouble
from channels.dingtalk.settings import CHANNEL
from channels.errors import ChannelUnavailable
from channels.message import InboundMessage
from channels.offering import Offering
from channels.protocol import Receive

Read = Callable[[Frame], InboundMessage | None]
"""Returns what a person wrote, None for what is no such message."""

_WAITING_MOST: Final = 1_000  # messages; then the connection is left unread
_BATCH: Final = 100
_CONNECTING: Final = "connecting"

logger = structlog.get_logger(__name__)


class OpensLinks(Protocol):
    """What connects."""

    async def open(self) -> Link:
        """Return a new connection; raises `LinkTrouble` or `ChannelUnavailable`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """A message on its way to the store, and the connection on which it came."""

    link: Link
    frame: Frame
    message: InboundMessage


class Receiver:
    """One app's receive loop; `trouble` tells why nothing comes in, empty while all is well.

    Messages wait in one queue that outlives connections: what a dropped connection had brought is
    stored all the same, and if DingTalk sends it again, it is the same event.
    """

    def __init__(self, links: OpensLinks, read: Read, *, sleep: Sleep = asyncio.sleep) -> None:
        self.trouble = _CONNECTING
        self._links = links
        self._read = read
        self._sleep = sleep
        self._network = Backoff(first=1, ceiling=60)
        self._offering = Offering(CHANNEL, sleep=sleep)

    async def run(self, receive: Receive) -> None:
        """Receive until cancelled.

        Raises:
            ChannelUnavailable: the app's id or secret is refused.
        """
        self._enter(_CONNECTING)
        arrivals: asyncio.Queue[_Arrival] = asyncio.Queue(_WAITING_MOST)
        refused: ChannelUnavailable | None = None
        async with asyncio.TaskGroup() as group:
            storing = group.create_task(self._store_in_order(arrivals, receive))
            try:
                await self._stay_connected(arrivals, group)
            except ChannelUnavailable as error:  # a group would wrap it
                refused = error
                storing.cancel()
        if refused is not None:
            self._enter(refused.reason)
            raise refused

    async def _stay_connected(
        self, arrivals: asyncio.Queue[_Arrival], group: asyncio.TaskGroup
    ) -> None:
        while True:
            try:
                link = await self._links.open()
            except LinkTrouble as trouble:
                await self._wait_out(trouble)
                continue
            self._enter("")
            try:
                is_told_to_leave = await self._listen(link, arrivals)
            except BaseException:
                await link.close()
                raise
            # It is left open for the answers that it still gets, while the next one is opened.
            group.create_task(link.settle())
            if not is_told_to_leave:
                await self._wait_out(LinkTrouble("the connection was lost"))

    async def _wait_out(self, trouble: LinkTrouble) -> None:
        self._enter(trouble.reason)
        await self._sleep(max(self._network.seconds(), trouble.retry_after.total_seconds()))

    async def _listen(self, link: Link, arrivals: asyncio.Queue[_Arrival]) -> bool:
        """Read a connection to its end; return whether DingTalk asked for a new one.

        One that asks for it before anything came is waited out like a lost one.
        """
        has_brought = False
        async with aclosing(link.frames()) as frames:
            async for frame in frames:
                if frame.kind is FrameKind.DISCONNECT:
                    await link.answer(frame)
                    return has_brought
                has_brought = True
                self._network.reset()
                await self._take(link, frame, arrivals)
        return False

    async def _take(self, link: Link, frame: Frame, arrivals: asyncio.Queue[_Arrival]) -> None:
        message = self._read(frame) if frame.kind is FrameKind.MESSAGE else None
        if message is None:
            await link.answer(frame)
            return
        link.keep()
        await arrivals.put(_Arrival(link=link, frame=frame, message=message))

    async def _store_in_order(self, arrivals: asyncio.Queue[_Arrival], receive: Receive) -> None:
        while True:
            batch = [await arrivals.get()]
            while len(batch) < _BATCH and not arrivals.empty():
                batch.append(arrivals.get_nowait())
            messages = [arrival.message for arrival in batch]
            await self._offering.until_stored(partial(receive, messages))
            for arrival in batch:
                await arrival.link.answer_kept(arrival.frame)

    def _enter(self, trouble: str) -> None:
        if trouble != self.trouble:
            log = logger.warning if trouble not in {"", _CONNECTING} else logger.info
            log("dingtalk_connection", reason=trouble or "connected")
        self.trouble = trouble
