"""What the Manager needs in order to make schedules for the person it speaks with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleOrder:
    """A schedule as it is asked for; empty texts leave the choice to the gateway.

    `kind` is once, interval, daily or cron, and says how `when` is read. `window` is a length of
    time such as 2h. What has the priority high passes the person's quiet hours.
    """

    kind: str
    when: str
    goal: str
    time_zone: str = ""
    missed: str = ""
    window: str = ""
    overlap: str = ""
    until: str = ""
    model: str = ""
    soul: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleNote:
    """A schedule in plain words, with its next dates in the person's zone, and how to undo it."""

    schedule_id: str
    goal: str
    when: str
    time_zone: str
    next_times: tuple[str, ...]
    state: str
    undo: str


class ScheduleBook(Protocol):
    """The schedules of the person for whom the Manager works.

    Each method raises `ToolError` where something is wrong; the text names it.
    """

    async def create(self, order: ScheduleOrder, step_id: str) -> ScheduleNote:
        """Make a schedule; the same `step_id` again makes no second one."""

    async def listed(self) -> Sequence[ScheduleNote]:
        """Return the schedules that have not ended."""

    async def cancel(self, schedule_id: str) -> ScheduleNote:
        """End a schedule, named by its id or the beginning of it; return what it was."""
