"""People, pairings and settings in every database."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gateway.errors import ConflictError
from gateway.store import pairings, people, settings
from gateway.store.database import Database
from gateway.store.pairings import NewPairing
from gateway.store.people import Identity, KnownPerson, Newcomer, Person, Role
from tests.doubles.clock import START
from tests.doubles.databases import count

ANN = Identity(channel="telegram", account="bot", sender_id="1")
BOB = Identity(channel="slack", account="bot", sender_id="U2")


async def add(database: Database, identity: Identity, role: Role = Role.MEMBER) -> Person:
    """Make a person."""
    newcomer = Newcomer(identity=identity, role=role, name="Ann", language="en")
    return await database.transact("add", lambda: people.add(newcomer, START))


async def find(database: Database, identity: Identity) -> Person | None:
    """Look somebody up."""
    return await database.transact("find", lambda: people.find(identity))


def request(identity: Identity, code_hash: str = "h", *, hours: int = 1) -> NewPairing:
    """Return a request that holds for some hours."""
    return NewPairing(
        identity=identity,
        sender_name="Ann",
        conversation_id=UUID(int=7),
        language="zh",
        code_hash=code_hash,
        expires_at=START + timedelta(hours=hours),
    )


async def ask(database: Database, new: NewPairing) -> None:
    """Store a request."""
    await database.transact("ask", lambda: pairings.add(new, START))


async def test_person_is_found_by_the_whole_identity_only(database: Database) -> None:
    """Another channel or another bot account makes it somebody else."""
    ann = await add(database, ANN)

    assert await find(database, ANN) == ann
    for other in (
        Identity(channel="slack", account="bot", sender_id="1"),
        Identity(channel="telegram", account="other", sender_id="1"),
        Identity(channel="telegram", account="bot", sender_id="11"),
    ):
        assert await find(database, other) is None


async def test_sender_belongs_to_one_person(database: Database) -> None:
    """The second person is not kept either."""
    await add(database, ANN)

    with pytest.raises(ConflictError):
        await add(database, ANN)

    assert await count(database, "users") == 1


async def test_overlong_names_and_languages_are_cut(database: Database) -> None:
    """Platforms let people write anything there."""
    newcomer = Newcomer(identity=ANN, role=Role.GUEST, name="x" * 500, language="y" * 500)
    person = await database.transact("add", lambda: people.add(newcomer, START))

    assert (len(person.name), len(person.language)) == (100, 16)


async def test_changed_role_is_kept(database: Database) -> None:
    """And a person who does not exist is an error."""
    ann = await add(database, ANN)

    await database.transact("change", lambda: people.change_role(ann.user_id, Role.BLOCKED))

    found = await find(database, ANN)
    assert found is not None
    assert found.role is Role.BLOCKED
    with pytest.raises(KeyError):
        await database.transact("change", lambda: people.change_role(uuid4(), Role.ADMIN))


async def test_admins_are_looked_for_outside_some_channels(database: Database) -> None:
    """Members do not count, nor do admins of the channels that are left out."""
    await add(database, ANN, Role.ADMIN)
    await add(database, BOB, Role.MEMBER)

    async def has_admin(*apart_from: str) -> bool:
        return await database.transact(
            "admin", lambda: people.has_admin(apart_from=frozenset(apart_from))
        )

    assert await has_admin()
    assert await has_admin("slack")
    assert not await has_admin("telegram")


async def test_people_are_listed_with_their_identities(database: Database) -> None:
    """One entry for each person."""
    ann, bob = await add(database, ANN), await add(database, BOB, Role.ADMIN)

    listed = await database.transact("list", people.list_all)

    assert sorted(listed, key=lambda one: one.person.role, reverse=True) == [
        KnownPerson(person=ann, identities=(ANN,)),
        KnownPerson(person=bob, identities=(BOB,)),
    ]


def test_roles_reach_what_is_below_them() -> None:
    """Each role may do what those before it may."""
    ranked = [Role.BLOCKED, Role.GUEST, Role.MEMBER, Role.ADMIN]

    reached = [[role.reaches(needed) for needed in ranked] for role in ranked]

    assert reached == [[i >= j for j in range(4)] for i in range(4)]


async def test_request_is_found_by_sender_and_by_code(database: Database) -> None:
    """With all that is needed to let its sender in."""
    await ask(database, request(ANN, "hash-of-ann"))

    by_sender = await database.transact("find", lambda: pairings.find(ANN))
    by_code = await database.transact("find", lambda: pairings.find_by_code("hash-of-ann"))

    assert by_sender == by_code
    assert by_code is not None
    assert (by_code.identity, by_code.conversation_id) == (ANN, UUID(int=7))
    assert (by_code.language, by_code.expires_at) == ("zh", START + timedelta(hours=1))
    assert await database.transact("find", lambda: pairings.find_by_code("another")) is None


async def test_sender_has_one_request_at_a_time(database: Database) -> None:
    """A second one is a conflict."""
    await ask(database, request(ANN))

    with pytest.raises(ConflictError):
        await ask(database, request(ANN, "other"))


async def test_requests_end_with_their_time(database: Database) -> None:
    """To the second, and the others stay."""
    await ask(database, request(ANN, hours=1))
    await ask(database, request(BOB, hours=2))

    await database.transact("expire", lambda: pairings.expire(START + timedelta(hours=1)))

    (left,) = await database.transact("list", pairings.list_all)
    assert left.identity == BOB


async def test_closed_request_is_gone(database: Database) -> None:
    """By its number or by its sender, as often as one likes."""
    await ask(database, request(ANN))
    await ask(database, request(BOB, "other"))
    (first, _) = await database.transact("list", pairings.list_all)

    for _ in range(2):
        await database.transact("close", lambda: pairings.close(first.pairing_id))
        await database.transact("close", lambda: pairings.close_of(BOB))

    assert await count(database, "pairings") == 0


async def test_requests_are_counted_for_each_account(database: Database) -> None:
    """Those to another bot do not count."""
    await ask(database, request(ANN))
    await ask(database, request(BOB, "other"))

    assert await database.transact("count", lambda: pairings.count("telegram", "bot")) == 1
    assert await database.transact("count", lambda: pairings.count("telegram", "x")) == 0


async def test_settings_keep_their_newest_value(database: Database) -> None:
    """One that was never set is empty."""
    assert await database.transact("get", lambda: settings.get("colour")) == ""

    await database.transact("put", lambda: settings.put("colour", "red"))
    await database.transact("put", lambda: settings.put("colour", "blue"))

    assert await database.transact("get", lambda: settings.get("colour")) == "blue"


async def test_pause_switch_turns_on_and_off(database: Database) -> None:
    """It is off until somebody pauses."""
    assert not await database.transact("paused", settings.is_paused)
    await database.transact("pause", lambda: settings.pause(is_paused=True))
    assert await database.transact("paused", settings.is_paused)
    await database.transact("pause", lambda: settings.pause(is_paused=False))
    assert not await database.transact("paused", settings.is_paused)


async def test_tries_at_once_are_all_counted(database: Database) -> None:
    """No two transactions see the same number."""
    async with asyncio.TaskGroup() as group:
        tries = [
            group.create_task(database.transact("try", lambda: settings.add_try("x", "hour")))
            for _ in range(20)
        ]

    assert sorted(one.result() for one in tries) == list(range(1, 21))


async def test_tries_of_another_window_are_forgotten(database: Database) -> None:
    """A new hour begins with none."""
    await database.transact("try", lambda: settings.add_try("x", "12"))

    assert await database.transact("count", lambda: settings.count_tries("x", "12")) == 1
    assert await database.transact("count", lambda: settings.count_tries("x", "13")) == 0
    assert await database.transact("count", lambda: settings.count_tries("y", "12")) == 0
