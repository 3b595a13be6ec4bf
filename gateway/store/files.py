"""Scripts over the files that came with messages: wanted, then stored in a workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from channels.message import Attachment, AttachmentKind, InboundMessage
from channels.text.wellformed import wellformed
from gateway.filenames import safe_mime_type, safe_name
from gateway.phrases import Phrase, say
from gateway.store import outbox
from gateway.store.conversations import Conversation
from gateway.store.outbox import NewPart, OutboxKind, OutboxPart
from gateway.store.statement import Row, Script, Statement, in_list, insert

INBOX_FOLDER = "inbox"  # of a conversation's workspace
NOTICE_KEPT = timedelta(hours=1)  # what a notice of an unsent file is worth sending
_MOST_BYTES = 2**63 - 1  # what the database holds; a platform may announce anything
_PREFIX_DIGITS = 8
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:crewdesk:received-file")


class FileState(StrEnum):
    """How far a file got."""

    WANTED = "wanted"
    STORED = "stored"
    FAILED = "failed"
    REMOVED = "removed"  # it was stored, and made room for newer ones


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file that came with a message.

    `path` is where it lies, or will lie, in the conversation's workspace. `transcript` are the
    words of a voice message. `error` says why it is not there or not transcribed.
    """

    file_id: UUID
    event_key: str
    task_id: UUID
    conversation_id: UUID
    channel: str
    kind: AttachmentKind
    platform_file_id: str
    name: str
    mime_type: str
    size_bytes: int | None
    state: FileState
    path: str
    transcript: str
    error: str
    attempt: int
    created_at: datetime
    updated_at: datetime

    @property
    def attachment(self) -> Attachment:
        """The file in the terms of its channel."""
        return Attachment(
            kind=self.kind,
            file_id=self.platform_file_id,
            name=self.name,
            mime_type=self.mime_type,
            size_bytes=self.size_bytes,
        )


def received_file(row: Row) -> ReceivedFile:
    """Read a file."""
    return ReceivedFile(
        file_id=row.uuid("file_id"),
        event_key=row.text("event_key"),
        task_id=row.uuid("task_id"),
        conversation_id=row.uuid("conversation_id"),
        channel=row.text("channel"),
        kind=AttachmentKind(row.text("kind")),
        platform_file_id=row.text("platform_file_id"),
        name=row.text("name"),
        mime_type=row.text("mime_type"),
        size_bytes=row.integer_or_none("size_bytes"),
        state=FileState(row.text("state")),
        path=row.text("path"),
        transcript=row.text("transcript"),
        error=row.text("error"),
        attempt=row.integer("attempt"),
        created_at=row.time("created_at"),
        updated_at=row.time("updated_at"),
    )


def path_of(message: InboundMessage, number: int) -> str:
    """Return where an attachment of a message will lie in the conversation's workspace.

    The id in it makes the path unique, and the same each time the file is fetched.
    """
    one = message.attachments[number]
    digits = _file_id(message, number).hex[:_PREFIX_DIGITS]
    return f"{INBOX_FOLDER}/{digits}-{safe_name(one.name, one.kind, one.mime_type)}"


def paths_of(message: InboundMessage) -> Sequence[str]:
    """Return where the files of a message will lie."""
    return [path_of(message, number) for number in _files_among(message)]


def want(talk: Conversation, message: InboundMessage, task_id: UUID, now: datetime) -> Script[None]:
    """Store that the files of a message shall be fetched for a task."""
    for number in _files_among(message):
        one = message.attachments[number]
        size = one.size_bytes
        yield insert(
            "files",
            {
                "file_id": _file_id(message, number),
                "event_key": message.event_key,
                "attachment_no": number,
                "task_id": task_id,
                "conversation_id": talk.conversation_id,
                "channel": talk.address.channel,
                "kind": one.kind,
                "platform_file_id": wellformed(one.file_id),
                "name": safe_name(one.name, one.kind, one.mime_type),
                "mime_type": safe_mime_type(one.mime_type),
                "size_bytes": None if size is None else min(max(size, 0), _MOST_BYTES),
                "state": FileState.WANTED,
                "path": path_of(message, number),
                "created_at": now,
                "updated_at": now,
            },
        )


def _files_among(message: InboundMessage) -> Sequence[int]:
    return [number for number, one in enumerate(message.attachments) if one.kind.is_file]


def _file_id(message: InboundMessage, number: int) -> UUID:
    return uuid5(_NAMESPACE, f"{message.event_key}/{number}")


def of_task(task_id: UUID) -> Script[Sequence[ReceivedFile]]:
    """Read the files that came for a task, in the order in which they came."""
    rows = yield Statement(
        "SELECT * FROM files WHERE task_id = :task_id ORDER BY file_seq", {"task_id": task_id}
    )
    return [received_file(row) for row in rows]


