"""The inbox as a few lists in memory: simple enough to be right by reading it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.envelope import Priority
from gateway.inbox import AGED_AFTER
from gateway.lifecycle import TERMINAL, TaskStatus
from tests.contract.inbox.kit import LEASE


@dataclass(slots=True, kw_only=True)
class ModelTask:
    """A task as the model knows it."""

    event_key: str
    lane: str
    lane_seq: int
    priority: Priority
    created_at: datetime
    status: TaskStatus = TaskStatus.PENDING
    fence: int = 0
    lease_until: datetime | None = None
    not_before: datetime | None = None
    is_cancel_requested: bool = False

    @property
    def state(self) -> tuple[str, int, int, bool]:
        """What must be found in the database."""
        return (self.status, self.fence, self.lane_seq, self.is_cancel_requested)


@dataclass(slots=True)
class ModelInbox:
    """What the inbox should hold after each of its methods."""

    tasks: dict[str, ModelTask] = field(default_factory=dict)

    def submit(self, event_key: str, lane: str, priority: Priority, now: datetime) -> bool:
        """Add a task at the end of its lane, once."""
        if event_key in self.tasks:
            return False
        place = 1 + max((task.lane_seq for task in self.in_lane(lane)), default=0)
        self.tasks[event_key] = ModelTask(
            event_key=event_key, lane=lane, lane_seq=place, priority=priority, created_at=now
        )
        return True

    def in_lane(self, lane: str) -> list[ModelTask]:
        """Return the tasks of a lane."""
        return [task for task in self.tasks.values() if task.lane == lane]

    def next_ones(self, now: datetime) -> set[str]:
        """Return the tasks that may be claimed next; several only where they are equal."""
        ranks = {
            task.event_key: self._rank(task, now)
            for task in self.tasks.values()
            if self._is_claimable(task, now)
        }
        first = min(ranks.values(), default=None)
        return {key for key, rank in ranks.items() if rank == first}

    def _rank(self, task: ModelTask, now: datetime) -> tuple[int, datetime, int]:
        level = task.priority - (1 if task.created_at <= now - AGED_AFTER else 0)
        return level, task.created_at, task.lane_seq

    def _is_claimable(self, task: ModelTask, now: datetime) -> bool:
        if task.status is TaskStatus.RUNNING:
            return not self.is_held(task, now)
        if task.status is not TaskStatus.PENDING or (task.not_before and task.not_before > now):
            return False
        return not any(self._is_in_the_way(other, task) for other in self.in_lane(task.lane))

    def _is_in_the_way(self, other: ModelTask, task: ModelTask) -> bool:
        is_earlier = other.status is TaskStatus.PENDING and other.lane_seq < task.lane_seq
        return other.status is TaskStatus.RUNNING or is_earlier

    def is_held(self, task: ModelTask, now: datetime) -> bool:
        """Tell whether somebody's lease of a task holds."""
        return task.lease_until is not None and task.lease_until > now

    def claim(self, event_key: str, now: datetime) -> None:
        """Give a task to somebody."""
        task = self.tasks[event_key]
        task.status, task.fence, task.not_before = TaskStatus.RUNNING, task.fence + 1, None
        task.lease_until = now + LEASE

    def holds(self, event_key: str, fence: int, now: datetime) -> bool:
        """Tell whether this very lease holds."""
        task = self.tasks[event_key]
        is_running = task.status is TaskStatus.RUNNING
        return is_running and task.fence == fence and self.is_held(task, now)

    def leave(self, event_key: str, status: TaskStatus, not_before: datetime | None) -> None:
        """End a claim."""
        task = self.tasks[event_key]
        task.status, task.lease_until, task.not_before = status, None, not_before

    def cancel(self, event_key: str) -> bool:
        """Cancel a task or ask its holder to."""
        task = self.tasks[event_key]
        if task.status in TERMINAL:
            return False
        if task.status is TaskStatus.RUNNING:
            task.is_cancel_requested = True
        else:
            task.status = TaskStatus.CANCELLED
        return True

    def resume(self, event_key: str) -> bool:
        """Put a waiting task back."""
        task = self.tasks[event_key]
        if task.status is not TaskStatus.WAITING_INPUT:
            return False
        task.status, task.not_before = TaskStatus.PENDING, None
        return True

    def take_over(self, now: datetime) -> int:
        """End all leases."""
        running = [task for task in self.tasks.values() if task.status is TaskStatus.RUNNING]
        for task in running:
            task.lease_until = now
        return len(running)

    def states(self) -> dict[str, tuple[str, int, int, bool]]:
        """Return what must be found in the database."""
        return {key: task.state for key, task in self.tasks.items()}

    def keys(self) -> Sequence[str]:
        """Return the events in the order in which they came."""
        return list(self.tasks)
