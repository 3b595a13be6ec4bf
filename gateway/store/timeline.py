"""Scripts over the timeline: what happened to a task besides its steps, jobs and sends."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from gateway.store.statement import Script, Statement, document

EVENTS_PER_TASK = 200
EVENTS_IN_ALL = 200_000

ADD = """
INSERT INTO timeline_events (task_id, event_no, name, detail, created_at)
VALUES (:task_id,
    (SELECT COALESCE(MAX(event_no), 0) + 1 FROM timeline_events WHERE task_id = :task_id),
    :name, :detail, :now)
ON CONFLICT (task_id, event_no) DO NOTHING
"""

COUNT = "SELECT COALESCE(MAX(event_no), 0) AS n FROM timeline_events WHERE task_id = :task_id"


def add(task_id: UUID, name: str, detail: Mapping[str, object], now: datetime) -> Script[None]:
    """Note an event, unless the task has its full number of them."""
    rows = yield Statement(COUNT, {"task_id": task_id})
    if rows[0].integer("n") < EVENTS_PER_TASK:
        yield Statement(
            ADD, {"task_id": task_id, "name": name, "detail": document(detail), "now": now}
        )


def prune() -> Script[int]:
    """Drop the oldest events beyond the bound; return how many went."""
    rows = yield Statement(
        "DELETE FROM timeline_events WHERE event_seq <= "
        "(SELECT MAX(event_seq) FROM timeline_events) - :bound RETURNING event_seq",
        {"bound": EVENTS_IN_ALL},
    )
    return len(rows)
