"""The Manager's tools for schedules, with a book in memory."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from manager.schedules import ScheduleNote, ScheduleOrder
from manager.tools.schedules import CancelSchedule, CreateSchedule, ListSchedules
from workers.errors import ToolError
from workers.tools.arguments import parse_arguments
from workers.tools.protocol import Tool, ToolContext

CONTEXT = ToolContext(task_id="t", step_id="t/tool-1-1")


@dataclass
class MemoryBook:
    """A `ScheduleBook` that takes down what it is asked."""

    orders: list[tuple[ScheduleOrder, str]] = field(default_factory=list)

    async def create(self, order: ScheduleOrder, step_id: str) -> ScheduleNote:
        """Take an order down."""
        self.orders.append((order, step_id))
        return note(order.goal)

    async def listed(self) -> Sequence[ScheduleNote]:
        """Return one schedule."""
        return [note("water the plants")]

    async def cancel(self, schedule_id: str) -> ScheduleNote:
        """Know one id."""
        if schedule_id != "abcd":
            raise ToolError("schedule_not_found", "there is none")
        return note("water the plants")


def note(goal: str) -> ScheduleNote:
    """Return a schedule in plain words."""
    return ScheduleNote(
        schedule_id="abcd",
        goal=goal,
        when="every day at 09:00 (UTC)",
        time_zone="UTC",
        next_times=("2026-01-06 09:00 +0000",),
        state="active",
        undo="/cron delete abcd",
    )


async def run(tool: Tool, **arguments: object) -> object:
    """Call a tool as a model does and return what it reads."""
    parsed = parse_arguments(tool.spec, json.dumps(arguments))
    return json.loads(await tool.run(parsed, CONTEXT))


async def test_create_passes_the_order_and_its_step_on() -> None:
    """The step's id is what makes the same call the same schedule."""
    book = MemoryBook()

    told = await run(
        CreateSchedule(book),
        kind="daily",
        when="09:00",
        goal="news",
        missed="skip",
        window="2h",
        priority="high",
    )

    (order, step_id) = book.orders[0]
    assert (order.kind, order.when, order.goal, order.missed) == ("daily", "09:00", "news", "skip")
    assert (order.window, order.priority, order.time_zone) == ("2h", "high", "")
    assert step_id == CONTEXT.step_id
    assert isinstance(told, dict)
    assert (told["ok"], told["undo"]) == (True, "/cron delete abcd")


async def test_list_and_cancel() -> None:
    """What there is, and what is ended."""
    listed = await run(ListSchedules(MemoryBook()))
    ended = await run(CancelSchedule(MemoryBook()), schedule_id="abcd")

    assert isinstance(listed, list)
    assert isinstance(ended, dict)
    assert listed[0]["goal"] == ended["goal"] == "water the plants"


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "sometimes", "when": "09:00", "goal": "news"},
        {"kind": "daily", "when": " ", "goal": "news"},
        {"kind": "daily", "when": "09:00"},
        {"kind": "daily", "when": "09:00", "goal": "news", "missed": "maybe"},
        {"kind": "daily", "when": "09:00", "goal": "news", "colour": "red"},
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, object]) -> None:
    """Before anything is done."""
    with pytest.raises(ToolError, match="create_schedule"):
        parse_arguments(CreateSchedule.spec, json.dumps(arguments))
