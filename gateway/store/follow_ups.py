"""Scripts over follow-ups: what a task left open, until somebody closes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gateway.store.statement import Row, Script, Statement, insert


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Something that a task left open; it is reviewed after a moment, and then every so often."""

    follow_up_id: UUID
    user_id: str
    conversation_id: UUID
    task_id: UUID
    subject: str
    done_when: str
    next_review_after: datetime
    every: timedelta
    created_at: datetime
    reviews: int = 0


def _follow_up(row: Row) -> FollowUp:
    return FollowUp(
        follow_up_id=row.uuid("follow_up_id"),
        user_id=row.text("user_id"),
        conversation_id=row.uuid("conversation_id"),
        task_id=row.uuid("task_id"),
        subject=row.text("subject"),
        done_when=row.text("done_when"),
        next_review_after=row.time("next_review_after"),
        every=timedelta(seconds=row.integer("every_seconds")),
        created_at=row.time("created_at"),
        reviews=row.integer("reviews"),
    )


def add(new: FollowUp) -> Script[None]:
    """Store a follow-up; harmless where it is stored already."""
    yield insert(
        "follow_ups",
        {
            "follow_up_id": new.follow_up_id,
            "user_id": new.user_id,
            "conversation_id": new.conversation_id,
            "task_id": new.task_id,
            "subject": new.subject,
            "done_when": new.done_when,
            "next_review_after": new.next_review_after,
            "every_seconds": int(new.every.total_seconds()),
            "created_at": new.created_at,
        },
        on_conflict="ON CONFLICT (follow_up_id) DO NOTHING",
    )


def open_of(user_id: str) -> Script[Sequence[FollowUp]]:
    """Read what a person has left open, what is reviewed first at the top."""
    rows = yield Statement(
        "SELECT * FROM follow_ups WHERE user_id = :user_id AND closed_at IS NULL "
        "ORDER BY next_review_after, follow_up_id",
        {"user_id": user_id},
    )
    return [_follow_up(row) for row in rows]


def of_task(task_id: UUID, user_id: str) -> Script[Sequence[FollowUp]]:
    """Read what a person's task left open and nobody has closed."""
    return [one for one in (yield from open_of(user_id)) if one.task_id == task_id]


def due(user_id: str, now: datetime) -> Script[Sequence[FollowUp]]:
    """Read what is to be reviewed now."""
    return [one for one in (yield from open_of(user_id)) if one.next_review_after <= now]


def put_off(one: FollowUp, until: datetime) -> Script[bool]:
    """Let it be reviewed after another moment; False where it is closed."""
    rows = yield Statement(
        "UPDATE follow_ups SET next_review_after = :until, reviews = reviews + 1 "
        "WHERE follow_up_id = :follow_up_id AND closed_at IS NULL RETURNING follow_up_id",
        {"follow_up_id": one.follow_up_id, "until": until},
    )
    return bool(rows)


def close(one: FollowUp, outcome: str, now: datetime) -> Script[bool]:
    """Close it with what came of it; False where it was closed."""
    rows = yield Statement(
        "UPDATE follow_ups SET closed_at = :now, outcome = :outcome "
        "WHERE follow_up_id = :follow_up_id AND closed_at IS NULL RETURNING follow_up_id",
        {"follow_up_id": one.follow_up_id, "outcome": outcome, "now": now},
    )
    return bool(rows)


def forget(before: datetime) -> Script[None]:
    """Drop what was closed long ago."""
    yield Statement("DELETE FROM follow_ups WHERE closed_at < :before", {"before": before})