def awaited(lane: str) -> Script[frozenset[UUID]]:
    """Read which waiting tasks of a lane have files that are still to be fetched."""
    rows = yield Statement(
        "SELECT DISTINCT files.task_id FROM files JOIN tasks ON tasks.task_id = files.task_id "
        "WHERE tasks.lane = :lane AND tasks.status = 'pending' AND files.state = :wanted",
        {"lane": lane, "wanted": FileState.WANTED},
    )
    return frozenset(row.uuid("task_id") for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The files whose time has come, and whether any others are wanted."""

    due: Sequence[ReceivedFile]
    is_any: bool


def wanted(channels: tuple[str, ...], now: datetime, most: int) -> Script[Wanted]:
    """Read the oldest files that can be fetched now, by these channels."""
    any_row = yield Statement("SELECT 1 AS found FROM files WHERE state = 'wanted' LIMIT 1", {})
    if not any_row or not channels:
        return Wanted(due=(), is_any=bool(any_row))
    names, parameters = in_list("channel", channels)
    rows = yield Statement(
        f"SELECT * FROM files WHERE state = 'wanted' AND channel IN ({names}) "  # noqa: S608
        "AND (not_before IS NULL OR not_before <= :now) ORDER BY file_seq LIMIT :most",
        {**parameters, "now": now, "most": most},
    )
    return Wanted(due=[received_file(row) for row in rows], is_any=True)


def begin(file_id: UUID, now: datetime) -> Script[int]:
    """Count an attempt before it is made; return how many there were with it."""
    rows = yield Statement(
        "UPDATE files SET attempt = attempt + 1, updated_at = :now WHERE file_id = :file_id "
        "RETURNING attempt",
        {"file_id": file_id, "now": now},
    )
    return rows[0].integer("attempt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of a file that lies on the disk now."""

    size_bytes: int
    transcript: str = ""
    error: str = ""


STORE = """
UPDATE files SET state = 'stored', size_bytes = :size_bytes, transcript = :transcript,
    error = :error, not_before = NULL, updated_at = :now
WHERE file_id = :file_id AND state = 'wanted' RETURNING file_id
"""
REMEMBER = """
UPDATE messages SET text = text || CASE WHEN text = '' THEN '' ELSE :gap END || :note
WHERE event_key = :event_key
"""


def store(file: ReceivedFile, fetched: Fetched, now: datetime) -> Script[None]:
    """Store that a file lies at its path, and what later turns shall know of it."""
    rows = yield Statement(
        STORE,
        {
            "file_id": file.file_id,
            "size_bytes": fetched.size_bytes,
            "transcript": fetched.transcript,
            "error": fetched.error,
            "now": now,
        },
    )
    if rows:
        note = fetched.transcript or f"[attached: {file.path}]"
        yield Statement(REMEMBER, {"event_key": file.event_key, "gap": "\n", "note": note})


def put_off(file_id: UUID, error: str, not_before: datetime, now: datetime) -> Script[None]:
    """Store why a file could not be had yet, and when to try again."""
    yield Statement(
        "UPDATE files SET error = :error, not_before = :not_before, updated_at = :now "
        "WHERE file_id = :file_id AND state = 'wanted'",
        {"file_id": file_id, "error": error, "not_before": not_before, "now": now},
    )


def fail(file_id: UUID, error: str, now: datetime) -> Script[None]:
    """Store why a file can't be had at all."""
    yield Statement(
        "UPDATE files SET state = 'failed', error = :error, not_before = NULL, updated_at = :now "
        "WHERE file_id = :file_id AND state = 'wanted'",
        {"file_id": file_id, "error": error, "now": now},
    )


TOTAL = """
SELECT CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) AS total FROM files WHERE state = 'stored'
"""
OLDEST = """
SELECT f.* FROM files AS f JOIN tasks AS t ON t.task_id = f.task_id
WHERE f.state = 'stored' AND t.status IN ('completed', 'failed', 'cancelled')
ORDER BY f.file_seq LIMIT 1000
"""


def make_room(
    size_bytes: int, most_bytes: int, now: datetime
) -> Script[Sequence[ReceivedFile] | None]:
    """Mark the oldest files as removed until a new one fits, those of open tasks excepted.

    Returns what is to be removed from the disk; None, with nothing marked, where it can't fit.
    """
    total = yield Statement(TOTAL, {})
    excess = total[0].integer("total") + size_bytes - most_bytes
    leaving: list[ReceivedFile] = []
    oldest = (yield Statement(OLDEST, {})) if excess > 0 else []
    for row in oldest:
        if excess <= 0:
            break
        leaving.append(received_file(row))
        excess -= leaving[-1].size_bytes or 0
    if excess > 0:
        return None
    for file in leaving:
        yield Statement(
            "UPDATE files SET state = 'removed', error = :error, updated_at = :now "
            "WHERE file_id = :file_id",
            {"file_id": file.file_id, "error": "it made room for newer files", "now": now},
        )
    return leaving


DONE_WITH = """
SELECT 1 AS found FROM tasks AS t WHERE t.task_id = :task_id AND t.updated_at < :before
  AND t.status IN ('completed', 'failed', 'cancelled')
  AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.task_id = t.task_id
                  AND o.state IN ('queued', 'sending', 'unknown') AND o.kind <> 'preview')
"""


def is_done_with(task_id: UUID, before: datetime) -> Script[bool]:
    """Tell whether a task ended before a moment and nothing of it is still to be sent."""
    rows = yield Statement(DONE_WITH, {"task_id": task_id, "before": before})
    return bool(rows)


def tell_unsent(chosen: OutboxPart, name: str, reason: str, now: datetime) -> Script[None]:
    """Say that a file of an answer could not be sent, for the answer speaks of it."""
    notice = NewPart(
        part_key=f"unsent:{chosen.outbox_id}",
        kind=OutboxKind.NOTICE,
        conversation_id=chosen.conversation_id,
        channel=chosen.address.channel,
        part_no=0,
        text=say(Phrase.FILE_NOT_SENT, chosen.language, name=name, reason=reason),
        expires_at=now + NOTICE_KEPT,
    )
    yield from outbox.enqueue([notice], now)
