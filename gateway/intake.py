"""The intake: stores what channels receive, and returns only when it is stored.

One event is one transaction: its tombstone, and with it the task, the answered question, the
command's effect or the stranger's pairing. An event that comes again finds its tombstone and
changes nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

import structlog

from channels.message import Attachment, ConversationKind, EventKind, InboundMessage
from gateway.access import Admitted, Answered, Gate
from gateway.amendments import AMENDING, amend
from gateway.clock import Clock
from gateway.commands.command import Aftermath, Command, Reply, StopTask
from gateway.commands.desk import CommandDesk
from gateway.config.sections import BusyMode, DeliverySettings, InboxSettings
from gateway.envelope import JsonObject, NewTask, Source, default_priority
from gateway.errors import ConflictError, InboxFullError
from gateway.inbox import CONFLICT_TRIES, Claims, Inbox, Met, resume
from gateway.lifecycle import TaskStatus
from gateway.parts import numbered
from gateway.phrases import Phrase, say
from gateway.requests import with_paths
from gateway.roster import Roster
from gateway.seen import SeenSigns
from gateway.store import conversations, files, outbox, overview, people, tasks
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.outbox import NewPart, OutboxKind
from gateway.store.people import Person
from gateway.store.statement import Script
from gateway.wakeup import Wakeup
from manager.speech import chosen
from manager.tools.questions import ASK_USER
from workers.tools.protocol import JsonValue

NOTICE_BUCKET_MINUTES = 10  # one notice of a bound to a conversation in this time

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of an event: the task it made or answered, and what must follow the commit.

    `met` is where a new task came from. `claims` are tasks that were claimed in the same
    transaction; None where none could be.
    """

    task_id: UUID | None = None
    met: Met | None = None
    claims: Claims | None = None
    is_new: bool = True
    has_words: bool = False
    aftermath: tuple[Aftermath, ...] = field(default=())


