"""Scripts over the inbox: submit, claim, extend, wait, resume, finish, cancel, give back."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import cast
from uuid import UUID

from gateway.envelope import JsonObject, NewTask, Priority, Source, TaskEnvelope
from gateway.errors import LeaseLostError
from gateway.lifecycle import TaskStatus, check_transition, sources
from gateway.store.statement import Row, Script, Statement, document, in_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to write for a task; it ends when the fence moves on or the time is over."""

    task_id: UUID
    fence: int


def envelope(row: Row) -> TaskEnvelope:
    """Read a task; an unknown status or source is an error."""
    return TaskEnvelope(
        task_id=row.uuid("task_id"),
        source=Source(row.text("source")),
        goal=row.text("goal"),
        payload=cast(JsonObject, row.json("payload")),
        priority=Priority(row.integer("priority")),
        user_id=row.text("user_id"),
        conversation_id=row.uuid_or_none("conversation_id"),
        requires_reply=row.flag("requires_reply"),
        created_at=row.time("created_at"),
        status=TaskStatus(row.text("status")),
        assigned_worker_id=row.text("assigned_worker_id"),
        dispatch_reason=row.text("dispatch_reason"),
        result=row.text("result"),
        final_output=row.text("final_output"),
        metadata=cast(JsonObject, row.json("metadata")),
        event_key=row.text("event_key"),
        lane=row.text("lane"),
        lane_seq=row.integer("lane_seq"),
        attempt=row.integer("attempt"),
        barren_attempts=row.integer("barren_attempts"),
        fence=row.integer("fence"),
        lease_until=row.time_or_none("lease_until"),
        not_before=row.time_or_none("not_before"),
        deadline=row.time_or_none("deadline"),
        parent_task_id=row.uuid_or_none("parent_task_id"),
        is_cancel_requested=row.flag("is_cancel_requested"),
        is_tracked=row.flag("is_tracked"),
        collected_by=row.uuid_or_none("collected_by"),
        updated_at=row.time("updated_at"),
    )


SUBMIT = """
INSERT INTO tasks (
    task_id, source, goal, payload, priority, user_id, conversation_id, requires_reply, created_at,
    updated_at, status, metadata, event_key, lane, lane_seq, not_before, deadline, parent_task_id
) VALUES (
    :task_id, :source, :goal, :payload, :priority, :user_id, :conversation_id, :requires_reply,
    :now, :now, 'pending', :metadata, :event_key, :lane,
    (SELECT COALESCE(MAX(lane_seq), 0) + 1 FROM tasks WHERE lane = :lane),
    :not_before, :deadline, :parent_task_id
)
ON CONFLICT (event_key) DO NOTHING
RETURNING task_id
"""


def submit(task: NewTask, now: datetime) -> Script[bool]:
    """Insert a task at the end of its lane; return whether its event was new."""
    rows = yield Statement(
        SUBMIT,
        {
            "task_id": task.task_id,
            "source": task.source,
            "goal": task.goal,
            "payload": document(task.payload),
            "priority": int(task.priority),
            "user_id": task.user_id,
            "conversation_id": task.conversation_id,
            "requires_reply": task.requires_reply,
            "metadata": document(task.metadata),
            "event_key": task.event_key,
            "lane": task.lane,
            "not_before": task.not_before,
            "deadline": task.deadline,
            "parent_task_id": task.parent_task_id,
            "now": now,
        },
    )
    return bool(rows)


# A task that another one has collected waits for that one's end, not for a turn of its own.
_WAITING = "status = 'pending' AND collected_by IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a conversation stands: how many of its tasks wait, and whether one has asked."""

    waiting: int
    has_asked: bool


def standing(conversation_id: UUID, lane: str) -> Script[Standing]:
    """Look at a conversation's tasks."""
    rows = yield Statement(
        f"SELECT (SELECT COUNT(*) FROM tasks WHERE lane = :lane AND {_WAITING}) AS waiting, "  # noqa: S608
        "EXISTS (SELECT 1 FROM tasks WHERE conversation_id = :conversation_id "
        "AND status = 'waiting_input') AS has_asked",
        {"lane": lane, "conversation_id": conversation_id},
    )
    return Standing(waiting=rows[0].integer("waiting"), has_asked=rows[0].flag("has_asked"))


