"""The contract suite's kit for the double in memory, which other suites take for a channel."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from channels.errors import SendFailed, SendRejected, SendUnknown
from channels.message import (
    Attachment,
    AttachmentKind,
    ConversationAddress,
    ConversationKind,
    EventKind,
    InboundMessage,
    QuotedMessage,
)
from tests.contract.channels.kit import Trouble
from tests.doubles.channel import ARRIVED, FileSendingChannel, MemoryPlatform


class DoubleKit:
    """A `FileSendingChannel` on a platform in memory."""

    def __init__(self) -> None:
        self.platform = MemoryPlatform()
        self.channel = self.another_process()
        self.conversation = ConversationAddress(channel="double", account="bot", chat_id="ada")
        self._number = 0

    def another_process(self) -> FileSendingChannel:
        """Return a channel of the same account that knows nothing of the first."""
        return FileSendingChannel(self.platform)

    def _message(self, text: str) -> InboundMessage:
        self._number += 1
        return InboundMessage(
            event_id=f"e{self._number}",
            message_id=f"e{self._number}",
            conversation=self.conversation,
            sender_id="ada",
            sender_name="Ada",
            text=text,
            sent_at=datetime.now(UTC),
        )

    async def person_says(self, text: str) -> None:
        """Let Ada write."""
        self.platform.deliver(self._message(text))

    def kept(self) -> int:
        """Return how many events wait for their acknowledgement."""
        return len(self.platform.unacknowledged)

    async def heard_again(self, text: str) -> None:
        """Let Ada write; it is delivered twice."""
        message = self._message(text)
        self.platform.deliver(message)
        self.platform.deliver(message)

    async def disconnect(self) -> None:
        """Do nothing: there is no connection."""

    def split(self, text: str) -> Sequence[str]:
        """Divide nothing: a message takes any text."""
        return (text,)

    async def group_says(self, text: str, *, mentions_bot: bool) -> None:
        """Let Ada write in a group."""
        group = replace(self.conversation, chat_id="crew", kind=ConversationKind.GROUP)
        message = self._message(text)
        self.platform.deliver(replace(message, conversation=group, is_mention=mentions_bot))

    async def replies_to_bot(self, text: str) -> str:
        """Let Ada reply to something."""
        quoted = QuotedMessage(message_id="m1", text="which one?", is_from_bot=True)
        self.platform.deliver(replace(self._message(text), reply_to=quoted))
        return "m1"

    async def rewrites(self, before: str, after: str) -> None:
        """Let Ada write something and change it."""
        first = self._message(before)
        self.platform.deliver(first)
        edit = replace(first, event_id=f"{first.event_id}+", text=after, kind=EventKind.EDIT)
        self.platform.deliver(edit)

    async def sends_file(self, name: str, content: bytes) -> None:
        """Let Ada send a document."""
        self.platform.contents["f1"] = content
        file = Attachment(kind=AttachmentKind.DOCUMENT, file_id="f1", name=name)
        self.platform.deliver(replace(self._message(""), attachments=(file,)))

    def files_shown(self) -> list[tuple[str, bytes]]:
        """Return the files that were sent."""
        return list(self.platform.files.values())

    def shown(self) -> list[str]:
        """Return what Ada sees, without the one markup that the suite uses."""
        return [text.replace("**", "") for text in self.platform.shown.values()]

    def befall_next_send(self, trouble: Trouble) -> None:
        """Let the next send go wrong."""
        ending = {
            Trouble.REFUSED_FOR_NOW: SendFailed("wait", retry_after=timedelta(seconds=7)),
            Trouble.REFUSED_FOR_GOOD: SendRejected("blocked"),
            Trouble.LOST: SendUnknown("cut"),
            Trouble.UNANSWERED: SendUnknown(ARRIVED),
        }[trouble]
        self.platform.endings.append(ending)


@asynccontextmanager
async def double_kit() -> AsyncIterator[DoubleKit]:
    """Yield a kit."""
    yield DoubleKit()