class TakesClaims(Protocol):
    """Who works on tasks; one that is claimed as it is accepted costs no transaction of its own."""

    def reserve(self) -> bool:
        """Keep a place for a task, if there is one; then `take` must follow."""

    def take(self, claims: Claims | None) -> None:
        """Take what was claimed for that place; None where nothing could be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRoom:
    """What the intake needs of the gateway."""

    database: Database
    clock: Clock
    inbox: Inbox
    work: TakesClaims
    gate: Gate
    desk: CommandDesk
    roster: Roster
    seen: SeenSigns
    files_wakeup: Wakeup  # of whoever fetches files
    limits: InboxSettings
    delivery: DeliverySettings


class Intake:
    """Accepts events; `wakeup` wakes the delivery, `follow` does what a command left to do."""

    def __init__(
        self, room: IntakeRoom, wakeup: Wakeup, follow: Callable[[Aftermath], None]
    ) -> None:
        self._room = room
        self._wakeup = wakeup
        self._follow = follow
        self._is_closed = False

    def close(self) -> None:
        """Accept nothing more: the gateway stops, and the platforms keep what they have."""
        self._is_closed = True

    async def receive(self, messages: Sequence[InboundMessage]) -> None:
        """Store events in their order; implements the channels' `Receive`.

        Raises:
            InboxFullError: the platform shall keep what is not stored yet.
            StoreUnavailableError: the same.
        """
        for message in messages:
            if self._is_closed:
                raise InboxFullError("the gateway is stopping")
            if message.kind in AMENDING:
                await self._accept(message)
            elif is_addressed(message):
                if self._may_make_task(message):
                    await self._check_room(message)
                await self._accept(message)

    def _may_make_task(self, message: InboundMessage) -> bool:
        """Tell whether an event needs room; a command may be what makes some."""
        return message.kind is not EventKind.PRESS and self._room.desk.parse(message) is None

    async def _check_room(self, message: InboundMessage) -> None:
        """Leave an event with its platform while the inbox is full, and tell who sent it once."""
        try:
            await self._room.inbox.check_room()
        except InboxFullError:
            now = self._room.clock.now()
            await self._room.database.transact(
                "inbox_full", lambda: self._say_inbox_full(message, now)
            )
            self._wakeup.call()
            raise

    def _say_inbox_full(self, message: InboundMessage, now: datetime) -> Script[None]:
        if (yield from people.find(people.identity_of(message))) is None:
            return  # the gate stands before strangers, also now
        talk = yield from conversations.meet(message.conversation, message.language, now)
        template = self._part(talk, _bucket("inbox", talk, now), OutboxKind.NOTICE, now)
        parts = numbered(template, (say(Phrase.INBOX_FULL, talk.language),))
        yield from outbox.enqueue(parts, now)

    async def _accept(self, message: InboundMessage) -> None:
        now = self._room.clock.now()
        accepted = await self._stored(message, now)
        if not accepted.is_new:
            logger.info("event_repeated", event_key=message.event_key)
            return
        if accepted.task_id is not None:
            self._room.inbox.submitted(accepted.claims)
            self._room.seen.note(message)
            if message.attachments:
                self._room.files_wakeup.call()
        if accepted.has_words:
            self._wakeup.call()
        for aftermath in accepted.aftermath:
            self._follow(aftermath)
        await asyncio.sleep(0)  # whom that woke goes first: the log and the next poll can wait
        logger.info(
            "event_accepted",
            event_key=message.event_key,
            task_id=str(accepted.task_id) if accepted.task_id else None,
        )

    async def _stored(self, message: InboundMessage, now: datetime) -> Accepted:
        for attempt in range(1, CONFLICT_TRIES + 1):
            # Where somebody else claims in that lane it is the claim that fails, so it is left out.
            may_claim = attempt == 1 and self._room.work.reserve()
            try:
                return await self._store_once(message, now, may_claim=may_claim)
            except ConflictError:  # the same event, or the same lane, from another process
                if attempt == CONFLICT_TRIES:
                    raise
        raise AssertionError("unreachable")

    async def _store_once(
        self, message: InboundMessage, now: datetime, *, may_claim: bool
    ) -> Accepted:
        return await self._room.database.transact(
            "accept",
            lambda: self._accepting(message, now, may_claim=may_claim),
            told=self._hand_over if may_claim else None,
        )

    def _hand_over(self, accepted: Accepted | None) -> None:
        self._room.work.take(accepted.claims if accepted is not None else None)

    def _accepting(
        self, message: InboundMessage, now: datetime, *, may_claim: bool
    ) -> Script[Accepted]:
        accepted = yield from self._storing(message, now)
        if accepted.task_id is None or not may_claim:
            return accepted
        # Whichever task is next, by the rules of every claim; mostly it is this one.
        claims = yield from self._room.inbox.claiming(1, now, accepted.met)
        return replace(accepted, claims=claims)

    def _storing(self, message: InboundMessage, now: datetime) -> Script[Accepted]:
        if message.kind in AMENDING:
            return (yield from self._amend(message, now))
        # Meeting locks the conversation, so of two deliveries at once the second sees the first.
        talk = yield from conversations.meet(message.conversation, message.language, now)
        if (yield from conversations.is_known_event(message.event_key)):
            return Accepted(is_new=False)
        admission = yield from self._room.gate.admit(message, now)
        if not isinstance(admission, Admitted):
            yield from conversations.entomb(talk, message, now)
            reply = (
                admission.reply if isinstance(admission, Answered) else Reply(text=admission.text)
            )
            return (yield from self._reply(talk, message, reply, now))
        return (yield from self._from_person(admission, talk, message, now))

    def _amend(self, message: InboundMessage, now: datetime) -> Script[Accepted]:
        """Take an edit or a deletion: it counts for its sender's message that made a task."""
        heard = yield from conversations.find_heard(message.conversation, message.message_id)
        if heard is None or heard.sender_id != message.sender_id:
            return Accepted()
        talk = yield from conversations.meet(message.conversation, message.language, now)
        if (yield from conversations.is_known_event(message.event_key)):
            return Accepted(is_new=False)
        yield from conversations.hear(talk, message, None, now)
        if not isinstance((yield from self._room.gate.admit(message, now)), Admitted):
            return Accepted()
        return Accepted(aftermath=(yield from amend(heard, message, now)))

    def _from_person(
        self, admitted: Admitted, talk: Conversation, message: InboundMessage, now: datetime
    ) -> Script[Accepted]:
        person = admitted.person
        if person.language and not talk.language:  # the platform does not tell: as elsewhere then
            talk = yield from conversations.adopt_language(talk, person.language)
        command = self._room.desk.parse(message)
        if command is not None:
            return (yield from self._command(command, person, talk, message, now))
        if message.kind is EventKind.PRESS:
            return (yield from self._press(person, talk, message, now))
        standing = yield from tasks.standing(talk.conversation_id, talk.address.key)
        if standing.has_asked:
            answered = yield from self._answer_question(person, talk, message, now)
            if answered is not None:
                return answered
        undo = yield from self._room.desk.parse_undo(message, person, talk, now)
        if undo is not None:
            return (yield from self._command(undo, person, talk, message, now))
        return (yield from self._submit(person, talk, message, now, waiting=standing.waiting))

    def _answer_question(
        self, person: Person, talk: Conversation, message: InboundMessage, now: datetime
    ) -> Script[Accepted | None]:
        """Take a message as the answer to the question asked last, if that was its sender's."""
        asking = yield from tasks.waiting_for_input(talk.conversation_id)
        if asking is None or asking.user_id != str(person.user_id):
            return None
        return (yield from self._answer(asking.task_id, talk, message, now))

    def _command(
        self,
        command: Command,
        person: Person,
        talk: Conversation,
        message: InboundMessage,
        now: datetime,
    ) -> Script[Accepted]:
        yield from conversations.hear(talk, message, None, now)
        reply = yield from self._room.desk.run(command, person, talk, now)
        return (yield from self._reply(talk, message, reply, now))

    def _press(
        self, person: Person, talk: Conversation, message: InboundMessage, now: datetime
    ) -> Script[Accepted]:
        """Take a button as the answer to the question above it, and only to that one."""
        asked = message.reply_to.message_id if message.reply_to is not None else ""
        task_id = yield from overview.task_behind(talk.conversation_id, asked)
        task = (yield from tasks.lock(task_id)) if task_id is not None else None
        if task is not None and task.status is TaskStatus.WAITING_INPUT:
            if task.user_id != str(person.user_id):
                yield from conversations.hear(talk, message, None, now)
                return Accepted()
            answered = yield from self._answer(task.task_id, talk, message, now)
            if answered is not None:
                return answered
        yield from conversations.hear(talk, message, None, now)
        text = say(Phrase.QUESTION_CLOSED, talk.language)
        return (yield from self._reply(talk, message, Reply(text=text), now))

    def _answer(
        self, task_id: UUID, talk: Conversation, message: InboundMessage, now: datetime
    ) -> Script[Accepted | None]:
        """Give a waiting task the answer to its question; None where it waits no longer."""
        options = yield from conversations.options_of_question(task_id)
        answer = with_paths(chosen(message.text, options), files.paths_of(message))
        if not (yield from resume(task_id, ASK_USER, answer, now)):
            return None
        yield from conversations.hear(talk, message, task_id, now)
        yield from files.want(talk, message, task_id, now)
        return Accepted(task_id=task_id)

    def _submit(
        self,
        person: Person,
        talk: Conversation,
        message: InboundMessage,
        now: datetime,
        *,
        waiting: int,
    ) -> Script[Accepted]:
        lane = talk.address.key
        if waiting >= self._room.limits.waiting_per_lane:
            yield from conversations.hear(talk, message, None, now)
            yield from outbox.enqueue(self._lane_full(talk, waiting, now), now)
            logger.warning("lane_full", conversation=lane, waiting=waiting)
            return Accepted(has_words=True)
        task = new_task(person, talk, message)
        yield from tasks.submit(task, now)
        yield from conversations.hear(talk, message, task.task_id, now)
        yield from files.want(talk, message, task.task_id, now)
        seconds = self._room.limits.debounce_seconds
        if seconds and not (yield from tasks.is_running(lane)):
            yield from tasks.put_off_waiting(lane, now + timedelta(seconds=seconds))
        aftermath = yield from self._interrupt(task, talk, now)
        met = Met(talk=talk, user_id=task.user_id, role=person.role)
        return Accepted(task_id=task.task_id, met=met, aftermath=aftermath)

    def _interrupt(
        self, task: NewTask, talk: Conversation, now: datetime
    ) -> Script[tuple[Aftermath, ...]]:
        """Stop what the same person asked for before, where the conversation wants it so."""
        if self._room.inbox.busy_mode(talk) is not BusyMode.INTERRUPT:
            return ()
        found = yield from tasks.open_in_lane(task.lane)
        running = [
            one.task_id
            for one in found
            if one.status is TaskStatus.RUNNING and one.user_id == task.user_id
        ]
        for task_id in running:
            yield from tasks.request_cancel(task_id, now)
        return tuple(StopTask(task_id=task_id) for task_id in running)

    def _lane_full(self, talk: Conversation, waiting: int, now: datetime) -> Sequence[NewPart]:
        template = self._part(talk, _bucket("lane", talk, now), OutboxKind.NOTICE, now)
        return numbered(template, (say(Phrase.LANE_FULL, talk.language, count=waiting),))

    def _reply(
        self, talk: Conversation, message: InboundMessage, reply: Reply, now: datetime
    ) -> Script[Accepted]:
        if not reply.text:
            return Accepted(aftermath=reply.aftermath)
        key = f"reply:{message.event_key}"
        parts = numbered(
            self._part(talk, key, OutboxKind.REPLY, now),
            self._room.roster.split(talk.address, reply.text),
        )
        yield from outbox.enqueue(parts, now)
        return Accepted(has_words=True, aftermath=reply.aftermath)

    def _part(self, talk: Conversation, key: str, kind: OutboxKind, now: datetime) -> NewPart:
        seconds = self._room.delivery.notice_ttl_seconds
        return NewPart(
            part_key=key,
            kind=kind,
            conversation_id=talk.conversation_id,
            channel=talk.address.channel,
            part_no=0,
            text="",
            expires_at=now + timedelta(seconds=seconds),
        )