def is_running(lane: str) -> Script[bool]:
    """Tell whether a task of a lane is being worked on."""
    rows = yield Statement(
        "SELECT 1 AS found FROM tasks WHERE lane = :lane AND status = 'running'", {"lane": lane}
    )
    return bool(rows)


def has_waiting() -> Script[bool]:
    """Tell whether any task waits for its turn."""
    rows = yield Statement(f"SELECT 1 AS found FROM tasks WHERE {_WAITING} LIMIT 1", {})  # noqa: S608
    return bool(rows)


def count_all_waiting() -> Script[int]:
    """Count all tasks that wait for their turn."""
    rows = yield Statement(f"SELECT COUNT(*) AS n FROM tasks WHERE {_WAITING}", {})  # noqa: S608
    return rows[0].integer("n")


# The oldest claimable task of one priority: the head of a lane in which nothing runs.
_OLDEST = """
SELECT * FROM (
    SELECT task_id, priority, created_at, lane_seq FROM tasks AS head
    WHERE status = 'pending' AND collected_by IS NULL AND priority = {priority}
      AND (not_before IS NULL OR not_before <= :now)
      AND NOT EXISTS (SELECT 1 FROM tasks AS earlier WHERE earlier.lane = head.lane
                      AND earlier.status = 'pending' AND earlier.collected_by IS NULL
                      AND earlier.lane_seq < head.lane_seq)
      AND NOT EXISTS (SELECT 1 FROM tasks AS busy
                      WHERE busy.lane = head.lane AND busy.status = 'running')
    ORDER BY created_at, lane_seq LIMIT 1 /*skip locked*/
) AS oldest_{priority}
"""

# A lease that ran out needs no path of its own: such a task is a candidate like the others. Within
# a priority the oldest goes first, aged or not, so one candidate per priority is enough.
CLAIM = f"""
UPDATE tasks SET status = 'running', attempt = attempt + 1, barren_attempts = barren_attempts + 1,
    fence = fence + 1, lease_until = :lease_until, lease_owner = :owner, not_before = NULL,
    updated_at = :now
WHERE task_id = (
    SELECT task_id FROM (
        SELECT * FROM (
            SELECT task_id, priority, created_at, lane_seq FROM tasks
            WHERE status = 'running' AND lease_until <= :now
            ORDER BY priority - CASE WHEN created_at <= :aged THEN 1 ELSE 0 END, created_at,
                lane_seq
            LIMIT 1 /*skip locked*/
        ) AS expired
        UNION ALL {_OLDEST.format(priority=0)}
        UNION ALL {_OLDEST.format(priority=1)}
        UNION ALL {_OLDEST.format(priority=2)}
    ) AS candidates
    ORDER BY priority - CASE WHEN created_at <= :aged THEN 1 ELSE 0 END, created_at, lane_seq
    LIMIT 1
)
RETURNING *
"""  # noqa: S608 - built from constants of this module


def claim(
    *, now: datetime, lease_until: datetime, owner: str, aged: datetime
) -> Script[Row | None]:
    """Take the next task; whatever was created before `aged` counts as one level higher."""
    rows = yield Statement(
        CLAIM, {"now": now, "lease_until": lease_until, "owner": owner, "aged": aged}
    )
    return rows[0] if rows else None


HOLD = """
UPDATE tasks SET updated_at = :now, barren_attempts = barren_attempts * :barren,
    is_tracked = (is_tracked OR :tracked)
WHERE task_id = :task_id AND fence = :fence AND status = 'running' AND lease_until > :now
RETURNING task_id
"""


def hold(
    lease: Lease, now: datetime, *, recorded_step: bool = False, tracked: bool = False
) -> Script[None]:
    """Make sure that the lease is ours until the end of this transaction.

    Raises:
        LeaseLostError: it is not.
    """
    rows = yield Statement(
        HOLD,
        {
            "task_id": lease.task_id,
            "fence": lease.fence,
            "now": now,
            "barren": 0 if recorded_step else 1,
            "tracked": tracked,
        },
    )
    if not rows:
        raise LeaseLostError(f"task {lease.task_id}: fence {lease.fence} no longer holds")


EXTEND = """
UPDATE tasks SET lease_until = :lease_until
WHERE task_id = :task_id AND fence = :fence AND status = 'running' AND lease_until > :now
RETURNING is_cancel_requested
"""


