"""Scripts that read what was done: the newest tasks, one task in full, what came of an event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.envelope import TaskEnvelope
from gateway.lifecycle import TaskStatus
from gateway.store import conversations, files, jobs, outbox, people, steps, tasks
from gateway.store.conversations import Conversation
from gateway.store.files import ReceivedFile
from gateway.store.jobs import Job
from gateway.store.outbox import OutboxKind, OutboxPart, OutboxState
from gateway.store.statement import Script, Statement
from gateway.store.steps import StepRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something on a task's timeline besides its steps, jobs and sends."""

    name: str
    detail: Mapping[str, object]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """All that is recorded about one task; `person` is the name of whoever it belongs to."""

    task: TaskEnvelope
    person: str
    conversation: Conversation | None
    steps: Sequence[StepRow]
    jobs: Sequence[Job]
    parts: Sequence[OutboxPart]
    files: Sequence[ReceivedFile]
    happenings: Sequence[Happening]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A part of what was said because of an event."""

    outbox_id: str
    kind: OutboxKind
    state: OutboxState
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What came of an event so far: the task that it began or went on with, and what was said."""

    task: TaskEnvelope | None
    words: Sequence[Words]


def newest(status: TaskStatus | None, most: int | None) -> Script[Sequence[TaskEnvelope]]:
    """Read the newest tasks, small talk included; `None` means any status, or all of them."""
    chosen = "" if status is None else "WHERE status = :status"
    bound = "" if most is None else "LIMIT :most"
    rows = yield Statement(
        f"SELECT * FROM tasks {chosen} ORDER BY created_at DESC, lane_seq DESC {bound}",  # noqa: S608 - constants
        {
            **({} if status is None else {"status": status}),
            **({} if most is None else {"most": most}),
        },
    )
    return [tasks.envelope(row) for row in rows]


def names() -> Script[dict[str, str]]:
    """Read the names of all people, by user id as tasks hold it."""
    known = yield from people.list_all()
    return {str(one.person.user_id): one.person.name for one in known}


def record(task_id: UUID) -> Script[TaskRecord]:
    """Read all about one task; raises `KeyError` where there is none."""
    task = yield from tasks.find(task_id)
    known = yield from names()
    talk: Conversation | None = None
    if task.conversation_id is not None:
        talk = yield from conversations.find(task.conversation_id)
    return TaskRecord(
        task=task,
        person=known.get(task.user_id, ""),
        conversation=talk,
        steps=(yield from steps.of_task(task_id)),
        jobs=(yield from jobs.of_task(task_id)),
        parts=(yield from outbox.of_task(task_id)),
        files=(yield from files.of_task(task_id)),
        happenings=(yield from _happenings(task_id)),
    )


def _happenings(task_id: UUID) -> Script[Sequence[Happening]]:
    rows = yield Statement(
        "SELECT * FROM timeline_events WHERE task_id = :task_id ORDER BY event_no",
        {"task_id": task_id},
    )
    return [
        Happening(
            name=row.text("name"), detail=row.json("detail"), created_at=row.time("created_at")
        )
        for row in rows
    ]


def consequence(event_key: str) -> Script[Consequence | None]:
    """Read what came of a person's message; None where it is not stored.

    What is said without a task (a command's reply, a notice) is stored in the transaction that
    stores the message, so its time is the message's own.
    """
    rows = yield Statement(
        "SELECT task_id, conversation_id, created_at FROM messages WHERE event_key = :event_key",
        {"event_key": event_key},
    )
    if not rows:
        return None
    task_id, heard_at = rows[0].uuid_or_none("task_id"), rows[0].time("created_at")
    if task_id is None:
        chat = rows[0].uuid("conversation_id")
        return Consequence(task=None, words=(yield from _said_at_once(chat, heard_at)))
    task = yield from tasks.find(task_id)
    if task.collected_by is not None:  # answered together with an earlier message
        task = yield from tasks.find(task.collected_by)
    parts = yield from outbox.of_task(task.task_id)
    # A message that answers a task's question has nothing to do with what was said before it.
    since = [one for one in parts if one.created_at >= heard_at]
    words = [
        Words(outbox_id=str(one.outbox_id), kind=one.kind, state=one.state, text=_words(one))
        for one in since
        if one.kind is not OutboxKind.PREVIEW
    ]
    return Consequence(task=task, words=words)


def _words(part: OutboxPart) -> str:
    """Return what a part says, and where its file lies: whoever reads this is on the machine."""
    if part.file is None:
        return part.text
    return f"{part.text}\n\n{part.file.name}: `{part.file.path}`".strip()


def _said_at_once(conversation_id: UUID, heard_at: datetime) -> Script[Sequence[Words]]:
    rows = yield Statement(
        "SELECT outbox_id, kind, state, text FROM outbox WHERE created_at = :heard_at "
        "AND conversation_id = :conversation_id AND task_id IS NULL ORDER BY outbox_seq",
        {"heard_at": heard_at, "conversation_id": conversation_id},
    )
    return [
        Words(
            outbox_id=str(row.uuid("outbox_id")),
            kind=OutboxKind(row.text("kind")),
            state=OutboxState(row.text("state")),
            text=row.text("text"),
        )
        for row in rows
    ]
