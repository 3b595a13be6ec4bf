"""Scripts over schedules and the conversations that their runs speak to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from gateway.envelope import Priority
from gateway.store.conversations import Conversation, conversation
from gateway.store.statement import Row, Script, Statement, Value, insert


class ScheduleKind(StrEnum):
    """How the text of a schedule is read."""

    ONCE = "once"  # a moment: 2026-01-05T12:00:00+00:00
    INTERVAL = "interval"  # a span since the schedule was made: 30m, 1h30m
    DAILY = "daily"  # a time of day: 09:00
    CRON = "cron"  # a line as crontab(5) has it, or a name such as @daily


class MissedPolicy(StrEnum):
    """What to do about instants at which nobody looked at the clock."""

    SKIP = "skip"
    LATEST = "latest"  # the newest one in the window fires, late
    ALL = "all"  # each one in the window fires, late


class OverlapPolicy(StrEnum):
    """What to do about an instant at which the run before has not ended."""

    SKIP = "skip"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Something that is to be done at certain times.

    `looked_at` is when `next_fire_at` was computed; a clock that shows an earlier time was set
    back. An ended schedule is kept for the record only.
    """

    schedule_id: UUID
    user_id: str
    kind: ScheduleKind
    timing: str
    time_zone: str
    goal: str
    priority: Priority
    model: str
    soul: str
    missed: MissedPolicy
    window: timedelta
    overlap: OverlapPolicy
    until: datetime | None
    is_paused: bool
    pause_reason: str
    failures: int  # in a row
    next_fire_at: datetime | None
    looked_at: datetime
    ended_at: datetime | None
    created_at: datetime

    @property
    def lane(self) -> str:
        """The lane of its runs: one at a time."""
        return f"schedule:{self.schedule_id}"


def schedule(row: Row) -> Schedule:
    """Read a schedule; an unknown kind or policy is an error."""
    return Schedule(
        schedule_id=row.uuid("schedule_id"),
        user_id=row.text("user_id"),
        kind=ScheduleKind(row.text("kind")),
        timing=row.text("timing"),
        time_zone=row.text("time_zone"),
        goal=row.text("goal"),
        priority=Priority(row.integer("priority")),
        model=row.text("model"),
        soul=row.text("soul"),
        missed=MissedPolicy(row.text("missed")),
        window=timedelta(seconds=row.integer("window_seconds")),
        overlap=OverlapPolicy(row.text("overlap")),
        until=row.time_or_none("until"),
        is_paused=row.flag("is_paused"),
        pause_reason=row.text("pause_reason"),
        failures=row.integer("failures"),
        next_fire_at=row.time_or_none("next_fire_at"),
        looked_at=row.time("looked_at"),
        ended_at=row.time_or_none("ended_at"),
        created_at=row.time("created_at"),
    )


def add(new: Schedule, targets: Sequence[UUID]) -> Script[bool]:
    """Store a schedule with its targets; False where it is stored already."""
    rows = yield insert(
        "schedules",
        {
            "schedule_id": new.schedule_id,
            "user_id": new.user_id,
            "kind": new.kind,
            "timing": new.timing,
            "time_zone": new.time_zone,
            "goal": new.goal,
            "priority": int(new.priority),
            "model": new.model,
            "soul": new.soul,
            "missed": new.missed,
            "window_seconds": int(new.window.total_seconds()),
            "overlap": new.overlap,
            "until": new.until,
            "next_fire_at": new.next_fire_at,
            "looked_at": new.looked_at,
            "created_at": new.created_at,
        },
        on_conflict="ON CONFLICT (schedule_id) DO NOTHING",
        returning="schedule_id",
    )
    for conversation_id in targets:
        yield from subscribe(new.schedule_id, conversation_id)
    return bool(rows)


def subscribe(schedule_id: UUID, conversation_id: UUID) -> Script[bool]:
    """Let one more conversation get what the runs say; False where it does already."""
    rows = yield insert(
        "schedule_targets",
        {"schedule_id": schedule_id, "conversation_id": conversation_id},
        on_conflict="ON CONFLICT (schedule_id, conversation_id) DO NOTHING",
        returning="target_id",
    )
    return bool(rows)


def unsubscribe(schedule_id: UUID, conversation_id: UUID) -> Script[bool]:
    """Take a conversation off; False where it was not on."""
    rows = yield Statement(
        "DELETE FROM schedule_targets WHERE schedule_id = :schedule_id "
        "AND conversation_id = :conversation_id RETURNING target_id",
        {"schedule_id": schedule_id, "conversation_id": conversation_id},
    )
    return bool(rows)


def targets(schedule_id: UUID) -> Script[Sequence[Conversation]]:
    """Read the conversations that get what the runs say, the first one first."""
    rows = yield Statement(
        "SELECT c.* FROM schedule_targets AS t "
        "JOIN conversations AS c ON c.conversation_id = t.conversation_id "
        "WHERE t.schedule_id = :schedule_id ORDER BY t.target_id",
        {"schedule_id": schedule_id},
    )
    return [conversation(row) for row in rows]


