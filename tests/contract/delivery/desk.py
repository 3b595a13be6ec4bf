"""A sender with a conversation to send to."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from channels.message import ConversationAddress
from gateway.governor import Governor
from gateway.sending import Sender
from gateway.store import conversations, outbox
from gateway.store.database import Database
from gateway.store.outbox import (
    DuePart,
    NewPart,
    OutboxKind,
    OutboxPart,
    OutboxState,
    Outcome,
    PartFile,
)
from gateway.store.statement import Script
from tests.doubles.channel import PlainChannel
from tests.doubles.clock import ManualClock

HOME = ConversationAddress(channel="double", account="bot", chat_id="1")
FAR = 3600  # seconds that an answer is worth sending


@dataclass(kw_only=True)
class Desk:
    """Puts parts into the outbox and has them delivered, one call at a time."""

    database: Database
    channel: PlainChannel
    clock: ManualClock = field(default_factory=ManualClock)
    task_id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.governor = Governor(self.clock)
        self._sender = Sender(self.database, self.clock, self.governor, owner="here")

    async def queue(self, *texts: str, file: PartFile | None = None) -> None:
        """Put the parts of an answer into the outbox."""
        now = self.clock.now()

        def script() -> Script[None]:
            talk = yield from conversations.meet(HOME, "en", now)
            parts = [
                NewPart(
                    part_key=f"{self.task_id}:final:{number}",
                    kind=OutboxKind.FINAL,
                    conversation_id=talk.conversation_id,
                    channel=HOME.channel,
                    part_no=number,
                    text=text,
                    task_id=self.task_id,
                    expires_at=now + timedelta(seconds=FAR),
                    file=file,
                )
                for number, text in enumerate(texts)
            ]
            yield from outbox.enqueue(parts, now)

        await self.database.transact("queue", script)

    async def queue_file(self, file: PartFile, caption: str = "") -> None:
        """Put the file of an answer into the outbox."""
        await self.queue(caption, file=file)

    async def show_preview(self, text: str, *, is_recorded: bool) -> None:
        """Send a preview whose id is, or for a crash is not, recorded."""
        now, anchor = self.clock.now(), f"after {len(self.channel.calls)}"
        self.channel.calls.append("send")
        message_id = f"m{len(self.channel.calls)}"
        self.channel.shown[message_id] = text

        def script() -> Script[None]:
            talk = yield from conversations.meet(HOME, "en", now)
            part = NewPart(
                part_key=f"{self.task_id}:preview",
                kind=OutboxKind.PREVIEW,
                conversation_id=talk.conversation_id,
                channel=HOME.channel,
                part_no=0,
                text="",
                task_id=self.task_id,
                expires_at=now + timedelta(seconds=FAR),
            )
            row = yield from outbox.begin_preview(part, anchor, now)
            if is_recorded and row is not None:
                sent = Outcome(state=OutboxState.SENT, platform_message_id=message_id)
                yield from outbox.close_preview(row, sent)

        await self.database.transact("preview", script)

    async def due(self) -> DuePart | None:
        """Return the part that may be delivered now."""
        now = self.clock.now()
        parts = await self.database.transact("due", lambda: outbox.due((HOME.channel,), now, 9))
        return parts[0] if parts else None

    async def deliver(self) -> OutboxState | None:
        """Take the next part a step further and return where it stands; None where none is due."""
        due = await self.due()
        if due is None:
            return None
        await self._sender.deliver(self.channel, due)
        parts = await self.database.transact("parts", lambda: outbox.of_task(self.task_id))
        states = {part.outbox_id: part.state for part in parts}
        return states.get(due.part.outbox_id, OutboxState.SENT)

    async def deliver_all(self) -> None:
        """Go on, a minute at a time, until nothing is left to do."""
        for _ in range(20):
            while await self.deliver() is not None:
                pass
            self.clock.advance(timedelta(minutes=1))

    async def parts(self) -> list[OutboxPart]:
        """Return the answer's parts as they stand."""
        found = await self.database.transact("parts", lambda: outbox.of_task(self.task_id))
        return [part for part in found if part.kind is OutboxKind.FINAL]