def _bucket(bound: str, talk: Conversation, now: datetime) -> str:
    """Return the key under which one notice of a bound goes to a conversation in ten minutes."""
    number = int(now.timestamp()) // (NOTICE_BUCKET_MINUTES * 60)
    return f"full:{bound}:{talk.conversation_id}:{number}"


def is_addressed(message: InboundMessage) -> bool:
    """Tell whether the bot is spoken to: always in private, in groups by mention or reply."""
    if message.conversation.kind is ConversationKind.PRIVATE or message.is_mention:
        return True
    return message.reply_to is not None and message.reply_to.is_from_bot


def new_task(person: Person, talk: Conversation, message: InboundMessage) -> NewTask:
    """Make the task of a person's message."""
    return NewTask(
        task_id=uuid4(),
        source=Source.USER_CHAT,
        goal=message.text,
        event_key=message.event_key,
        lane=talk.address.key,
        priority=default_priority(Source.USER_CHAT),
        user_id=str(person.user_id),
        conversation_id=talk.conversation_id,
        payload=message_payload(message),
    )


def message_payload(message: InboundMessage) -> JsonObject:
    """Return what came along with a message's text."""
    quoted = message.reply_to.text if message.reply_to is not None else ""
    return {
        "message_id": message.message_id,
        "sender_name": message.sender_name,
        **({"quoted_text": quoted} if quoted else {}),
        **(
            {"attachments": [_attachment(one) for one in message.attachments]}
            if message.attachments
            else {}
        ),
    }


def _attachment(file: Attachment) -> JsonValue:
    return {
        "kind": file.kind,
        "file_id": file.file_id,
        "name": file.name,
        "mime_type": file.mime_type,
        "size_bytes": file.size_bytes,
    }
