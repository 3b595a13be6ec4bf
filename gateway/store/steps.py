"""Scripts over the journal: intents and results of model and tool calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gateway.store import tasks
from gateway.store.statement import Row, Script, Statement, insert
from gateway.store.tasks import Lease
from workers.agent.journal import StepKind, StepState
from workers.models.protocol import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A recorded step; `run_id` is the task's id for the Manager, a job's id for a worker."""

    run_id: UUID
    step_key: str
    kind: StepKind
    name: str
    state: StepState
    request: str
    result: str
    attempt: int
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """What a model call used, and on whose account."""

    model: str
    usage: Usage
    duration: timedelta
    user_id: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A model call that was answered, and what it used."""

    step: StepRow
    use: ModelUse


def step_row(row: Row) -> StepRow:
    """Read a step."""
    return StepRow(
        run_id=row.uuid("run_id"),
        step_key=row.text("step_key"),
        kind=StepKind(row.text("kind")),
        name=row.text("name"),
        state=StepState(row.text("state")),
        request=row.text("request"),
        result=row.text("result"),
        attempt=row.integer("attempt"),
        started_at=row.time("started_at"),
        ended_at=row.time_or_none("ended_at"),
    )


def of_task(task_id: UUID) -> Script[Sequence[StepRow]]:
    """Read all steps of a task and of its workers' jobs, in the order in which they began."""
    rows = yield Statement(
        "SELECT * FROM steps WHERE task_id = :task_id ORDER BY step_id", {"task_id": task_id}
    )
    return [step_row(row) for row in rows]


def intend(lease: Lease, step: StepRow) -> Script[None]:
    """Record that a step is about to be done; harmless where it is recorded already.

    Raises:
        LeaseLostError: the lease is not ours any more; the step must not be done.
    """
    yield from tasks.hold(lease, step.started_at, tracked=step.kind is StepKind.TOOL)
    yield insert(
        "steps",
        {
            "task_id": lease.task_id,
            "run_id": step.run_id,
            "step_key": step.step_key,
            "kind": step.kind,
            "name": step.name,
            "state": StepState.INTENT,
            "request": step.request,
            "attempt": step.attempt,
            "started_at": step.started_at,
        },
        on_conflict="ON CONFLICT (run_id, step_key) DO NOTHING",
    )


COMPLETE = """
UPDATE steps SET state = 'done', result = :result, ended_at = :now
WHERE run_id = :run_id AND step_key = :step_key AND state = 'intent'
"""


def complete(lease: Lease, run_id: UUID, step_key: str, result: str, now: datetime) -> Script[None]:
    """Record the result of a step.

    Raises:
        LeaseLostError: the lease is not ours any more; the result must be discarded.
    """
    yield from tasks.hold(lease, now, recorded_step=True)
    yield Statement(
        COMPLETE, {"run_id": run_id, "step_key": step_key, "result": result, "now": now}
    )


def record(lease: Lease, answers: Sequence[Answered], now: datetime) -> Script[None]:
    """Record what models answered; see `add_answers`.

    Raises:
        LeaseLostError: the lease is not ours any more; the answers must be discarded.
    """
    if answers:
        yield from tasks.hold(lease, now, recorded_step=True)
        yield from add_answers(lease.task_id, answers, now)


def add_answers(task_id: UUID, answers: Sequence[Answered], now: datetime) -> Script[None]:
    """Add answers within a transaction that has made sure of its lease.

    Each is counted once; harmless where it is recorded already.
    """
    for answered in answers:
        step = answered.step
        yield _done(task_id, step)
        yield from count_use(task_id, step.run_id, step.step_key, answered.use, now)


def _done(task_id: UUID, step: StepRow) -> Statement:
    return insert(
        "steps",
        {
            "task_id": task_id,
            "run_id": step.run_id,
            "step_key": step.step_key,
            "kind": step.kind,
            "name": step.name,
            "state": StepState.DONE,
            "request": step.request,
            "result": step.result,
            "attempt": step.attempt,
            "started_at": step.started_at,
            "ended_at": step.ended_at,
        },
        on_conflict="ON CONFLICT (run_id, step_key) DO NOTHING",
    )


def count_use(
    task_id: UUID, run_id: UUID, step_key: str, use: ModelUse, now: datetime
) -> Script[None]:
    """Count a model call once."""
    yield insert(
        "usage",
        {
            "task_id": task_id,
            "run_id": run_id,
            "step_key": step_key,
            "user_id": use.user_id,
            "source": use.source,
            "model": use.model,
            "input_tokens": use.usage.input_tokens,
            "cached_tokens": use.usage.cached_tokens,
            "output_tokens": use.usage.output_tokens,
            "duration_ms": use.duration // timedelta(milliseconds=1),
            "created_at": now,
        },
        on_conflict="ON CONFLICT (run_id, step_key) DO NOTHING",
    )


def answer_open_tool_step(task_id: UUID, name: str, result: str, now: datetime) -> Script[bool]:
    """Give the newest open call of a tool its result from outside; return whether there was one."""
    rows = yield Statement(
        "UPDATE steps SET state = 'done', result = :result, ended_at = :now WHERE step_id = ("
        "SELECT MAX(step_id) FROM steps WHERE task_id = :task_id AND name = :name "
        "AND state = 'intent') RETURNING step_id",
        {"task_id": task_id, "name": name, "result": result, "now": now},
    )
    return bool(rows)