def find(schedule_id: UUID) -> Script[Schedule | None]:
    """Read one schedule, also one that has ended."""
    rows = yield Statement(
        "SELECT * FROM schedules WHERE schedule_id = :schedule_id", {"schedule_id": schedule_id}
    )
    return schedule(rows[0]) if rows else None


def active(user_id: str | None) -> Script[Sequence[Schedule]]:
    """Read the schedules that have not ended, oldest first; of one person, or of all."""
    owner = "" if user_id is None else "AND user_id = :user_id"
    parameters: dict[str, Value] = {} if user_id is None else {"user_id": user_id}
    rows = yield Statement(
        f"SELECT * FROM schedules WHERE ended_at IS NULL {owner} ORDER BY created_at, schedule_id",  # noqa: S608 - constants
        parameters,
    )
    return [schedule(row) for row in rows]


def count_active(user_id: str) -> Script[int]:
    """Count a person's schedules that have not ended."""
    rows = yield Statement(
        "SELECT COUNT(*) AS n FROM schedules WHERE user_id = :user_id AND ended_at IS NULL",
        {"user_id": user_id},
    )
    return rows[0].integer("n")


def between(first: UUID, last: UUID, user_id: str | None, most: int) -> Script[Sequence[Schedule]]:
    """Read the schedules that have not ended and whose ids lie between two, both included."""
    owner = "" if user_id is None else "AND user_id = :user_id"
    parameters: dict[str, Value] = {} if user_id is None else {"user_id": user_id}
    rows = yield Statement(
        "SELECT * FROM schedules WHERE schedule_id >= :first AND schedule_id <= :last "  # noqa: S608 - constants
        f"AND ended_at IS NULL {owner} ORDER BY schedule_id LIMIT :most",
        {"first": first, "last": last, "most": most, **parameters},
    )
    return [schedule(row) for row in rows]


def pause(schedule_id: UUID, reason: str) -> Script[bool]:
    """Pause a schedule; its instants are skipped from now on. False where it was paused."""
    rows = yield Statement(
        "UPDATE schedules SET is_paused = TRUE, pause_reason = :reason "
        "WHERE schedule_id = :schedule_id AND is_paused = FALSE RETURNING schedule_id",
        {"schedule_id": schedule_id, "reason": reason},
    )
    return bool(rows)


def resume(schedule_id: UUID) -> Script[bool]:
    """Let a paused schedule fire again, its failures forgotten; False where it was not paused."""
    rows = yield Statement(
        "UPDATE schedules SET is_paused = FALSE, pause_reason = '', failures = 0 "
        "WHERE schedule_id = :schedule_id AND is_paused = TRUE RETURNING schedule_id",
        {"schedule_id": schedule_id},
    )
    return bool(rows)


def end(schedule_id: UUID, now: datetime) -> Script[bool]:
    """End a schedule: it fires no more; False where it had ended."""
    rows = yield Statement(
        "UPDATE schedules SET ended_at = :now, next_fire_at = NULL "
        "WHERE schedule_id = :schedule_id AND ended_at IS NULL RETURNING schedule_id",
        {"schedule_id": schedule_id, "now": now},
    )
    return bool(rows)


def delete(schedule_id: UUID, now: datetime) -> Script[None]:
    """End a schedule at a person's word: what still runs of it says nothing any more."""
    yield from end(schedule_id, now)
    yield Statement(
        "DELETE FROM schedule_targets WHERE schedule_id = :schedule_id",
        {"schedule_id": schedule_id},
    )


def set_failures(schedule_id: UUID, failures: int) -> Script[None]:
    """Store how many runs in a row have failed."""
    yield Statement(
        "UPDATE schedules SET failures = :failures WHERE schedule_id = :schedule_id",
        {"schedule_id": schedule_id, "failures": failures},
    )


def fire_again(schedule_id: UUID, timing: str, at: datetime, now: datetime) -> Script[None]:
    """Let a schedule that fires once do so again at another moment."""
    yield Statement(
        "UPDATE schedules SET timing = :timing, next_fire_at = :at, looked_at = :now, "
        "ended_at = NULL, is_paused = FALSE WHERE schedule_id = :schedule_id",
        {"schedule_id": schedule_id, "timing": timing, "at": at, "now": now},
    )


LAST_REMINDER = """
SELECT s.* FROM schedules AS s
JOIN schedule_targets AS g ON g.schedule_id = s.schedule_id
JOIN schedule_ticks AS k ON k.schedule_id = s.schedule_id
JOIN tasks AS t ON t.task_id = k.task_id
WHERE s.user_id = :user_id AND s.kind = 'once' AND g.conversation_id = :conversation_id
  AND t.status = 'completed'
ORDER BY t.updated_at DESC, k.tick_id DESC LIMIT 1
"""


def last_reminder(user_id: str, conversation_id: UUID) -> Script[Schedule | None]:
    """Read the person's schedule of one moment that spoke last in a conversation."""
    rows = yield Statement(LAST_REMINDER, {"user_id": user_id, "conversation_id": conversation_id})
    return schedule(rows[0]) if rows else None
