"""Which tools a task may use: soul ∩ channel ∩ sender ∩ parent.

The soul's share is in its file; a worker's tools are taken from those of its task, so no worker can
do more than the Manager who asked it. Here stands the share of the sender and of the place.
"""

from collections.abc import Sequence

from channels.message import ConversationKind
from gateway.store.people import Role
from workers.tools.proposals import PROPOSE_SKILL
from workers.tools.protocol import Tool

# Tools that change files or run commands; one that proposes a skill runs it for a trial.
HANDS = frozenset({"bash", "edit", "write", PROPOSE_SKILL})


def permitted(tools: Sequence[Tool], role: Role, place: ConversationKind) -> Sequence[Tool]:
    """Return the tools that somebody may have used in a place.

    Guests have no hands; in a group, where many can speak, only admins have.
    """
    needed = Role.MEMBER if place is ConversationKind.PRIVATE else Role.ADMIN
    if role.reaches(needed):
        return tools
    return [tool for tool in tools if tool.spec.name not in HANDS]
