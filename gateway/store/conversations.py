"""Scripts over conversations and what was said in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from uuid import UUID, uuid4

from channels.message import ConversationAddress, ConversationKind, InboundMessage
from gateway.config.sections import BusyMode
from gateway.envelope import TaskEnvelope
from gateway.store.statement import Row, Script, Statement, insert


class Direction(StrEnum):
    """Who said it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A place where people and the bot talk; `epoch` rises with `/new`."""

    conversation_id: UUID
    address: ConversationAddress
    epoch: int
    model: str  # empty where the gateway's own choice holds
    language: str  # a BCP 47 tag, the newest that a person of this conversation had
    busy_mode: BusyMode | None  # None where the gateway's own choice holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that was said earlier in a conversation."""

    direction: Direction
    text: str


def conversation(row: Row) -> Conversation:
    """Read a conversation."""
    return Conversation(
        conversation_id=row.uuid("conversation_id"),
        address=address(row),
        epoch=row.integer("epoch"),
        model=row.text("model"),
        language=row.text("language"),
        busy_mode=BusyMode(row.text("busy_mode")) if row.text("busy_mode") else None,
    )


def address(row: Row) -> ConversationAddress:
    """Read the address from any row that carries a conversation's columns."""
    return ConversationAddress(
        channel=row.text("channel"),
        account=row.text("account"),
        chat_id=row.text("chat_id"),
        thread_id=row.text("thread_id"),
        kind=ConversationKind(row.text("kind")),
    )


def meet(place: ConversationAddress, language: str, now: datetime) -> Script[Conversation]:
    """Return the conversation at an address, made now if it is new; locks it for this script."""
    rows = yield insert(
        "conversations",
        {
            "conversation_id": uuid4(),
            "channel": place.channel,
            "account": place.account,
            "chat_id": place.chat_id,
            "thread_id": place.thread_id,
            "kind": place.kind,
            "language": language[:16],
            "created_at": now,
            "updated_at": now,
        },
        on_conflict="ON CONFLICT (channel, account, chat_id, thread_id) "
        "DO UPDATE SET updated_at = excluded.updated_at, language = "
        "CASE WHEN excluded.language = '' THEN conversations.language ELSE excluded.language END",
        returning="*",
    )
    return conversation(rows[0])


def find(conversation_id: UUID) -> Script[Conversation]:
    """Read one conversation; raises `KeyError` where there is none."""
    rows = yield Statement(
        "SELECT * FROM conversations WHERE conversation_id = :conversation_id",
        {"conversation_id": conversation_id},
    )
    if not rows:
        raise KeyError(conversation_id)
    return conversation(rows[0])


def begin_epoch(conversation_id: UUID) -> Script[None]:
    """Start anew: what was said before is no longer shown to the model."""
    yield Statement(
        "UPDATE conversations SET epoch = epoch + 1 WHERE conversation_id = :conversation_id",
        {"conversation_id": conversation_id},
    )


def adopt_language(talk: Conversation, language: str) -> Script[Conversation]:
    """Speak a language in a conversation whose platform names none."""
    yield Statement(
        "UPDATE conversations SET language = :language WHERE conversation_id = :conversation_id",
        {"conversation_id": talk.conversation_id, "language": language},
    )
    return replace(talk, language=language)


def choose_busy_mode(conversation_id: UUID, mode: BusyMode) -> Script[None]:
    """Choose what becomes of messages that come while an earlier one is worked on."""
    yield Statement(
        "UPDATE conversations SET busy_mode = :mode WHERE conversation_id = :conversation_id",
        {"conversation_id": conversation_id, "mode": mode},
    )


HEARD = """
SELECT m.task_id, m.message_seq, m.sender_id FROM messages AS m
JOIN conversations AS c ON c.conversation_id = m.conversation_id
WHERE c.channel = :channel AND c.account = :account AND c.chat_id = :chat_id
  AND c.thread_id = :thread_id AND m.platform_message_id = :message_id AND m.direction = 'in'
  AND m.task_id IS NOT NULL
ORDER BY m.message_seq LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A person's message that made a task."""

    message_seq: int
    sender_id: str
    task_id: UUID


def find_heard(place: ConversationAddress, message_id: str) -> Script[Heard | None]:
    """Read the message of that platform id, if it made a task."""
    rows = yield Statement(
        HEARD,
        {
            "channel": place.channel,
            "account": place.account,
            "chat_id": place.chat_id,
            "thread_id": place.thread_id,
            "message_id": message_id,
        },
    )
    if not rows:
        return None
    return Heard(
        message_seq=rows[0].integer("message_seq"),
        sender_id=rows[0].text("sender_id"),
        task_id=rows[0].uuid("task_id"),
    )


