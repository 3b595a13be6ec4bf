"""`crewdesk tasks`: the newest tasks, a line each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.cli.screen import Line, Style
from gateway.cli.words import age, excerpt, short_id
from gateway.envelope import TaskEnvelope
from gateway.lifecycle import TaskStatus
from gateway.store import history
from gateway.store.database import Database
from gateway.store.statement import Script

HEADINGS = ("id", "", "status", "source", "age", "who", "goal")
TRACKED = "*"
NOBODY = "-"
WHO_CHARACTERS = 20
GOAL_CHARACTERS = 60
_GAP = "  "
_STYLES = {
    TaskStatus.RUNNING: Style.GOOD,
    TaskStatus.WAITING_INPUT: Style.WARNING,
    TaskStatus.WAITING_EXTERNAL: Style.WARNING,
    TaskStatus.FAILED: Style.BAD,
    TaskStatus.CANCELLED: Style.QUIET,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskList:
    """Tasks, newest first, and the names of people by user id."""

    tasks: Sequence[TaskEnvelope]
    names: Mapping[str, str]


async def read_tasks(database: Database, status: TaskStatus | None, most: int | None) -> TaskList:
    """Read the newest tasks; `None` means any status, or all of them."""

    def script() -> Script[TaskList]:
        tasks = yield from history.newest(status, most)
        return TaskList(tasks=tasks, names=(yield from history.names()))

    return await database.transact("list_tasks", script)


def table(listed: TaskList, now: datetime) -> list[Line]:
    """Lay tasks out in columns under a heading."""
    if not listed.tasks:
        return [Line(text="no tasks")]
    rows = [HEADINGS, *(_cells(task, listed.names, now) for task in listed.tasks)]
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    styles = [Style.HEADING, *(_STYLES.get(task.status, Style.PLAIN) for task in listed.tasks)]
    return [
        Line(text=_aligned(row, widths), style=style)
        for row, style in zip(rows, styles, strict=True)
    ]


def as_json(listed: TaskList) -> str:
    """Write tasks for machines, with their whole ids and goals."""
    rows = [
        {
            "task_id": str(task.task_id),
            "status": task.status,
            "source": task.source,
            "priority": task.priority.name.lower(),
            "created_at": task.created_at.isoformat(),
            "who": listed.names.get(task.user_id, ""),
            "goal": task.goal,
            "attempt": task.attempt,
            "is_tracked": task.is_tracked,
        }
        for task in listed.tasks
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _cells(task: TaskEnvelope, names: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    return (
        short_id(task.task_id),
        TRACKED if task.is_tracked else "",
        task.status,
        task.source,
        age(now - task.created_at),
        excerpt(names.get(task.user_id, ""), WHO_CHARACTERS) or NOBODY,
        excerpt(task.goal, GOAL_CHARACTERS),
    )


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
    )
    return _GAP.join(padded).rstrip()


def _width(cell: str) -> int:
    """Return how many columns a text takes on a terminal."""
    from rich.cells import cell_len  # noqa: PLC0415 - `up` imports this module, and needs no rich

    return cell_len(cell)
