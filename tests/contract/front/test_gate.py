"""Who is let in, by what, and that nothing else counts."""

from dataclasses import replace

import pytest

from channels.message import Attachment, AttachmentKind, InboundMessage
from gateway.store import people
from gateway.store.people import Role, identity_of
from gateway.store.statement import Script
from tests.contract.front.kit import MEMBER, OWNER, STRANGER, Front, edited, message, replying
from tests.doubles.databases import count

PHOTO = Attachment(kind=AttachmentKind.PHOTO, file_id="f1")
EVENTS = {
    "text": message("do something", STRANGER),
    "edit": edited(message("do something", STRANGER)),
    "file": replace(message("", STRANGER), attachments=(PHOTO,)),
    "reply": replying(message("do something", STRANGER), "m0"),
    "command": message("/pause", STRANGER),
    "group": message("do something", STRANGER, group="-5"),
    "group edit": edited(message("do something", STRANGER, group="-5")),
    "group claim": message("/claim 12345678", STRANGER, group="-5"),
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
async def test_no_event_of_a_stranger_makes_a_task(front: Front, event: InboundMessage) -> None:
    """Whatever its kind, it makes no task and no user, and keeps nothing of what was said."""
    await front.receive(event)

    assert await front.count_tasks() == 0
    assert await front.roles() == {}
    assert await count(front.database, "messages", "text <> '' OR raw_payload <> ''") == 0
    assert front.aftermath == []


@pytest.mark.parametrize("event", ["group", "group edit", "group claim", "edit"])
async def test_strangers_get_no_answer_outside_a_private_message(front: Front, event: str) -> None:
    """In groups, and to edits, nothing is said and no pairing begins."""
    assert await front.receive(EVENTS[event]) == ""
    assert await count(front.database, "pairings") == 0


async def test_renaming_oneself_to_the_owner_changes_nothing(front: Front) -> None:
    """Names are for reading; a stranger with the owner's name and id as name stays a stranger."""
    await front.write("hello", OWNER)
    await front.receive(message("hello", STRANGER, name="Ann"))
    await front.receive(message("hello", STRANGER, name=f"telegram:{OWNER}"))

    assert await front.roles() == {OWNER: "admin"}
    assert await front.count_tasks() == 1


async def test_the_same_id_on_another_channel_is_somebody_else(front: Front) -> None:
    """An id counts together with its channel only."""
    await front.receive(message("hello", OWNER, channel="slack"))

    assert await front.roles() == {}


@pytest.mark.parametrize(("sender", "role"), [(OWNER, "admin"), (MEMBER, "member")])
async def test_listed_people_are_let_in_at_once(front: Front, sender: str, role: str) -> None:
    """Their first message makes the user and the task."""
    await front.write("hello", sender)

    assert await front.roles() == {sender: role}
    assert await front.count_tasks() == 1


async def test_open_channel_lets_everybody_in_as_members(front: Front) -> None:
    """A star among the admins makes no admins, and the admin by name stays one."""
    front = Front(
        database=front.database, listed={"admins": f"telegram:*,telegram:{OWNER}", "members": ""}
    )

    await front.write("hello", STRANGER)
    await front.write("hello", OWNER)

    assert await front.roles() == {STRANGER: "member", OWNER: "admin"}


async def test_star_as_an_id_is_nobody(front: Front) -> None:
    """Somebody whose platform id is a star is not taken for the entry of a whole channel."""
    listed = {"admins": "telegram:*", "members": ""}

    await Front(database=front.database, listed=listed).write("hello", "*")

    assert await front.roles() == {"*": "member"}


async def test_operator_at_a_trusted_channel_is_an_admin(unclaimed: Front) -> None:
    """Whoever holds the local token operates this gateway."""
    answer = await unclaimed.receive(message("/users", "root", channel="terminal"))

    assert "terminal:root" in answer
    assert await unclaimed.roles() == {"root": "admin"}


async def test_settings_raise_people_who_are_known(unclaimed: Front) -> None:
    """A member who is listed as an admin later becomes one with the next message."""
    await Front(database=unclaimed.database, listed={"members": "telegram:1"}).write("hello", "1")

    await Front(database=unclaimed.database, listed={"admins": "telegram:1"}).write("hello", "1")

    assert await unclaimed.roles() == {"1": "admin"}


async def test_settings_lower_nobody(front: Front) -> None:
    """Somebody who is no longer listed stays what they were."""
    await front.write("hello", OWNER)

    await Front(database=front.database, listed={"members": f"telegram:{OWNER}"}).write("hi", OWNER)

    assert await front.roles() == {OWNER: "admin"}


async def test_blocked_person_gets_nothing_even_when_listed(front: Front) -> None:
    """A block holds against the settings, and nothing is said."""
    await front.write("hello", OWNER)
    await block(front, OWNER)

    assert await front.write("/status", OWNER) == ""
    await front.write("do something", OWNER)

    assert await front.count_tasks() == 1
    assert await front.roles() == {OWNER: "blocked"}


async def block(front: Front, sender: str) -> None:
    """Block somebody who is known."""

    def script() -> Script[None]:
        person = yield from people.find(identity_of(message("", sender)))
        assert person is not None
        yield from people.change_role(person.user_id, Role.BLOCKED)

    await front.database.transact("block", script)