def extend(lease: Lease, now: datetime, lease_until: datetime) -> Script[bool]:
    """Renew a lease; return whether somebody asked to cancel the task.

    Raises:
        LeaseLostError: the lease is not ours any more.
    """
    rows = yield Statement(
        EXTEND,
        {
            "task_id": lease.task_id,
            "fence": lease.fence,
            "now": now,
            "lease_until": lease_until,
        },
    )
    if not rows:
        raise LeaseLostError(f"task {lease.task_id}: fence {lease.fence} no longer holds")
    return rows[0].flag("is_cancel_requested")


LEAVE = """
UPDATE tasks SET status = :status, lease_until = NULL, lease_owner = '', updated_at = :now,
    not_before = :not_before, dispatch_reason = :reason, result = :result,
    final_output = :final_output,
    barren_attempts = CASE WHEN :recorded THEN 0 WHEN :forgiven THEN barren_attempts - 1
                           ELSE barren_attempts END
WHERE task_id = :task_id AND fence = :fence AND status = 'running' AND lease_until > :now
RETURNING task_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """How a running task is left.

    `is_forgiven` takes the claim back from the count of attempts without a step, where the reason
    to leave was not the task's (shutdown, a model that is down).
    """

    status: TaskStatus
    reason: str = ""
    result: str = ""
    final_output: str = ""
    not_before: datetime | None = None
    is_forgiven: bool = False


def leave(
    lease: Lease, leaving: Leaving, now: datetime, *, recorded_step: bool = False
) -> Script[None]:
    """End this claim: finish, wait or give back; `recorded_step` says that a step came with it.

    Raises:
        IllegalTransitionError: a running task cannot become that.
        LeaseLostError: the lease is not ours any more; nothing was written.
    """
    check_transition(TaskStatus.RUNNING, leaving.status)
    rows = yield Statement(
        LEAVE,
        {
            "task_id": lease.task_id,
            "fence": lease.fence,
            "now": now,
            "status": leaving.status,
            "reason": leaving.reason,
            "result": leaving.result,
            "final_output": leaving.final_output,
            "not_before": leaving.not_before,
            "forgiven": leaving.is_forgiven,
            "recorded": recorded_step,
        },
    )
    if not rows:
        raise LeaseLostError(f"task {lease.task_id}: fence {lease.fence} no longer holds")


def move(task_id: UUID, after: TaskStatus, reason: str, now: datetime) -> Script[None]:
    """Change the status of a task that nobody holds.

    Raises:
        IllegalTransitionError: the task cannot become that from where it stands.
        KeyError: there is no such task.
    """
    allowed = tuple(status for status in sources(after) if status is not TaskStatus.RUNNING)
    names, parameters = in_list("before", allowed)
    rows = yield Statement(
        f"UPDATE tasks SET status = :after, dispatch_reason = :reason, updated_at = :now, "  # noqa: S608
        f"not_before = NULL WHERE task_id = :task_id AND status IN ({names}) RETURNING task_id",
        {"task_id": task_id, "after": after, "reason": reason, "now": now, **parameters},
    )
    if not rows:
        row = yield from find(task_id)
        check_transition(row.status, after)
        raise KeyError(task_id)


def request_cancel(task_id: UUID, now: datetime) -> Script[None]:
    """Ask whoever holds the task to end it; harmless for a task that has ended."""
    yield Statement(
        "UPDATE tasks SET is_cancel_requested = TRUE, updated_at = :now "
        "WHERE task_id = :task_id AND status = 'running'",
        {"task_id": task_id, "now": now},
    )


def find(task_id: UUID) -> Script[TaskEnvelope]:
    """Read one task; raises `KeyError` where there is none."""
    rows = yield Statement("SELECT * FROM tasks WHERE task_id = :task_id", {"task_id": task_id})
    if not rows:
        raise KeyError(task_id)
    return envelope(rows[0])


def lock(task_id: UUID) -> Script[TaskEnvelope]:
    """Read one task and keep all others from changing it until the end of this transaction.

    Raises:
        KeyError: there is no such task.
    """
    rows = yield Statement(
        "UPDATE tasks SET fence = fence WHERE task_id = :task_id RETURNING *", {"task_id": task_id}
    )
    if not rows:
        raise KeyError(task_id)
    return envelope(rows[0])


def waiting_for_input(conversation_id: UUID) -> Script[TaskEnvelope | None]:
    """Read the task of a conversation whose question was asked last and is open."""
    rows = yield Statement(
        "SELECT * FROM tasks WHERE conversation_id = :conversation_id "
        "AND status = 'waiting_input' ORDER BY updated_at DESC LIMIT 1",
        {"conversation_id": conversation_id},
    )
    return envelope(rows[0]) if rows else None


def open_in_lane(lane: str) -> Script[Sequence[TaskEnvelope]]:
    """Read the tasks of a lane that have not ended, first one first."""
    rows = yield Statement(
        "SELECT * FROM tasks WHERE lane = :lane AND status IN "
        "('pending', 'running', 'waiting_input', 'waiting_external') ORDER BY lane_seq",
        {"lane": lane},
    )
    return [envelope(row) for row in rows]


def expire_leases(owner: str, now: datetime) -> Script[int]:
    """End the leases of an owner who is known to be gone; return how many there were."""
    rows = yield Statement(
        "UPDATE tasks SET lease_until = :now WHERE status = 'running' AND lease_owner = :owner "
        "RETURNING task_id",
        {"owner": owner, "now": now},
    )
    return len(rows)


def amend(task_id: UUID, goal: str, now: datetime) -> Script[bool]:
    """Give a task another goal; return False where work on it has begun."""
    rows = yield Statement(
        f"UPDATE tasks SET goal = :goal, updated_at = :now WHERE task_id = :task_id "  # noqa: S608
        f"AND attempt = 0 AND {_WAITING} RETURNING task_id",
        {"task_id": task_id, "goal": goal, "now": now},
    )
    return bool(rows)


def put_off_waiting(lane: str, not_before: datetime) -> Script[None]:
    """Let the tasks of a lane that nobody has begun wait until a moment."""
    yield Statement(
        f"UPDATE tasks SET not_before = :not_before WHERE lane = :lane AND attempt = 0 "  # noqa: S608
        f"AND {_WAITING}",
        {"lane": lane, "not_before": not_before},
    )


MOST_COLLECTED = 20


def collect(
    head: TaskEnvelope, now: datetime, *, until: Container[UUID] = ()
) -> Script[Sequence[TaskEnvelope]]:
    """Let a task answer, along with itself, what the same person said right after it.

    Takes the tasks that follow in its lane, up to the first of somebody else's, of another source
    or among `until`. They stay pending and end together with it.
    """
    rows = yield Statement(
        f"SELECT * FROM tasks WHERE lane = :lane AND {_WAITING} "  # noqa: S608
        "ORDER BY lane_seq LIMIT :most",
        {"lane": head.lane, "most": MOST_COLLECTED},
    )
    following = takewhile(partial(_belongs_to, head), (envelope(row) for row in rows))
    before = takewhile(lambda task: task.task_id not in until, following)
    collected = [task for task in before if task.lane_seq > head.lane_seq]
    for task in collected:
        yield Statement(
            "UPDATE tasks SET collected_by = :head, updated_at = :now WHERE task_id = :task_id",
            {"head": head.task_id, "task_id": task.task_id, "now": now},
        )
    return collected


def _belongs_to(head: TaskEnvelope, later: TaskEnvelope) -> bool:
    return (later.source, later.user_id) == (head.source, head.user_id)


def collected_by(head: UUID) -> Script[Sequence[TaskEnvelope]]:
    """Read the tasks that a task has collected and that have not ended, in their order."""
    rows = yield Statement(
        "SELECT * FROM tasks WHERE collected_by = :head AND status = 'pending' ORDER BY lane_seq",
        {"head": head},
    )
    return [envelope(row) for row in rows]


def end_collected(head: UUID, status: TaskStatus, now: datetime) -> Script[None]:
    """End what a task has collected as it ended itself."""
    check_transition(TaskStatus.PENDING, status)
    yield Statement(
        "UPDATE tasks SET status = :status, dispatch_reason = 'answered together with an earlier "
        "task', updated_at = :now WHERE collected_by = :head AND status = 'pending'",
        {"head": head, "status": status, "now": now},
    )
