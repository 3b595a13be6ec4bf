"""Which tools a sender has in a place."""

import pytest

from channels.message import ConversationKind
from gateway.permissions import HANDS, permitted
from gateway.store.people import Role
from tests.doubles.tools import LoggedTool

NAMES = {"read", "list_extensions", *HANDS}


@pytest.mark.parametrize(
    ("role", "place", "has_hands"),
    [
        (Role.ADMIN, ConversationKind.PRIVATE, True),
        (Role.ADMIN, ConversationKind.GROUP, True),
        (Role.MEMBER, ConversationKind.PRIVATE, True),
        (Role.MEMBER, ConversationKind.GROUP, False),
        (Role.GUEST, ConversationKind.PRIVATE, False),
        (Role.GUEST, ConversationKind.GROUP, False),
        (Role.BLOCKED, ConversationKind.PRIVATE, False),
    ],
)
def test_hands_go_with_role_and_place(
    role: Role, place: ConversationKind, *, has_hands: bool
) -> None:
    """Commands and files are for members in private and for admins; the rest is for everybody."""
    offered = permitted([LoggedTool(name) for name in sorted(NAMES)], role, place)

    assert {tool.spec.name for tool in offered} == (NAMES if has_hands else NAMES - HANDS)


@pytest.mark.parametrize(
    ("role", "place", "may_propose"),
    [
        (Role.GUEST, ConversationKind.PRIVATE, False),
        (Role.MEMBER, ConversationKind.PRIVATE, True),
        (Role.MEMBER, ConversationKind.GROUP, False),
        (Role.ADMIN, ConversationKind.GROUP, True),
    ],
)
def test_proposing_a_skill_goes_with_role_and_place(
    role: Role, place: ConversationKind, *, may_propose: bool
) -> None:
    """What is proposed is tried, and so run, before anybody has approved it."""
    assert bool(permitted([LoggedTool("propose_skill")], role, place)) is may_propose
