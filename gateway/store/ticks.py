"""Scripts over due instants: which schedules are due, and what came of each instant.

Two things keep an instant from firing twice: `ADVANCE` moves a schedule on only from where it was
seen to stand, and the unique index over ticks takes an instant once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from gateway.lifecycle import TaskStatus
from gateway.store.schedules import Schedule, schedule
from gateway.store.statement import Row, Script, Statement, insert


class TickState(StrEnum):
    """What came of a due instant."""

    FIRED = "fired"
    SKIPPED = "skipped"


class TickReason(StrEnum):
    """Why an instant was skipped, or fired besides its time."""

    NONE = ""
    MISSED = "missed"
    OVERLAP = "overlap"
    PAUSED = "paused"
    FULL = "full"  # as many runs wait as may
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTick:
    """A due instant, or `instants` of them from `due_at` to `last_due_at` skipped alike."""

    schedule_id: UUID
    due_at: datetime
    last_due_at: datetime
    state: TickState
    instants: int = 1
    reason: TickReason = TickReason.NONE
    task_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A tick as it is stored, with how its run stands, if it has one."""

    due_at: datetime
    last_due_at: datetime
    instants: int
    state: TickState
    reason: TickReason
    task_id: UUID | None
    status: TaskStatus | None
    dispatch_reason: str


DUE = """
SELECT * FROM schedules WHERE next_fire_at IS NOT NULL AND next_fire_at <= :now
ORDER BY next_fire_at LIMIT :most
"""


def due(now: datetime, most: int) -> Script[Sequence[Schedule]]:
    """Read the schedules whose time has come, the longest overdue first."""
    rows = yield Statement(DUE, {"now": now, "most": most})
    return [schedule(row) for row in rows]


def nearest() -> Script[datetime | None]:
    """Read when the next schedule is due; None where none is."""
    rows = yield Statement(
        "SELECT next_fire_at FROM schedules WHERE next_fire_at IS NOT NULL "
        "ORDER BY next_fire_at LIMIT 1",
        {},
    )
    return rows[0].time("next_fire_at") if rows else None


ADVANCE = """
UPDATE schedules SET next_fire_at = :next_fire_at, looked_at = :now
WHERE schedule_id = :schedule_id AND next_fire_at = :expected
RETURNING schedule_id
"""


def advance(seen: Schedule, next_fire_at: datetime | None, now: datetime) -> Script[bool]:
    """Move a schedule on; False where somebody else has done so since it was seen."""
    rows = yield Statement(
        ADVANCE,
        {
            "schedule_id": seen.schedule_id,
            "expected": seen.next_fire_at,
            "next_fire_at": next_fire_at,
            "now": now,
        },
    )
    return bool(rows)


# What a clock ahead of this one has skipped may still come, as long as it has not fired.
RECORD_CONFLICT = """
ON CONFLICT (schedule_id, due_at) DO UPDATE SET last_due_at = excluded.last_due_at,
    instants = excluded.instants, state = excluded.state, reason = excluded.reason,
    task_id = excluded.task_id, created_at = excluded.created_at
WHERE schedule_ticks.state = 'skipped' AND schedule_ticks.created_at > excluded.created_at
"""


def record(tick: NewTick, now: datetime) -> Script[bool]:
    """Store what came of an instant; False where that was stored before."""
    rows = yield insert(
        "schedule_ticks",
        {
            "schedule_id": tick.schedule_id,
            "due_at": tick.due_at,
            "last_due_at": tick.last_due_at,
            "instants": tick.instants,
            "state": tick.state,
            "reason": tick.reason,
            "task_id": tick.task_id,
            "created_at": now,
        },
        on_conflict=RECORD_CONFLICT,
        returning="schedule_id",
    )
    return bool(rows)


def computed_later_than(moment: datetime, most: int) -> Script[Sequence[Schedule]]:
    """Read schedules that were looked at by a clock that showed a later time than this."""
    rows = yield Statement(
        "SELECT * FROM schedules WHERE next_fire_at IS NOT NULL AND looked_at > :moment "
        "ORDER BY schedule_id LIMIT :most",
        {"moment": moment, "most": most},
    )
    return [schedule(row) for row in rows]


HISTORY = """
SELECT k.*, COALESCE(t.status, '') AS status, COALESCE(t.dispatch_reason, '') AS dispatch_reason
FROM schedule_ticks AS k
LEFT JOIN tasks AS t ON t.task_id = k.task_id
WHERE k.schedule_id = :schedule_id AND k.last_due_at >= :since
ORDER BY k.due_at DESC LIMIT :most
"""


def history(schedule_id: UUID, since: datetime, most: int) -> Script[Sequence[Tick]]:
    """Read what came of a schedule's instants, the newest first."""
    rows = yield Statement(HISTORY, {"schedule_id": schedule_id, "since": since, "most": most})
    return [_tick(row) for row in rows]


def _tick(row: Row) -> Tick:
    status = row.text("status")
    return Tick(
        due_at=row.time("due_at"),
        last_due_at=row.time("last_due_at"),
        instants=row.integer("instants"),
        state=TickState(row.text("state")),
        reason=TickReason(row.text("reason")),
        task_id=row.uuid_or_none("task_id"),
        status=TaskStatus(status) if status else None,
        dispatch_reason=row.text("dispatch_reason"),
    )


NEWEST_IN_LANE = """
SELECT status FROM tasks WHERE lane = :lane ORDER BY lane_seq DESC LIMIT :most
"""


def count_open_runs(lane: str, most: int) -> Script[int]:
    """Count the runs that have not ended, among the `most` newest of a schedule."""
    rows = yield Statement(NEWEST_IN_LANE, {"lane": lane, "most": most})
    ended = {TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED}
    return sum(1 for row in rows if TaskStatus(row.text("status")) not in ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCosts:
    """What the runs of a schedule have used so far."""

    runs: int
    calls: int
    input_tokens: int
    output_tokens: int


COSTS = """
SELECT COUNT(DISTINCT k.task_id) AS runs, COUNT(u.usage_id) AS calls,
    CAST(COALESCE(SUM(u.input_tokens), 0) AS BIGINT) AS input_tokens,
    CAST(COALESCE(SUM(u.output_tokens), 0) AS BIGINT) AS output_tokens
FROM schedule_ticks AS k LEFT JOIN usage AS u ON u.task_id = k.task_id
WHERE k.schedule_id = :schedule_id AND k.task_id IS NOT NULL AND k.due_at >= :since
"""


def costs(schedule_id: UUID, since: datetime) -> Script[RunCosts]:
    """Add up what the runs since a moment have used."""
    rows = yield Statement(COSTS, {"schedule_id": schedule_id, "since": since})
    return RunCosts(
        runs=rows[0].integer("runs"),
        calls=rows[0].integer("calls"),
        input_tokens=rows[0].integer("input_tokens"),
        output_tokens=rows[0].integer("output_tokens"),
    )


def forget(before: datetime) -> Script[int]:
    """Drop what came of instants long ago; return how many rows there were."""
    rows = yield Statement(
        "DELETE FROM schedule_ticks WHERE created_at < :before RETURNING tick_id",
        {"before": before},
    )
    return len(rows)
