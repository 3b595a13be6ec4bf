"""The tools by which the Manager leaves something open, and comes back to it in a heartbeat."""

import json
from dataclasses import asdict
from typing import Final

from manager.follow_ups import FollowUpBook, FollowUpNote, FollowUpOrder
from workers.models.protocol import ToolSpec
from workers.models.wellformed import well_formed
from workers.tools.arguments import text_argument
from workers.tools.protocol import Arguments, Effect, ToolContext

LONGEST: Final = 200  # characters of a subject or a condition; both fit into a finding
MOMENT: Final = "'in 2 days', 'tomorrow at 9', '明天早上9点'"
LEAVE_PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "subject": {
                "type": "string",
                "pattern": "\\S",
                "maxLength": LONGEST,
                "description": "what it is about; you will know nothing else of this talk then",
            },
            "done_when": {
                "type": "string",
                "pattern": "\\S",
                "maxLength": LONGEST,
                "description": "by what you will see that it is done",
            },
            "next_review_after": {
                "type": "string",
                "pattern": "\\S",
                "maxLength": LONGEST,
                "description": f"when to look first, and how long between two looks: {MOMENT}",
            },
        },
        "required": ["subject", "done_when", "next_review_after"],
        "additionalProperties": False,
    }
)
REVIEW_PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "follow_up_id": {"type": "string", "pattern": "\\S"},
            "outcome": {
                "type": "string",
                "pattern": "\\S",
                "maxLength": 1000,
                "description": "what you found, or why it is closed",
            },
            "next_review_after": {
                "type": "string",
                "description": f"keeps it open until then: {MOMENT}; closes it if left out",
            },
        },
        "required": ["follow_up_id", "outcome"],
        "additionalProperties": False,
    }
)
NO_PARAMETERS: Final = json.dumps({"type": "object", "properties": {}})


class LeaveOpen:
    """`leave_open`: leaves a task open for a later look; the same call again leaves one open."""

    effect = Effect.IDEMPOTENT
    spec = ToolSpec(
        name="leave_open",
        description=(
            "Leave something open that you can't finish now, such as an answer that somebody waits "
            "for. The person's heartbeat comes back to it until it is done. Tell them so."
        ),
        parameters=LEAVE_PARAMETERS,
    )

    def __init__(self, book: FollowUpBook) -> None:
        self._book = book

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return the follow-up as JSON."""
        order = FollowUpOrder(
            subject=well_formed(text_argument(arguments, "subject")),
            done_when=well_formed(text_argument(arguments, "done_when")),
            next_review_after=well_formed(text_argument(arguments, "next_review_after")),
        )
        return _as_json(await self._book.add(order, context.step_id))


class ListFollowUps:
    """`list_follow_ups`: what is open, and when it is reviewed next."""

    effect = Effect.READ
    spec = ToolSpec(
        name="list_follow_ups",
        description="List what was left open for this person.",
        parameters=NO_PARAMETERS,
    )

    def __init__(self, book: FollowUpBook) -> None:
        self._book = book

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return the list as JSON."""
        del arguments, context
        return json.dumps([asdict(one) for one in await self._book.listed()], ensure_ascii=False)


class ReviewFollowUp:
    """`review_follow_up`: closes what is done, or puts it off; doing so twice is harmless."""

    effect = Effect.IDEMPOTENT
    spec = ToolSpec(
        name="review_follow_up",
        description="Close a follow-up that is done or no longer wanted, or keep it open longer.",
        parameters=REVIEW_PARAMETERS,
    )

    def __init__(self, book: FollowUpBook) -> None:
        self._book = book

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return how it stands as JSON."""
        del context
        again = arguments.get("next_review_after")
        reviewed = await self._book.review(
            text_argument(arguments, "follow_up_id"),
            well_formed(text_argument(arguments, "outcome")),
            well_formed(again).strip() if isinstance(again, str) else "",
        )
        return _as_json(reviewed)


def _as_json(note: FollowUpNote) -> str:
    return json.dumps({"ok": True, **asdict(note)}, ensure_ascii=False)
