"""An inbox on a clock that stands still, and short ways to fill and look into it."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from channels.message import ConversationAddress, ConversationKind
from gateway.config.sections import BusyMode, InboxSettings
from gateway.envelope import NewTask, Priority, Source, TaskEnvelope
from gateway.inbox import Claim, Ending, Inbox
from gateway.lifecycle import TaskStatus
from gateway.store import conversations, tasks
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.outbox import NewPart, OutboxKind
from gateway.store.tasks import Leaving
from tests.doubles.clock import START, ManualClock

OWNER = "this-process"
LANE = "telegram:bot:1"
LEASE = timedelta(seconds=60)


def new_task(
    event_key: str,
    lane: str = LANE,
    *,
    priority: Priority = Priority.NORMAL,
    conversation_id: UUID | None = None,
) -> NewTask:
    """Return a task that nobody has submitted yet."""
    return NewTask(
        task_id=uuid4(),
        source=Source.USER_CHAT,
        goal=f"the goal of {event_key}",
        event_key=event_key,
        lane=lane,
        priority=priority,
        conversation_id=conversation_id,
    )


def new_part(
    talk: Conversation,
    part_key: str,
    *,
    kind: OutboxKind = OutboxKind.FINAL,
    part_no: int = 0,
    task_id: UUID | None = None,
) -> NewPart:
    """Return something to be said in a conversation, worth sending for an hour."""
    return NewPart(
        part_key=part_key,
        kind=kind,
        conversation_id=talk.conversation_id,
        channel=talk.address.channel,
        part_no=part_no,
        text=f"the text of {part_key}",
        expires_at=START + timedelta(hours=1),
        task_id=task_id,
    )


def ending(status: TaskStatus, *, reason: str = "") -> Ending:
    """Return an ending that says nothing."""
    return Ending(leaving=Leaving(status=status, reason=reason))


async def meet(
    database: Database,
    chat_id: str = "1",
    *,
    kind: ConversationKind = ConversationKind.PRIVATE,
    account: str = "bot",
    thread_id: str = "",
) -> Conversation:
    """Return the Telegram conversation of a chat."""
    place = ConversationAddress(
        channel="telegram", account=account, chat_id=chat_id, thread_id=thread_id, kind=kind
    )
    return await database.transact("meet", lambda: conversations.meet(place, "en", START))


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxKit:
    """An inbox, its database and its clock."""

    database: Database
    settings: InboxSettings = field(default_factory=lambda: InboxSettings(busy_mode=BusyMode.QUEUE))
    clock: ManualClock = field(default_factory=ManualClock)
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inbox", self.inbox_of(OWNER))

    def inbox_of(self, owner: str) -> Inbox:
        """Return the inbox of another process on the same database."""
        return Inbox(self.database, self.clock, self.settings, owner=owner)

    async def submit(self, task: NewTask) -> NewTask:
        """Submit a task that must be new, and return it."""
        assert await self.inbox.submit(task)
        return task

    async def submit_all(self, *event_keys: str, lane: str = LANE) -> list[NewTask]:
        """Submit tasks to one lane, one after the other."""
        return [await self.submit(new_task(key, lane)) for key in event_keys]

    async def claim(self) -> Claim:
        """Claim the one task that can be claimed now."""
        (claim,) = await self.inbox.claim()
        return claim

    async def claim_new(self, event_key: str = "e1", lane: str = LANE) -> Claim:
        """Submit a task and claim it."""
        await self.submit(new_task(event_key, lane))
        return await self.claim()

    async def find(self, task_id: UUID) -> TaskEnvelope:
        """Read a task as it stands."""
        return await self.database.transact("find", lambda: tasks.find(task_id))
