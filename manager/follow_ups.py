"""What the Manager needs in order to leave something open and come back to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpOrder:
    """What is left open: what it is about, when it is done, and when to look at it again."""

    subject: str
    done_when: str
    next_review_after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpNote:
    """A follow-up as the Manager reads it; `hint` says what the person should know about it."""

    follow_up_id: str
    subject: str
    done_when: str
    next_review_after: str
    state: str
    hint: str = ""


class FollowUpBook(Protocol):
    """What the person for whom the Manager works has left open.

    Each method raises `ToolError` where something is wrong; the text names it.
    """

    @property
    def can_add(self) -> bool:
        """Whether something may be left open in this run: not where a clock began it."""

    async def add(self, order: FollowUpOrder, step_id: str) -> FollowUpNote:
        """Leave something open; the same `step_id` again leaves nothing open a second time."""

    async def listed(self) -> Sequence[FollowUpNote]:
        """Return what is open."""

    async def review(self, follow_up_id: str, outcome: str, again_after: str) -> FollowUpNote:
        """Close what is done, or let it be reviewed again after a moment that is not empty."""
