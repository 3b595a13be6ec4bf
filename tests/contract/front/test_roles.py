"""Every role and every command."""

import pytest

from gateway.commands.table import COMMANDS
from gateway.store import people
from gateway.store.people import Newcomer, Role, identity_of
from tests.contract.front.kit import OWNER, Front, message
from tests.doubles.clock import START

FOR_GUESTS = {"start", "help", "claim", "new", "stop", "tasks", "task", "why", "queue", "link"}
FOR_MEMBERS = FOR_GUESTS | {"status", "workers", "skills", "model", "usage"}
FOR_MEMBERS |= {"cron", "snooze", "quiet", "zone", "heartbeat", "undo"}
FOR_ADMINS = FOR_MEMBERS | {"users", "pair", "approve", "deny", "reload", "pause", "resume"}
ALLOWED = {
    Role.BLOCKED: set[str](),
    Role.GUEST: FOR_GUESTS,
    Role.MEMBER: FOR_MEMBERS,
    Role.ADMIN: FOR_ADMINS,
}
REFUSALS = {
    Role.BLOCKED: ("", ""),
    Role.GUEST: ("is for administrators.", "is for members, and you are a guest here."),
    Role.MEMBER: ("is for administrators.", "is for administrators."),
}


async def put(front: Front, sender: str, role: Role) -> None:
    """Make somebody known with a role."""
    newcomer = Newcomer(
        identity=identity_of(message("", sender)), role=role, name="Ann", language=""
    )
    await front.database.transact("put", lambda: people.add(newcomer, START))


@pytest.mark.parametrize("role", Role)
async def test_each_role_may_use_what_is_meant_for_it(unclaimed: Front, role: Role) -> None:
    """A command above somebody's role is refused in plain words and does nothing."""
    await put(unclaimed, OWNER, role)

    for name in sorted(FOR_ADMINS):
        answer = await unclaimed.write(f"/{name}")
        is_refused = role in REFUSALS and answer.endswith(REFUSALS[role])
        assert is_refused == (name not in ALLOWED[role]), f"/{name}: {answer}"

    assert await unclaimed.count_tasks() == 0
    assert len(unclaimed.aftermath) == (3 if role is Role.ADMIN else 0)


@pytest.mark.parametrize("role", [Role.GUEST, Role.MEMBER, Role.ADMIN])
async def test_help_names_what_this_role_may_use(unclaimed: Front, role: Role) -> None:
    """And nothing else; greeting and claim go without saying."""
    await put(unclaimed, OWNER, role)

    answer = await unclaimed.write("/help")

    listed = {line.split("`")[1].split()[0][1:] for line in answer.splitlines() if "- `" in line}
    assert listed == ALLOWED[role] - {"start", "claim"}


def test_table_holds_every_command_once() -> None:
    """The table is what the other tests of this module speak of."""
    assert sorted(entry.name for entry in COMMANDS) == sorted(FOR_ADMINS)
