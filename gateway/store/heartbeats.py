"""Scripts over heartbeats: who has one, what is watched, what is known, and what a look found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.store.statement import Row, Script, Statement, insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Somebody's heartbeat; switched off where `next_look_at` is None."""

    user_id: str
    conversation_id: UUID
    active_hours: str
    next_look_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a look came upon.

    A `is_state` finding is how something stands now: it is news when it differs from the last one
    of its source, and not where it is the first. Any other is news once.
    """

    source: str
    fingerprint: str
    title: str
    url: str = ""
    is_state: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One look: when, how many findings were news, and the task that tells of them."""

    looked_at: datetime
    findings: int
    task_id: UUID | None


def _heartbeat(row: Row) -> Heartbeat:
    return Heartbeat(
        user_id=row.text("user_id"),
        conversation_id=row.uuid("conversation_id"),
        active_hours=row.text("active_hours"),
        next_look_at=row.time_or_none("next_look_at"),
    )


def put(one: Heartbeat) -> Script[None]:
    """Store how somebody's heartbeat shall be."""
    yield insert(
        "heartbeats",
        {
            "user_id": one.user_id,
            "conversation_id": one.conversation_id,
            "active_hours": one.active_hours,
            "next_look_at": one.next_look_at,
        },
        on_conflict="ON CONFLICT (user_id) DO UPDATE SET "
        "conversation_id = excluded.conversation_id, active_hours = excluded.active_hours, "
        "next_look_at = excluded.next_look_at",
    )


def find(user_id: str) -> Script[Heartbeat | None]:
    """Read somebody's heartbeat; None where they never had one."""
    rows = yield Statement(
        "SELECT * FROM heartbeats WHERE user_id = :user_id", {"user_id": user_id}
    )
    return _heartbeat(rows[0]) if rows else None


def nearest() -> Script[Heartbeat | None]:
    """Read whose turn it is next; None where all are switched off."""
    rows = yield Statement(
        "SELECT * FROM heartbeats WHERE next_look_at IS NOT NULL ORDER BY next_look_at LIMIT 1", {}
    )
    return _heartbeat(rows[0]) if rows else None


def claim(one: Heartbeat, next_look_at: datetime) -> Script[bool]:
    """Move a heartbeat on from where it was seen; False where somebody else has done so."""
    rows = yield Statement(
        "UPDATE heartbeats SET next_look_at = :next_look_at "
        "WHERE user_id = :user_id AND next_look_at = :expected RETURNING user_id",
        {"user_id": one.user_id, "expected": one.next_look_at, "next_look_at": next_look_at},
    )
    return bool(rows)


def watch(user_id: str, subject: str) -> Script[bool]:
    """Watch a page or file; False where it is watched already."""
    rows = yield insert(
        "heartbeat_watches",
        {"user_id": user_id, "subject": subject},
        on_conflict="ON CONFLICT (user_id, subject) DO NOTHING",
        returning="watch_id",
    )
    return bool(rows)


def drop(user_id: str, subject: str) -> Script[bool]:
    """Watch something no more; False where it was not watched."""
    rows = yield Statement(
        "DELETE FROM heartbeat_watches WHERE user_id = :user_id AND subject = :subject "
        "RETURNING watch_id",
        {"user_id": user_id, "subject": subject},
    )
    yield Statement(
        "DELETE FROM heartbeat_marks WHERE user_id = :user_id AND source = :source",
        {"user_id": user_id, "source": f"watch:{subject}"},
    )
    return bool(rows)


def watches(user_id: str) -> Script[Sequence[str]]:
    """Read what somebody watches, in the order in which they asked for it."""
    rows = yield Statement(
        "SELECT subject FROM heartbeat_watches WHERE user_id = :user_id ORDER BY watch_id",
        {"user_id": user_id},
    )
    return [row.text("subject") for row in rows]


def is_news(user_id: str, finding: Finding, now: datetime) -> Script[bool]:
    """Remember a finding; return whether it is news."""
    key = {"user_id": user_id, "source": finding.source}
    before: Sequence[Row] = []
    if finding.is_state:
        before = yield Statement(
            "DELETE FROM heartbeat_marks WHERE user_id = :user_id AND source = :source "
            "RETURNING fingerprint",
            key,
        )
    rows = yield insert(
        "heartbeat_marks",
        {**key, "fingerprint": finding.fingerprint, "created_at": now},
        on_conflict="ON CONFLICT (user_id, source, fingerprint) DO NOTHING",
        returning="fingerprint",
    )
    if finding.is_state:
        return any(row.text("fingerprint") != finding.fingerprint for row in before)
    return bool(rows)


def record(user_id: str, receipt: Receipt) -> Script[None]:
    """Write down that somebody's checklist was looked through."""
    yield insert(
        "heartbeat_receipts",
        {
            "user_id": user_id,
            "looked_at": receipt.looked_at,
            "findings": receipt.findings,
            "task_id": receipt.task_id,
        },
    )


def last_receipt(user_id: str) -> Script[Receipt | None]:
    """Read what the last look found."""
    rows = yield Statement(
        "SELECT * FROM heartbeat_receipts WHERE user_id = :user_id "
        "ORDER BY looked_at DESC, receipt_id DESC LIMIT 1",
        {"user_id": user_id},
    )
    if not rows:
        return None
    return Receipt(
        looked_at=rows[0].time("looked_at"),
        findings=rows[0].integer("findings"),
        task_id=rows[0].uuid_or_none("task_id"),
    )


def open_questions(user_id: str, before: datetime) -> Script[Sequence[Finding]]:
    """Read the tasks that have waited for the person's answer since before a moment."""
    rows = yield Statement(
        "SELECT task_id, goal, updated_at FROM tasks WHERE user_id = :user_id "
        "AND status = 'waiting_input' AND updated_at <= :before ORDER BY updated_at",
        {"user_id": user_id, "before": before},
    )
    return [
        Finding(
            source="task",
            fingerprint=str(row.uuid("task_id")),
            title=f"A question about this is open: {row.text('goal')[:200]}",
        )
        for row in rows
    ]


def forget(before: datetime) -> Script[None]:
    """Drop receipts, and findings that are news once, from long ago."""
    yield Statement("DELETE FROM heartbeat_receipts WHERE looked_at < :before", {"before": before})
    yield Statement(
        "DELETE FROM heartbeat_marks WHERE created_at < :before AND source NOT LIKE 'watch:%'",
        {"before": before},
    )
