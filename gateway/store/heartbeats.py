"""Scripts over heartbeats: who has one, what is watched, what is known, and what a look found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gateway.store.schedules import OPEN_RUN
from gateway.store.statement import Row, Script, Statement, insert

RENEWED_AFTER = timedelta(days=1)  # how old a mark gets before it is dated anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Somebody's heartbeat; switched off where `next_look_at` is None."""

    user_id: str
    conversation_id: UUID
    active_hours: str
    next_look_at: datetime | None
    every: timedelta = timedelta(minutes=30)


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
        every=timedelta(seconds=row.integer("every_seconds")),
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
            "every_seconds": int(one.every.total_seconds()),
        },
        on_conflict="ON CONFLICT (user_id) DO UPDATE SET "
        "conversation_id = excluded.conversation_id, active_hours = excluded.active_hours, "
        "next_look_at = excluded.next_look_at, every_seconds = excluded.every_seconds",
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


def later_than(moment: datetime) -> Script[Sequence[Heartbeat]]:
    """Read the heartbeats whose next look comes after a moment."""
    rows = yield Statement(
        "SELECT * FROM heartbeats WHERE next_look_at > :moment ORDER BY next_look_at",
        {"moment": moment},
    )
    return [_heartbeat(row) for row in rows]


def move(one: Heartbeat, next_look_at: datetime) -> Script[bool]:
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
    if not rows:  # still there: what is forgotten is what was not seen for long
        yield Statement(
            "UPDATE heartbeat_marks SET created_at = :now WHERE user_id = :user_id AND "
            "source = :source AND fingerprint = :fingerprint AND created_at < :stale",
            {**key, "fingerprint": finding.fingerprint, "now": now, "stale": now - RENEWED_AFTER},
        )
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often somebody's checklist was looked through since a moment, and with what result."""

    looks: int
    for_nothing: int  # without any model call, since nothing was new
    findings: int


def tally(user_id: str, since: datetime) -> Script[Tally]:
    """Count the looks since a moment."""
    rows = yield Statement(
        "SELECT COUNT(*) AS looks, COUNT(task_id) AS told, "
        "CAST(COALESCE(SUM(findings), 0) AS BIGINT) AS findings "
        "FROM heartbeat_receipts WHERE user_id = :user_id AND looked_at >= :since",
        {"user_id": user_id, "since": since},
    )
    looks = rows[0].integer("looks")
    return Tally(
        looks=looks,
        for_nothing=looks - rows[0].integer("told"),
        findings=rows[0].integer("findings"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A look that found something: when, and the titles of what was new."""

    looked_at: datetime
    titles: tuple[str, ...]


FOUND = """
SELECT r.looked_at, t.payload FROM heartbeat_receipts AS r
JOIN tasks AS t ON t.task_id = r.task_id
WHERE r.user_id = :user_id ORDER BY r.looked_at DESC, r.receipt_id DESC LIMIT :most
"""


def found_last(user_id: str, most: int) -> Script[Sequence[Found]]:
    """Read what the newest looks that found something have found."""
    rows = yield Statement(FOUND, {"user_id": user_id, "most": most})
    return [
        Found(looked_at=row.time("looked_at"), titles=_titles(row.json("payload"))) for row in rows
    ]


def _titles(payload: Mapping[str, object]) -> tuple[str, ...]:
    findings = payload.get("findings")
    if not isinstance(findings, list):
        return ()
    return tuple(str(one.get("title", "")) for one in findings if isinstance(one, dict))


OVERDUE = f"""
SELECT * FROM schedules WHERE user_id = :user_id AND kind = 'once' AND ended_at IS NULL
  AND next_fire_at IS NULL AND is_paused = FALSE AND looked_at <= :before
  AND NOT EXISTS ({OPEN_RUN}) ORDER BY created_at
"""  # noqa: S608 - constants


def overdue_reminders(user_id: str, before: datetime) -> Script[Sequence[Finding]]:
    """Read the reminders that were due before a moment and have not arrived."""
    rows = yield Statement(OVERDUE, {"user_id": user_id, "before": before})
    return [
        Finding(
            source="reminder",
            fingerprint=f"{row.uuid('schedule_id')}@{row.text('timing')}"[:64],
            title=f"A reminder was due and could not be given: {row.text('goal')[:200]}",
        )
        for row in rows
    ]


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
