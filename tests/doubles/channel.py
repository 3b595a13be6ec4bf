"""A channel in memory, whose calls end as a test wants them to."""

import asyncio
from collections.abc import Container
from dataclasses import replace

from channels.errors import ChannelError, LookupInconclusive, MessageGone
from channels.message import OutboundFile, OutboundMessage
from channels.protocol import Receive

ARRIVED = "arrived"  # raised with this text, an unknown outcome was shown all the same


class PlainChannel:
    """Sends messages, and can neither edit nor look anything up; `shown` is what people see."""

    name = "double"

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.endings: list[ChannelError] = []  # of the next calls, in order; then all goes well
        self.calls: list[str] = []

    async def run(self, receive: Receive) -> None:
        """Receive nothing."""
        del receive
        await asyncio.Event().wait()

    async def send(self, message: OutboundMessage) -> str:
        """Show a message, unless it is to end otherwise."""
        self.calls.append("send")
        ending = self.endings.pop(0) if self.endings else None
        if ending is None or str(ending) == ARRIVED:
            self.shown[f"m{len(self.calls)}"] = message.text
        if ending is not None:
            raise ending
        return f"m{len(self.calls)}"


class EditingChannel(PlainChannel):
    """Can edit, and look up what was sent; `is_blind` makes each look-up inconclusive.

    `looked_for` holds the outbox ids of what was looked up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_blind = False
        self.looked_for: list[str] = []

    async def edit(self, message_id: str, message: OutboundMessage) -> None:
        """Replace a message that is shown."""
        self.calls.append("edit")
        if self.endings:
            raise self.endings.pop(0)
        if message_id not in self.shown:
            raise MessageGone("no such message")
        self.shown[message_id] = message.text

    def anchor(self, message: OutboundMessage, last_message_id: str) -> str:
        """Return how many calls there were."""
        del message, last_message_id
        return f"after {len(self.calls)}"

    async def find(
        self, message: OutboundMessage, anchor: str, taken: Container[str]
    ) -> str | None:
        """Look for a message that was shown after the anchor and is nobody else's."""
        self.calls.append("find")
        self.looked_for.append(message.outbox_id)
        if self.is_blind:
            raise LookupInconclusive("blind")
        first = int(anchor.removeprefix("after ")) + 1
        for message_id in self.shown:
            if int(message_id.removeprefix("m")) >= first and message_id not in taken:
                self.shown[message_id] = message.text
                return message_id
        return None


class FileSendingChannel(EditingChannel):
    """Also takes files; what people see of one is its name and the words beside it."""

    async def send_file(self, message: OutboundMessage, file: OutboundFile) -> str:
        """Show a file, unless it is to end otherwise."""
        return await self.send(replace(message, text=f"{file.name}: {message.text}"))

    async def find_file(
        self, message: OutboundMessage, file: OutboundFile, anchor: str, taken: Container[str]
    ) -> str | None:
        """Look for a file like for a message."""
        return await self.find(replace(message, text=f"{file.name}: {message.text}"), anchor, taken)
