"""A front door with a real intake behind it, and short ways to write and to read the answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

from channels.message import (
    ConversationAddress,
    ConversationKind,
    EventKind,
    InboundMessage,
    QuotedMessage,
)
from gateway.access import ClaimCode, Gate
from gateway.commands.command import Aftermath
from gateway.commands.desk import CommandDesk
from gateway.config.sections import AccessSettings, DeliverySettings, InboxSettings
from gateway.envelope import TaskEnvelope
from gateway.governor import Governor
from gateway.inbox import Inbox
from gateway.intake import Intake, IntakeRoom
from gateway.roster import Roster
from gateway.seen import SeenSigns
from gateway.store import tasks
from gateway.store.database import Database
from gateway.wakeup import Wakeup
from tests.doubles.clock import ManualClock
from tests.doubles.databases import query
from tests.doubles.surroundings import FixedSurroundings
from tests.doubles.taker import Taker

OWNER = "1001"  # is listed as an admin
MEMBER = "2002"  # is listed as a member
STRANGER = "6666"
CODE = re.compile(r"/approve ([0-9A-Z]{8})")
LISTED = {"admins": f"telegram:{OWNER}", "members": f"telegram:{MEMBER}"}


def message(
    text: str,
    sender: str,
    *,
    channel: str = "telegram",
    group: str = "",
    name: str = "Ann",
    language: str = "en",
) -> InboundMessage:
    """Return a message in private, or to the bot in a group; its event id is for `Front` to set."""
    return InboundMessage(
        event_id="",
        message_id="m1",
        conversation=ConversationAddress(
            channel=channel,
            account="bot",
            chat_id=group or sender,
            kind=ConversationKind.GROUP if group else ConversationKind.PRIVATE,
        ),
        sender_id=sender,
        sender_name=name,
        text=text,
        sent_at=ManualClock().now(),
        is_mention=bool(group),
        language=language,
    )


def edited(event: InboundMessage) -> InboundMessage:
    """Return the same as an edit of an older message."""
    return replace(event, kind=EventKind.EDIT)


def replying(event: InboundMessage, message_id: str) -> InboundMessage:
    """Return the same as a reply to a message of the bot."""
    return replace(event, reply_to=QuotedMessage(message_id=message_id, is_from_bot=True))


@dataclass(kw_only=True)
class Front:
    """An intake with gate and commands; `aftermath` is what commands left to do."""

    database: Database
    listed: dict[str, str] = field(default_factory=lambda: dict(LISTED))
    claim: ClaimCode = field(default_factory=ClaimCode)
    clock: ManualClock = field(default_factory=ManualClock)
    limits: InboxSettings = field(default_factory=InboxSettings)
    surroundings: FixedSurroundings = field(default_factory=FixedSurroundings)
    aftermath: list[Aftermath] = field(default_factory=list)
    taker: Taker = field(default_factory=Taker)
    gate: Gate = field(init=False)
    intake: Intake = field(init=False)
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.database, self.clock, self.limits, owner="this-process")
        listed = AccessSettings.model_validate(self.listed)
        self.gate = Gate(listed, self.claim, trusted_channels=frozenset({"terminal"}))
        self.intake = Intake(self._room(), Wakeup(), self.aftermath.append)

    def _room(self) -> IntakeRoom:
        return IntakeRoom(
            database=self.database,
            clock=self.clock,
            inbox=self.inbox,
            work=self.taker,
            gate=self.gate,
            desk=CommandDesk(self.surroundings),
            roster=Roster({}),
            files_wakeup=Wakeup(),
            seen=SeenSigns(Roster({}), Governor(self.clock), is_wanted=False),
            limits=self.limits,
            delivery=DeliverySettings(),
        )

    def event(self, draft: InboundMessage) -> InboundMessage:
        """Give a message an event id of its own."""
        return replace(draft, event_id=str(uuid4()))

    async def receive(self, draft: InboundMessage) -> str:
        """Let a message in and return what it was answered at once, empty for nothing."""
        event = self.event(draft)
        await self.intake.receive([event])
        return await self.reply_to(event)

    async def write(self, text: str, sender: str = OWNER, *, language: str = "en") -> str:
        """Write in private and return what was answered at once."""
        return await self.receive(message(text, sender, language=language))

    async def reply_to(self, event: InboundMessage) -> str:
        """Return what an event was answered."""
        rows = await query(
            self.database,
            "SELECT text FROM outbox WHERE part_key LIKE :key ORDER BY outbox_seq",
            key=f"reply:{event.event_key}:%",
        )
        return "\n".join(row.text("text") for row in rows)

    async def pairing_code(self, sender: str = STRANGER) -> str:
        """Have a stranger ask to be let in, and return the code that they got."""
        found = CODE.search(await self.write("hello", sender))
        assert found is not None
        return found[1]

    async def roles(self) -> dict[str, str]:
        """Return the role of each sender id that is known."""
        rows = await query(
            self.database,
            "SELECT i.sender_id, u.role FROM identities AS i JOIN users AS u "
            "ON u.user_id = i.user_id",
        )
        return {row.text("sender_id"): row.text("role") for row in rows}

    async def open_tasks(self, sender: str = OWNER) -> Sequence[TaskEnvelope]:
        """Return the open tasks of somebody's private conversation."""
        lane = message("", sender).conversation.key
        return await self.database.transact("open", lambda: tasks.open_in_lane(lane))

    async def count_tasks(self) -> int:
        """Count all tasks."""
        rows = await query(self.database, "SELECT COUNT(*) AS n FROM tasks")
        return rows[0].integer("n")
