"""Tasks and what is recorded about them, as the store would return them."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from channels.message import AttachmentKind, ConversationAddress
from gateway.envelope import EMPTY, Priority, Source, TaskEnvelope
from gateway.lifecycle import TaskStatus
from gateway.store.conversations import Conversation
from gateway.store.files import FileState, ReceivedFile
from gateway.store.jobs import Job, JobStatus
from gateway.store.outbox import OutboxKind, OutboxPart, OutboxState
from gateway.store.steps import StepRow
from workers.agent.journal import StepKind, StepState

TASK_ID: Final = UUID("7f3a0000-0000-4000-8000-000000000001")
JOB_ID: Final = UUID("7f3a0000-0000-4000-8000-000000000002")
CHAT_ID: Final = UUID("7f3a0000-0000-4000-8000-000000000003")
PART_ID: Final = UUID("7f3a0000-0000-4000-8000-000000000004")
ADA_ID: Final = "7f3a0000-0000-4000-8000-000000000005"
START: Final = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ADA_CHAT: Final = ConversationAddress(channel="terminal", account="local", chat_id="ada")


def after(seconds: float) -> datetime:
    """Return a moment, in seconds since the task of these records was accepted."""
    return START + timedelta(seconds=seconds)


def make_task(
    *,
    task_id: UUID = TASK_ID,
    status: TaskStatus = TaskStatus.COMPLETED,
    goal: str = "hello",
    is_tracked: bool = False,
    reason: str = "",
) -> TaskEnvelope:
    """Return a task of Ada's that ended, or stands, two seconds after it was accepted."""
    return TaskEnvelope(
        task_id=task_id,
        source=Source.USER_CHAT,
        goal=goal,
        payload=dict(EMPTY),
        priority=Priority.HIGH,
        user_id=ADA_ID,
        conversation_id=CHAT_ID,
        requires_reply=True,
        created_at=START,
        status=status,
        assigned_worker_id="",
        dispatch_reason=reason,
        result="",
        final_output="Hello, Ada!" if status is TaskStatus.COMPLETED else "",
        metadata=dict(EMPTY),
        event_key="terminal:local:1",
        lane=ADA_CHAT.key,
        lane_seq=1,
        attempt=1,
        barren_attempts=0,
        fence=1,
        lease_until=None,
        not_before=None,
        deadline=None,
        parent_task_id=None,
        is_cancel_requested=False,
        collected_by=None,
        is_tracked=is_tracked,
        updated_at=after(2),
    )


def make_step(
    kind: StepKind,
    at: datetime,
    *,
    name: str = "",
    request: str = "",
    result: str | None = "",
    run_id: UUID = TASK_ID,
) -> StepRow:
    """Return a step that took half a second; without a result it is only an intent."""
    is_done = result is not None
    return StepRow(
        run_id=run_id,
        step_key=f"{kind}-{at.timestamp()}",
        kind=kind,
        name=name,
        state=StepState.DONE if is_done else StepState.INTENT,
        request=request,
        result=result or "",
        attempt=1,
        started_at=at,
        ended_at=at + timedelta(seconds=0.5) if is_done else None,
    )


def make_job(at: datetime) -> Job:
    """Return a finished job of the worker."""
    return Job(
        job_id=JOB_ID,
        task_id=TASK_ID,
        worker_id="worker",
        instruction="count the files",
        metadata="{}",
        status=JobStatus.COMPLETED,
        is_awaited=True,
        attempt=1,
        result="there are 3",
        error="",
        error_code="",
        created_at=at,
        started_at=at,
        ended_at=at + timedelta(seconds=1),
    )


def make_part(
    at: datetime,
    *,
    state: OutboxState = OutboxState.SENT,
    attempt: int = 1,
    is_ambiguous: bool = False,
    error: str = "",
) -> OutboxPart:
    """Return the only part of the task's answer."""
    return OutboxPart(
        outbox_id=PART_ID,
        kind=OutboxKind.FINAL,
        task_id=TASK_ID,
        conversation_id=CHAT_ID,
        address=ADA_CHAT,
        part_no=0,
        text="Hello, Ada!",
        reply_to="",
        options=(),
        state=state,
        attempt=attempt,
        fence=attempt,
        anchor="",
        first_tried_at=at,
        is_ambiguous=is_ambiguous,
        is_recovered=False,
        platform_message_id="42" if state is OutboxState.SENT else "",
        error=error,
        file=None,
        created_at=at,
        expires_at=at + timedelta(hours=1),
        sent_at=None,
        language="",
    )


def make_conversation() -> Conversation:
    """Return Ada's chat at the terminal."""
    return Conversation(
        conversation_id=CHAT_ID, address=ADA_CHAT, epoch=0, model="", language="", busy_mode=None
    )


def make_file(at: datetime, *, error: str = "") -> ReceivedFile:
    """Return a voice message that came for the task, and what it says."""
    return ReceivedFile(
        file_id=PART_ID,
        event_key="terminal:local:1",
        task_id=TASK_ID,
        conversation_id=CHAT_ID,
        channel="terminal",
        kind=AttachmentKind.VOICE,
        platform_file_id="f1",
        name="a.ogg",
        mime_type="audio/ogg",
        size_bytes=12,
        state=FileState.STORED,
        path="inbox/1-a.ogg",
        transcript="good morning",
        error=error,
        attempt=2,
        created_at=START,
        updated_at=at,
    )
