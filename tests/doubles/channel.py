"""A channel in memory, whose calls end as a test wants them to."""

import asyncio
from collections.abc import AsyncIterator, Container
from dataclasses import replace
from functools import partial

from channels.errors import ChannelError, FileUnavailable, LookupInconclusive, MessageGone
from channels.message import Attachment, InboundMessage, OutboundFile, OutboundMessage
from channels.offering import Offering
from channels.protocol import Receive

ARRIVED = "arrived"  # raised with this text, an unknown outcome was shown all the same


class MemoryPlatform:
    """A platform in memory: it keeps what is not acknowledged, and shows what was sent.

    `endings` are those of the next calls, in order; then all goes well.
    """

    def __init__(self) -> None:
        self.unacknowledged: list[InboundMessage] = []
        self.shown: dict[str, str] = {}
        self.files: dict[str, tuple[str, bytes]] = {}  # by the id of their message
        self.contents: dict[str, bytes] = {}  # of people's files, by their ids
        self.endings: list[ChannelError] = []
        self.calls: list[str] = []
        self.arrived = asyncio.Event()

    def deliver(self, message: InboundMessage) -> None:
        """Take something that a person did, to be told to whoever receives."""
        self.unacknowledged.append(message)
        self.arrived.set()


class PlainChannel:
    """Sends messages, and can neither edit nor look anything up; `shown` is what people see."""

    name = "double"

    def __init__(self, platform: MemoryPlatform | None = None) -> None:
        self.platform = platform or MemoryPlatform()
        self.shown, self.calls = self.platform.shown, self.platform.calls
        self.endings = self.platform.endings
        self._offering = Offering(self.name, sleep=_short_sleep)

    async def run(self, receive: Receive) -> None:
        """Hand over what people do until cancelled; what is stored is acknowledged."""
        waiting = self.platform.unacknowledged
        while True:
            while waiting:
                await self._offering.until_stored(partial(receive, waiting[:1]))
                del waiting[0]
            self.platform.arrived.clear()
            await self.platform.arrived.wait()

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
    """Can edit, and look up what was sent; `blindness`, where set, is what each look-up ends with.

    `looked_for` holds the outbox ids of what was looked up.
    """

    def __init__(self, platform: MemoryPlatform | None = None) -> None:
        super().__init__(platform)
        self.blindness: LookupInconclusive | None = None
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
        if self.blindness is not None:
            raise self.blindness
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
        sent = await self.send(replace(message, text=f"{file.name}: {message.text}"))
        if file.path.exists():
            self.platform.files[sent] = (file.name, file.path.read_bytes())
        return sent

    async def fetch_file(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield a person's file in two pieces."""
        if attachment.file_id not in self.platform.contents:
            raise FileUnavailable("there is no such file")
        content = self.platform.contents[attachment.file_id]
        half = len(content) // 2
        yield content[:half]
        yield content[half:]

    async def find_file(
        self, message: OutboundMessage, file: OutboundFile, anchor: str, taken: Container[str]
    ) -> str | None:
        """Look for a file like for a message."""
        return await self.find(replace(message, text=f"{file.name}: {message.text}"), anchor, taken)


async def _short_sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))
