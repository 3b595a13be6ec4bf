"""The task envelope: what the inbox holds for each message, heartbeat and cron tick."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import assert_never
from uuid import UUID

from gateway.lifecycle import TaskStatus
from workers.tools.protocol import JsonValue

JsonObject = Mapping[str, JsonValue]
EMPTY: JsonObject = MappingProxyType({})


class Source(StrEnum):
    """What a task came from."""

    USER_CHAT = "user_chat"
    HEARTBEAT = "heartbeat"
    CRON = "cron"
    SYSTEM = "system"


class Priority(IntEnum):
    """Which task goes first; stored as its number, shown as its name."""

    HIGH = 0
    NORMAL = 1
    LOW = 2


def default_priority(source: Source) -> Priority:
    """Return the priority that a task of this source has unless somebody says otherwise."""
    match source:
        case Source.USER_CHAT:
            return Priority.HIGH
        case Source.HEARTBEAT | Source.SYSTEM:
            return Priority.NORMAL
        case Source.CRON:
            return Priority.LOW
        case _:
            assert_never(source)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """What somebody submits to the inbox; `lane` is a conversation's or a schedule's key."""

    task_id: UUID
    source: Source
    goal: str
    event_key: str
    lane: str
    priority: Priority
    user_id: str = ""
    conversation_id: UUID | None = None
    requires_reply: bool = True
    payload: JsonObject = field(default_factory=lambda: EMPTY)
    metadata: JsonObject = field(default_factory=lambda: EMPTY)
    not_before: datetime | None = None
    deadline: datetime | None = None
    parent_task_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnvelope:
    """A task as the inbox holds it.

    `attempt` counts claims; `barren_attempts` those in a row that recorded no new step. `fence`
    rises with each claim, and every later write of that claim carries it. Times are aware UTC.
    """

    task_id: UUID
    source: Source
    goal: str
    payload: JsonObject
    priority: Priority
    user_id: str
    conversation_id: UUID | None
    requires_reply: bool
    created_at: datetime
    status: TaskStatus
    assigned_worker_id: str
    dispatch_reason: str
    result: str
    final_output: str
    metadata: JsonObject
    event_key: str
    lane: str
    lane_seq: int
    attempt: int
    barren_attempts: int
    fence: int
    lease_until: datetime | None
    not_before: datetime | None
    deadline: datetime | None
    parent_task_id: UUID | None
    is_cancel_requested: bool
    is_tracked: bool
    collected_by: UUID | None  # the earlier task of its conversation that answers it too
    updated_at: datetime
