"""`crewdesk task ID`: one task, found by the beginning of its id, and what happened to it."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from gateway.cli.outcome import CommandFailed
from gateway.cli.screen import Line, Style
from gateway.cli.story import Entry, EntryKind, story
from gateway.cli.tasks import NOBODY
from gateway.cli.words import excerpt, seconds
from gateway.envelope import TaskEnvelope
from gateway.store import history, overview
from gateway.store.database import Database
from gateway.store.history import TaskRecord

LEAST_DIGITS = 4
_ID_DIGITS = 32  # hexadecimal, of a UUID
_PREFIX = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},{_ID_DIGITS}}}")
_GOAL_CHARACTERS = 500
_KIND_WIDTH = max(len(kind) for kind in EntryKind)
_STYLES = {EntryKind.ATTEMPT: Style.QUIET, EntryKind.END: Style.HEADING}


async def read_task(database: Database, prefix: str) -> TaskRecord:
    """Read the one task whose id begins like this; dashes and case do not matter.

    Raises:
        CommandFailed: there is none, or several.
    """
    digits = prefix.lower().replace("-", "")
    if _PREFIX.fullmatch(digits) is None:
        raise CommandFailed(
            f"{prefix!r} is no task id: give at least its first {LEAST_DIGITS} digits"
        )
    first, last = UUID(hex=digits.ljust(_ID_DIGITS, "0")), UUID(hex=digits.ljust(_ID_DIGITS, "f"))
    found = await database.transact(
        "find_task", lambda: overview.tasks_between(first, last, None, 2)
    )
    task = _only(found, prefix)
    return await database.transact("read_task", lambda: history.record(task.task_id))


def _only(found: Sequence[TaskEnvelope], prefix: str) -> TaskEnvelope:
    if not found:
        raise CommandFailed(f"there is no task {prefix}; `crewdesk tasks` lists them")
    if len(found) > 1:
        raise CommandFailed(f"several tasks begin with {prefix}: give more digits")
    return found[0]


def page(record: TaskRecord) -> list[Line]:
    """Lay a task out: its envelope, then what happened, with seconds since it was accepted."""
    return [*_head(record), Line(text=""), *(_entry_line(one, record) for one in story(record))]


def as_json(record: TaskRecord) -> str:
    """Write all that is recorded for machines: the rows as they are, and the story in words."""
    entries = [asdict(entry) for entry in story(record)]
    priority = record.task.priority.name.lower()
    tree = {**asdict(record), "story": entries}
    tree["task"]["priority"] = priority
    return json.dumps(tree, ensure_ascii=False, indent=2, default=_as_text)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _head(record: TaskRecord) -> list[Line]:
    task = record.task
    facts = {
        "task": str(task.task_id),
        "status": f"{task.status}, attempt {task.attempt}",
        "from": excerpt(record.person) or NOBODY,
        "created": f"{task.created_at:%Y-%m-%d %H:%M:%S} UTC",
        "reason": excerpt(task.dispatch_reason),
        "worker": task.assigned_worker_id,
        "goal": excerpt(task.goal, _GOAL_CHARACTERS),
    }
    return [Line(text=f"{name:<9}{fact}") for name, fact in facts.items() if fact]


def _entry_line(entry: Entry, record: TaskRecord) -> Line:
    since = f"+{seconds(entry.at - record.task.created_at)}"
    indent = "    " * entry.depth
    text = f"{since:>12}  {indent}{entry.kind:<{_KIND_WIDTH}}  {entry.text}"
    return Line(text=text, style=_STYLES.get(entry.kind, Style.PLAIN))
