"""The gateway's side of a channel: an inbox that records what it is offered and can fail."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from channels.message import InboundMessage
from channels.protocol import Channel


class StoreDown(Exception):  # noqa: N818 - what a test lets happen
    """The store can't be written."""


class RecordingInbox:
    """Takes messages as the gateway does.

    `stored` holds the messages, `offers` the event ids of each attempt.
    """

    def __init__(self) -> None:
        self.stored: list[InboundMessage] = []
        self.offers: list[tuple[str, ...]] = []
        self._failures = 0
        self._changed = asyncio.Condition()

    def fail_next(self, times: int) -> None:
        """Let the next attempts raise."""
        self._failures = times

    async def receive(self, messages: Sequence[InboundMessage]) -> None:
        """Store the messages, or raise `StoreDown`."""
        async with self._changed:
            self.offers.append(tuple(message.event_id for message in messages))
            self._changed.notify_all()
            if self._failures:
                self._failures -= 1
                raise StoreDown
            self.stored.extend(messages)

    async def wait_for(self, count: int) -> list[InboundMessage]:
        """Return what is stored once it is at least `count` messages."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.stored) >= count)
        return self.stored

    async def until(self, text: str) -> list[InboundMessage]:
        """Return what is stored once a message that holds `text` is among it."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: any(text in one.text for one in self.stored))
        return self.stored

    async def next_message(self) -> InboundMessage:
        """Return the first message, waiting for it."""
        return (await self.wait_for(1))[0]

    async def wait_for_offers(self, count: int) -> list[tuple[str, ...]]:
        """Return the attempts once there were at least `count`."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.offers) >= count)
        return self.offers


@asynccontextmanager
async def running(channel: Channel, inbox: RecordingInbox) -> AsyncIterator[None]:
    """Run the channel into the inbox as long as the block lasts."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(channel.run(inbox.receive))
        try:
            yield
        finally:
            task.cancel()
