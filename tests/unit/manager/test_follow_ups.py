"""The tools by which the Manager leaves something open."""

import json
from collections.abc import Sequence

import pytest

from manager.follow_ups import FollowUpNote, FollowUpOrder
from manager.tools.follow_ups import LeaveOpen, ListFollowUps, ReviewFollowUp
from workers.errors import ToolError
from workers.tools.arguments import parse_arguments
from workers.tools.protocol import Tool, ToolContext

CONTEXT = ToolContext(task_id="t1", step_id="t1:3")
OFFER = {
    "subject": "the offer",
    "done_when": "Bob has answered",
    "next_review_after": "in 2 days",
}


class MemoryFollowUps:
    """Remembers what it was told; implements `FollowUpBook`."""

    can_add = True

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    async def add(self, order: FollowUpOrder, step_id: str) -> FollowUpNote:
        """Take an order."""
        self.told.append((order, step_id))
        return self.note("open")

    async def listed(self) -> Sequence[FollowUpNote]:
        """Return the one that there is."""
        return [self.note("open")]

    async def review(self, follow_up_id: str, outcome: str, again_after: str) -> FollowUpNote:
        """Take a review."""
        self.told.append((follow_up_id, outcome, again_after))
        return self.note("open" if again_after else "closed")

    def note(self, state: str) -> FollowUpNote:
        """Return the one that there is."""
        return FollowUpNote(
            follow_up_id="abcd",
            subject="the offer",
            done_when="Bob has answered",
            next_review_after="2026-01-07 12:00 +0000",
            state=state,
        )


async def run(tool: Tool, **arguments: object) -> object:
    """Call a tool as a model does and return what it reads."""
    parsed = parse_arguments(tool.spec, json.dumps(arguments))
    return json.loads(await tool.run(parsed, CONTEXT))


async def test_the_order_and_its_step_are_passed_on() -> None:
    """The step's id is what makes the same call the same follow-up."""
    book = MemoryFollowUps()

    told = await run(LeaveOpen(book), **OFFER)

    assert book.told == [(FollowUpOrder(**OFFER), CONTEXT.step_id)]
    assert isinstance(told, dict)
    assert (told["ok"], told["state"]) == (True, "open")


async def test_a_review_closes_or_puts_off() -> None:
    """By whether it names a moment."""
    book = MemoryFollowUps()

    listed = await run(ListFollowUps(book))
    closed = await run(ReviewFollowUp(book), follow_up_id="abcd", outcome="he said yes")
    kept = await run(
        ReviewFollowUp(book), follow_up_id="abcd", outcome="no", next_review_after="tomorrow"
    )

    assert isinstance(listed, list)
    assert isinstance(closed, dict)
    assert isinstance(kept, dict)
    assert listed[0]["follow_up_id"] == "abcd"
    assert (closed["state"], kept["state"]) == ("closed", "open")
    assert book.told == [("abcd", "he said yes", ""), ("abcd", "no", "tomorrow")]


@pytest.mark.parametrize("missing", list(OFFER))
async def test_an_order_that_is_not_whole_is_refused(missing: str) -> None:
    """Whoever reviews it must know what it was about."""
    with pytest.raises(ToolError):
        await run(LeaveOpen(MemoryFollowUps()), **{**OFFER, missing: " "})