def correct(heard: Heard, text: str) -> Script[None]:
    """Let a message read as its sender corrected it."""
    yield Statement(
        "UPDATE messages SET text = :text WHERE message_seq = :message_seq",
        {"text": text, "message_seq": heard.message_seq},
    )


def is_known_event(event_key: str) -> Script[bool]:
    """Tell whether an event was accepted before."""
    rows = yield Statement(
        "SELECT 1 AS known FROM messages WHERE event_key = :event_key", {"event_key": event_key}
    )
    return bool(rows)


def hear(
    talk: Conversation, message: InboundMessage, task_id: UUID | None, now: datetime
) -> Script[bool]:
    """Store what a person said; return False where this event was stored before."""
    rows = yield insert(
        "messages",
        {
            "conversation_id": talk.conversation_id,
            "epoch": talk.epoch,
            "direction": Direction.IN,
            "event_key": message.event_key,
            "platform_message_id": message.message_id,
            "sender_id": message.sender_id,
            "text": message.text,
            "raw_payload": message.raw,
            "task_id": task_id,
            "created_at": now,
        },
        on_conflict="ON CONFLICT (event_key) DO NOTHING",
        returning="message_seq",
    )
    return bool(rows)


def entomb(talk: Conversation, message: InboundMessage, now: datetime) -> Script[None]:
    """Store that an event came, without what it said: it came from somebody who is not let in."""
    yield from hear(talk, replace(message, text="", raw=""), None, now)


def options_of_question(task_id: UUID) -> Script[tuple[str, ...]]:
    """Read the options of the question that a task waits for, as the model wrote them."""
    rows = yield Statement(
        "SELECT request FROM steps WHERE task_id = :task_id AND name = 'ask_user' "
        "AND state = 'intent' ORDER BY step_id DESC LIMIT 1",
        {"task_id": task_id},
    )
    options = rows[0].json("request").get("options") if rows else None
    return tuple(str(option) for option in options) if isinstance(options, list) else ()


SAY = """
INSERT INTO messages (conversation_id, epoch, direction, text, task_id, created_at) VALUES (
    :conversation_id,
    (SELECT epoch FROM conversations WHERE conversation_id = :conversation_id),
    :direction, :text, :task_id, :now
)
"""


def say(conversation_id: UUID, text: str, task_id: UUID, now: datetime) -> Script[None]:
    """Store what the bot said."""
    yield Statement(
        SAY,
        {
            "conversation_id": conversation_id,
            "direction": Direction.OUT,
            "text": text,
            "task_id": task_id,
            "now": now,
        },
    )


HISTORY = """
SELECT messages.direction, messages.text, messages.message_seq,
    CASE WHEN tasks.lane = :lane THEN COALESCE(head.lane_seq, tasks.lane_seq) END AS place
FROM messages
JOIN tasks ON tasks.task_id = messages.task_id
LEFT JOIN tasks AS head ON head.task_id = tasks.collected_by
WHERE messages.conversation_id = :conversation_id AND messages.epoch = :epoch
  AND CASE WHEN tasks.lane = :lane THEN COALESCE(head.lane_seq, tasks.lane_seq) < :lane_seq
      ELSE NOT EXISTS (SELECT 1 FROM messages AS asked WHERE asked.task_id = :task_id
                       AND asked.message_seq < messages.message_seq) END
ORDER BY messages.message_seq DESC LIMIT :most
"""


def history(talk: Conversation, before: TaskEnvelope, most: int) -> Script[Sequence[Said]]:
    """Read what was said in this epoch on account of tasks before one of its lane, oldest first.

    The order is that of the tasks, since an answer may be stored after the next question; what was
    answered together stands together. What a schedule's run said, in a lane of its own, stands
    behind what it was said after.
    """
    rows = yield Statement(
        HISTORY,
        {
            "conversation_id": talk.conversation_id,
            "epoch": talk.epoch,
            "lane": before.lane,
            "lane_seq": before.lane_seq,
            "task_id": before.task_id,
            "most": most,
        },
    )
    return [said for _, said in sorted(_placed(rows), key=itemgetter(0))]


def _placed(rows: Sequence[Row]) -> Iterator[tuple[tuple[int, bool, int], Said]]:
    """Yield messages, the newest of which comes first here, with their places in the order."""
    reached = 0
    for row in reversed(rows):
        place = row.integer_or_none("place")
        if place is None:  # said in another lane
            place = reached
        reached = max(reached, place)
        said = Said(direction=Direction(row.text("direction")), text=row.text("text"))
        yield (place, said.direction is Direction.OUT, row.integer("message_seq")), said


def forget_raw_payloads(before: datetime) -> Script[int]:
    """Drop platform payloads that are older than the redelivery horizon; return how many."""
    rows = yield Statement(
        "UPDATE messages SET raw_payload = '' WHERE created_at < :before AND raw_payload <> '' "
        "RETURNING message_seq",
        {"before": before},
    )
    return len(rows)
