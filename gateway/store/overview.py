"""Scripts behind the commands: what they show across tables, and the model they set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gateway.envelope import TaskEnvelope
from gateway.lifecycle import TaskStatus
from gateway.store.statement import Row, Script, Statement, Value
from gateway.store.tasks import envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """What one recorded model call used; the keys name its step."""

    run_id: UUID
    step_key: str
    model: str
    input_tokens: int
    output_tokens: int
    duration: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTotal:
    """What all calls of one model used."""

    model: str
    calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int


def count_open_tasks() -> Script[dict[TaskStatus, int]]:
    """Count the tasks in each status that has not ended; a status without tasks is left out."""
    rows = yield Statement(
        "SELECT status, COUNT(*) AS n FROM tasks WHERE status IN "
        "('pending', 'running', 'waiting_input', 'waiting_external') GROUP BY status",
        {},
    )
    return {TaskStatus(row.text("status")): row.integer("n") for row in rows}


def count_ambiguous() -> Script[int]:
    """Count the parts of which it was never found out whether they arrived."""
    rows = yield Statement("SELECT COUNT(*) AS n FROM outbox WHERE is_ambiguous = TRUE", {})
    return rows[0].integer("n")


def recent_tasks(user_id: UUID | None, most: int) -> Script[Sequence[TaskEnvelope]]:
    """Read the newest tasks that are more than small talk, of one person or of all."""
    owner, parameters = _owned_by(user_id)
    rows = yield Statement(
        "SELECT * FROM tasks WHERE (is_tracked = TRUE OR source <> 'user_chat') "  # noqa: S608
        f"{owner} ORDER BY created_at DESC, lane_seq DESC LIMIT :most",
        {"most": most, **parameters},
    )
    return [envelope(row) for row in rows]


def tasks_between(
    first: UUID, last: UUID, user_id: UUID | None, most: int
) -> Script[Sequence[TaskEnvelope]]:
    """Read the tasks whose ids lie between two, both included, of one person or of all.

    A range finds the tasks of a beginning of an id by the primary key.
    """
    owner, parameters = _owned_by(user_id)
    rows = yield Statement(
        "SELECT * FROM tasks WHERE task_id >= :first AND task_id <= :last "  # noqa: S608
        f"{owner} ORDER BY task_id LIMIT :most",
        {"first": first, "last": last, "most": most, **parameters},
    )
    return [envelope(row) for row in rows]


def newest_answer(conversation_id: UUID) -> Script[UUID | None]:
    """Return the task whose final answer was the last one in a conversation."""
    rows = yield Statement(
        "SELECT task_id FROM outbox WHERE conversation_id = :conversation_id AND kind = 'final' "
        "AND task_id IS NOT NULL ORDER BY outbox_seq DESC LIMIT 1",
        {"conversation_id": conversation_id},
    )
    return rows[0].uuid("task_id") if rows else None


def task_behind(conversation_id: UUID, platform_message_id: str) -> Script[UUID | None]:
    """Return the task that said a message, by the platform's id of that message."""
    rows = yield Statement(
        "SELECT task_id FROM outbox WHERE conversation_id = :conversation_id "
        "AND platform_message_id = :message_id AND task_id IS NOT NULL "
        "ORDER BY outbox_seq DESC LIMIT 1",
        {"conversation_id": conversation_id, "message_id": platform_message_id},
    )
    return rows[0].uuid("task_id") if rows else None


def model_calls(task_id: UUID) -> Script[Sequence[ModelCall]]:
    """Read what the model calls of a task used."""
    rows = yield Statement(
        "SELECT * FROM usage WHERE task_id = :task_id ORDER BY usage_id", {"task_id": task_id}
    )
    return [_model_call(row) for row in rows]


def usage_since(since: datetime, user_id: UUID | None) -> Script[Sequence[ModelTotal]]:
    """Add up what each model used since a moment, for one person or for all."""
    owner, parameters = _owned_by(user_id)
    rows = yield Statement(
        "SELECT model, COUNT(*) AS calls, "  # noqa: S608 - constants
        "CAST(SUM(input_tokens) AS BIGINT) AS input_tokens, "
        "CAST(SUM(cached_tokens) AS BIGINT) AS cached_tokens, "
        "CAST(SUM(output_tokens) AS BIGINT) AS output_tokens "
        f"FROM usage WHERE created_at >= :since {owner} GROUP BY model ORDER BY model",
        {"since": since, **parameters},
    )
    return [_model_total(row) for row in rows]


def choose_model(conversation_id: UUID, model: str) -> Script[None]:
    """Set the model of a conversation; empty for the gateway's own choice."""
    yield Statement(
        "UPDATE conversations SET model = :model WHERE conversation_id = :conversation_id",
        {"model": model, "conversation_id": conversation_id},
    )


def _owned_by(user_id: UUID | None) -> tuple[str, dict[str, Value]]:
    """Return the condition that rows belong to a person; none for everybody's."""
    # Tasks and usage hold the owner as text.
    return ("", {}) if user_id is None else ("AND user_id = :user_id", {"user_id": str(user_id)})


def _model_call(row: Row) -> ModelCall:
    return ModelCall(
        run_id=row.uuid("run_id"),
        step_key=row.text("step_key"),
        model=row.text("model"),
        input_tokens=row.integer("input_tokens"),
        output_tokens=row.integer("output_tokens"),
        duration=timedelta(milliseconds=row.integer("duration_ms")),
    )


def _model_total(row: Row) -> ModelTotal:
    return ModelTotal(
        model=row.text("model"),
        calls=row.integer("calls"),
        input_tokens=row.integer("input_tokens"),
        cached_tokens=row.integer("cached_tokens"),
        output_tokens=row.integer("output_tokens"),
    )
