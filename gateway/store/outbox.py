"""Scripts over the outbox: what the bot says, part by part, until it has arrived."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from channels.message import ConversationAddress
from gateway.phrases import Phrase, say
from gateway.store.conversations import address
from gateway.store.statement import Row, Script, Statement, Value, in_list, insert

PART_NAMESPACE = uuid5(NAMESPACE_URL, "urn:crewdesk:outbox-part")


class OutboxState(StrEnum):
    """How far a part got."""

    QUEUED = "queued"
    SENDING = "sending"  # stored before the call: from here on it may have arrived
    SENT = "sent"
    UNKNOWN = "unknown"  # the call was cut; it is looked up before anything is sent again
    FAILED = "failed"
    EXPIRED = "expired"


class OutboxKind(StrEnum):
    """What a part is."""

    FINAL = "final"  # the one answer of a task
    QUESTION = "question"  # a task waits for the reply
    NOTICE = "notice"  # the service itself says something
    REPLY = "reply"  # the answer to a command
    PREVIEW = "preview"  # shown while the answer is written; the final part replaces it


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFile:
    """The file of a part; `path` is where it lies, unchanged until it was sent."""

    path: str
    name: str
    mime_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPart:
    """A part to be said; `part_key` is the same whenever the same part is made again."""

    part_key: str
    kind: OutboxKind
    conversation_id: UUID
    channel: str
    part_no: int
    text: str
    expires_at: datetime
    task_id: UUID | None = None
    reply_to: str = ""
    file: PartFile | None = None  # then `text` is what stands beside it, maybe nothing
    options: tuple[str, ...] = ()  # what a person may choose as an answer

    @property
    def outbox_id(self) -> UUID:
        """Its id, which is its key's own: the same part made again has the same."""
        return uuid5(PART_NAMESPACE, self.part_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxPart:
    """A part as the outbox holds it; `anchor` is empty while no send of it can have arrived."""

    outbox_id: UUID
    kind: OutboxKind
    task_id: UUID | None
    conversation_id: UUID
    address: ConversationAddress
    part_no: int
    text: str
    reply_to: str
    options: tuple[str, ...]
    state: OutboxState
    attempt: int
    fence: int
    anchor: str
    first_tried_at: datetime | None
    is_ambiguous: bool
    is_recovered: bool
    platform_message_id: str
    error: str
    file: PartFile | None
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    language: str  # of the conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPreview:
    """The message that shows a growing answer: its row, and its id or the mark to look for it."""

    outbox_id: UUID
    message_id: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePart:
    """A part whose turn it is, with what sending it takes.

    `last_heard_id` is the platform's id of the newest message that a person sent there, or empty.
    `preview` is what the first part of an answer replaces.
    """

    part: OutboxPart
    last_heard_id: str
    preview: OpenPreview | None


def part(row: Row) -> OutboxPart:
    """Read a part joined with its conversation; `part_kind` is the part's own kind."""
    return OutboxPart(
        outbox_id=row.uuid("outbox_id"),
        kind=OutboxKind(row.text("part_kind")),
        task_id=row.uuid_or_none("task_id"),
        conversation_id=row.uuid("conversation_id"),
        address=address(row),
        part_no=row.integer("part_no"),
        text=row.text("text"),
        reply_to=row.text("reply_to"),
        options=row.texts("options"),
        state=OutboxState(row.text("state")),
        attempt=row.integer("attempt"),
        fence=row.integer("fence"),
        anchor=row.text("anchor"),
        first_tried_at=row.time_or_none("first_tried_at"),
        is_ambiguous=row.flag("is_ambiguous"),
        is_recovered=row.flag("is_recovered"),
        platform_message_id=row.text("platform_message_id"),
        error=row.text("error"),
        file=_part_file(row),
        created_at=row.time("created_at"),
        expires_at=row.time("expires_at"),
        sent_at=row.time_or_none("sent_at"),
        language=row.text("language"),
    )


def _part_file(row: Row) -> PartFile | None:
    if not row.text("file_path"):
        return None
    return PartFile(
        path=row.text("file_path"),
        name=row.text("file_name"),
        mime_type=row.text("file_mime_type"),
        size_bytes=row.integer("file_size_bytes"),
    )


_COLUMNS = """
o.outbox_id, o.kind AS part_kind, o.task_id, o.conversation_id, o.part_no, o.text, o.reply_to,
o.options, o.state, o.attempt, o.fence, o.anchor, o.first_tried_at, o.is_ambiguous, o.is_recovered,
o.platform_message_id, o.error, o.created_at, o.expires_at, o.sent_at,
o.file_path, o.file_name, o.file_mime_type, o.file_size_bytes,
c.channel, c.account, c.chat_id, c.thread_id, c.kind, c.language
"""
SUMMARY_KEPT = timedelta(days=1)  # the line that says that answers were given up
OPEN = "('queued', 'sending', 'unknown')"  # the states of a part that is still to be said


def enqueue(parts: Sequence[NewPart], now: datetime) -> Script[None]:
    """Add parts in their order; one that is there already stays as it is."""
    for new in parts:
        yield insert(
            "outbox",
            columns_of(new, OutboxState.QUEUED, now),
            on_conflict="ON CONFLICT DO NOTHING",  # its key, and with it its id
        )


def columns_of(new: NewPart, state: OutboxState, now: datetime) -> dict[str, Value]:
    """Return what is stored of a part when it is added, besides the columns' defaults."""
    return {
        "outbox_id": new.outbox_id,
        "part_key": new.part_key,
        "kind": new.kind,
        "task_id": new.task_id,
        "conversation_id": new.conversation_id,
        "channel": new.channel,
        "part_no": new.part_no,
        "text": new.text,
        "reply_to": new.reply_to,
        "options": json.dumps(new.options),
        "state": state,
        "created_at": now,
        "expires_at": new.expires_at,
        **_file_columns(new.file),
    }


def _file_columns(file: PartFile | None) -> dict[str, Value]:
    if file is None:
        return {}
    return {
        "file_path": file.path,
        "file_name": file.name,
        "file_mime_type": file.mime_type,
        "file_size_bytes": file.size_bytes,
    }


_LAST_HEARD = """
SELECT m.platform_message_id FROM messages AS m WHERE m.conversation_id = o.conversation_id
  AND m.platform_message_id <> '' ORDER BY m.message_seq DESC LIMIT 1
"""
_PREVIEW = """
p.outbox_id AS preview_id, p.platform_message_id AS preview_message_id, p.anchor AS preview_anchor
"""


def due(channels: tuple[str, ...], now: datetime, most: int) -> Script[Sequence[DuePart]]:
    """Read the first open part of each conversation whose time has come."""
    names, parameters = in_list("channel", channels)
    rows = yield Statement(
        f"SELECT {_COLUMNS}, {_PREVIEW}, "  # noqa: S608 - constants and parameter names
        f"COALESCE(({_LAST_HEARD}), '') AS last_heard_id FROM outbox AS o "
        "JOIN conversations AS c ON c.conversation_id = o.conversation_id "
        "LEFT JOIN outbox AS p ON p.task_id = o.task_id AND p.kind = 'preview' "
        "AND p.state IN ('sending', 'sent') AND o.kind = 'final' AND o.part_no = 0 "
        f"WHERE o.state IN {OPEN} AND o.kind <> 'preview' AND o.channel IN ({names}) "
        "AND (o.not_before IS NULL OR o.not_before <= :now) "
        "AND (o.state <> 'sending' OR o.lease_until <= :now) "
        "AND NOT EXISTS (SELECT 1 FROM outbox AS e WHERE e.conversation_id = o.conversation_id "
        f"AND e.state IN {OPEN} AND e.kind <> 'preview' AND e.outbox_seq < o.outbox_seq) "
        "ORDER BY o.outbox_seq LIMIT :most",
        {**parameters, "now": now, "most": most},
    )
    return [
        DuePart(part=part(row), last_heard_id=row.text("last_heard_id"), preview=_preview(row))
        for row in rows
    ]


def _preview(row: Row) -> OpenPreview | None:
    outbox_id = row.uuid_or_none("preview_id")
    if outbox_id is None:
        return None
    return OpenPreview(
        outbox_id=outbox_id,
        message_id=row.text("preview_message_id"),
        anchor=row.text("preview_anchor"),
    )


OFFER_AGAIN = """
UPDATE outbox SET not_before = NULL WHERE state = 'queued' AND not_before IS NOT NULL
  AND conversation_id = (
    SELECT conversation_id FROM conversations WHERE channel = :channel AND account = :account
      AND chat_id = :chat_id AND thread_id = :thread_id)
"""


def offer_again(chat: ConversationAddress) -> Script[None]:
    """Let what was put off in a conversation be tried now."""
    yield Statement(
        OFFER_AGAIN,
        {
            "channel": chat.channel,
            "account": chat.account,
            "chat_id": chat.chat_id,
            "thread_id": chat.thread_id,
        },
    )


def of_task(task_id: UUID) -> Script[Sequence[OutboxPart]]:
    """Read all parts of a task."""
    rows = yield Statement(
        f"SELECT {_COLUMNS} FROM outbox AS o "  # noqa: S608 - constants
        "JOIN conversations AS c ON c.conversation_id = o.conversation_id "
        "WHERE o.task_id = :task_id ORDER BY o.outbox_seq",
        {"task_id": task_id},
    )
    return [part(row) for row in rows]


def preview_of(task_id: UUID) -> Script[OutboxPart | None]:
    """Read the preview of a task, if one was begun."""
    parts = yield from of_task(task_id)
    return next((one for one in parts if one.kind is OutboxKind.PREVIEW), None)


def has_open(conversation_id: UUID) -> Script[bool]:
    """Tell whether something is still to be said in a conversation."""
    rows = yield Statement(
        f"SELECT 1 AS found FROM outbox WHERE conversation_id = :conversation_id "  # noqa: S608
        f"AND state IN {OPEN} AND kind <> 'preview' LIMIT 1",
        {"conversation_id": conversation_id},
    )
    return bool(rows)


def preview_key(task_id: UUID) -> str:
    """Return the one name of a task's preview, for the outbox and for the platform."""
    return f"{task_id}:preview"


def begin_preview(new: NewPart, anchor: str, now: datetime) -> Script[UUID | None]:
    """Store that a preview is about to be sent; return its id, or None if one was begun before."""
    rows = yield insert(
        "outbox",
        {
            **columns_of(new, OutboxState.SENDING, now),
            "kind": OutboxKind.PREVIEW,
            "text": "",
            "attempt": 1,
            "anchor": anchor,
            "first_tried_at": now,
        },
        on_conflict="ON CONFLICT DO NOTHING",  # its key, and with it its id
        returning="outbox_id",
    )
    return new.outbox_id if rows else None


BEGIN = """
UPDATE outbox SET state = 'sending', attempt = attempt + 1, fence = fence + 1, anchor = :anchor,
    lease_until = :lease_until, lease_owner = :owner,
    first_tried_at = COALESCE(first_tried_at, :now)
WHERE outbox_id = :outbox_id AND fence = :fence AND state IN ('queued', 'sending', 'unknown')
RETURNING fence
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLease:
    """Who sends, and until when."""

    owner: str
    lease_until: datetime


def begin(chosen: OutboxPart, anchor: str, lease: SendLease, now: datetime) -> Script[int | None]:
    """Store that a part is about to be sent; return the new fence, None if somebody else has it."""
    rows = yield Statement(
        BEGIN,
        {
            "outbox_id": chosen.outbox_id,
            "fence": chosen.fence,
            "anchor": anchor,
            "owner": lease.owner,
            "lease_until": lease.lease_until,
            "now": now,
        },
    )
    return rows[0].integer("fence") if rows else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a send."""

    state: OutboxState
    platform_message_id: str = ""
    error: str = ""
    not_before: datetime | None = None
    anchor: str = ""
    is_ambiguous: bool = False
    is_recovered: bool = False


SETTLE = """
UPDATE outbox SET state = :state, platform_message_id = :platform_message_id, error = :error,
    not_before = :not_before, anchor = :anchor, lease_until = NULL, lease_owner = '',
    is_ambiguous = (is_ambiguous OR :ambiguous), is_recovered = (is_recovered OR :recovered),
    sent_at = :sent_at
WHERE outbox_id = :outbox_id AND fence = :fence AND state IN ('queued', 'sending', 'unknown')
RETURNING outbox_id
"""


def settle(outbox_id: UUID, fence: int, outcome: Outcome, now: datetime) -> Script[bool]:
    """Store what came of a send; False where somebody else has taken the part over."""
    rows = yield Statement(
        SETTLE,
        {
            "outbox_id": outbox_id,
            "fence": fence,
            "state": outcome.state,
            "platform_message_id": outcome.platform_message_id,
            "error": outcome.error,
            "not_before": outcome.not_before,
            "anchor": outcome.anchor,
            "ambiguous": outcome.is_ambiguous,
            "recovered": outcome.is_recovered,
            "sent_at": now if outcome.state is OutboxState.SENT else None,
        },
    )
    return bool(rows)


def expire_leases(owner: str, now: datetime) -> Script[int]:
    """End the leases of an owner who is known to be gone; return how many there were."""
    rows = yield Statement(
        "UPDATE outbox SET lease_until = :now WHERE state = 'sending' AND lease_owner = :owner "
        "RETURNING outbox_id",
        {"owner": owner, "now": now},
    )
    return len(rows)


def close_preview(outbox_id: UUID, outcome: Outcome) -> Script[None]:
    """Store what became of a preview; its id, once known, makes the final part an edit."""
    yield Statement(
        "UPDATE outbox SET state = :state, platform_message_id = :platform_message_id, "
        "error = :error WHERE outbox_id = :outbox_id AND kind = 'preview'",
        {
            "outbox_id": outbox_id,
            "state": outcome.state,
            "platform_message_id": outcome.platform_message_id,
            "error": outcome.error,
        },
    )


def expire(chosen: OutboxPart, outcome: Outcome, now: datetime) -> Script[None]:
    """Give up a part that is too late, and say so once an hour and conversation."""
    yield from settle(chosen.outbox_id, chosen.fence, outcome, now)
    if chosen.kind is OutboxKind.NOTICE:
        return
    summary = NewPart(
        part_key=f"expired:{chosen.conversation_id}:{now:%Y-%m-%dT%H}",
        kind=OutboxKind.NOTICE,
        conversation_id=chosen.conversation_id,
        channel=chosen.address.channel,
        part_no=0,
        text=say(Phrase.ANSWERS_EXPIRED, chosen.language),
        expires_at=now + SUMMARY_KEPT,
    )
    yield from enqueue([summary], now)


def count_by_state() -> Script[dict[OutboxState, int]]:
    """Count the parts in each state."""
    rows = yield Statement("SELECT state, COUNT(*) AS n FROM outbox GROUP BY state", {})
    return {OutboxState(row.text("state")): row.integer("n") for row in rows}
