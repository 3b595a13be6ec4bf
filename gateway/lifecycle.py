"""The life of a task: its statuses and the one table of legal transitions."""

from enum import StrEnum


class TaskStatus(StrEnum):
    """Where a task stands."""

    PENDING = "pending"  # waits for its turn
    RUNNING = "running"  # somebody holds its lease
    WAITING_INPUT = "waiting_input"  # a question to a person is open
    WAITING_EXTERNAL = "waiting_external"  # a worker outside the process is busy
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.PENDING: frozenset(
        {
            TaskStatus.RUNNING,
            TaskStatus.COMPLETED,  # answered together with an earlier task of its conversation
            TaskStatus.CANCELLED,
            TaskStatus.FAILED,
        }
    ),
    TaskStatus.RUNNING: frozenset(
        {
            TaskStatus.PENDING,
            TaskStatus.WAITING_INPUT,
            TaskStatus.WAITING_EXTERNAL,
            TaskStatus.COMPLETED,
            TaskStatus.FAILED,
            TaskStatus.CANCELLED,
        }
    ),
    TaskStatus.WAITING_INPUT: frozenset(
        {TaskStatus.PENDING, TaskStatus.CANCELLED, TaskStatus.FAILED}
    ),
    TaskStatus.WAITING_EXTERNAL: frozenset(
        {TaskStatus.PENDING, TaskStatus.CANCELLED, TaskStatus.FAILED}
    ),
    TaskStatus.COMPLETED: frozenset(),
    TaskStatus.FAILED: frozenset(),
    TaskStatus.CANCELLED: frozenset(),
}

TERMINAL = frozenset(status for status, targets in TRANSITIONS.items() if not targets)
WAITING = frozenset({TaskStatus.WAITING_INPUT, TaskStatus.WAITING_EXTERNAL})


class IllegalTransitionError(ValueError):
    """A task cannot go from one status to another."""

    def __init__(self, before: TaskStatus, after: TaskStatus) -> None:
        super().__init__(f"a task that is {before} cannot become {after}")
        self.before = before
        self.after = after


def check_transition(before: TaskStatus, after: TaskStatus) -> None:
    """Raise `IllegalTransitionError` unless the table allows this step."""
    if after not in TRANSITIONS[before]:
        raise IllegalTransitionError(before, after)


def sources(after: TaskStatus) -> tuple[TaskStatus, ...]:
    """Return the statuses from which `after` can be reached, in the order of the table."""
    return tuple(before for before, targets in TRANSITIONS.items() if after in targets)
