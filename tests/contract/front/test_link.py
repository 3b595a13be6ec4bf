"""One person on several channels."""

import re
from dataclasses import replace
from datetime import timedelta

from tortoise.models import Model

from channels.message import InboundMessage
from gateway.store import links, people, schedule_tables, tables
from gateway.store.people import Role
from tests.contract.front.kit import MEMBER, OWNER, STRANGER, Front, message
from tests.doubles.databases import count, query

_CODE = re.compile(r"/link ([0-9A-Z]{8})")


async def code_of(front: Front, sender: str) -> str:
    """Let somebody on Telegram ask for a code, and return it."""
    found = _CODE.search(await front.write("/link", sender))
    assert found is not None
    return found[1]


def on_slack(text: str, sender: str = STRANGER, *, language: str = "") -> InboundMessage:
    """Return a private message on another channel."""
    return message(text, sender, channel="slack", language=language)


async def test_stranger_with_a_code_is_the_person_who_got_it(front: Front) -> None:
    """With the same role, and their tasks under one id."""
    await front.write("hello", MEMBER)
    code = await code_of(front, MEMBER)

    assert "You are Ann here too" in await front.receive(on_slack(f"/link {code.lower()}"))
    await front.receive(on_slack("hello from there"))

    rows = await query(front.database, "SELECT DISTINCT user_id FROM tasks")
    assert len(rows) == 1
    assert await front.roles() == {MEMBER: "member", STRANGER: "member"}


async def test_code_is_good_once(front: Front) -> None:
    """A second one who learns it is nobody."""
    code = await code_of(front, MEMBER)
    await front.receive(on_slack(f"/link {code}"))

    assert "no code" in await front.receive(on_slack(f"/link {code}", "7777"))
    assert "7777" not in await front.roles()


async def test_code_is_good_for_ten_minutes(front: Front) -> None:
    """Then it opens nothing."""
    code = await code_of(front, MEMBER)
    front.clock.advance(timedelta(minutes=11))

    assert "no code" in await front.receive(on_slack(f"/link {code}"))


async def test_known_people_become_one_with_all_that_was_theirs(front: Front) -> None:
    """Tasks and usage move, and nobody is known twice."""
    await front.receive(replace(on_slack("/link X"), sender_id=STRANGER))
    await front.write("hello", OWNER)
    first = await code_of(front, OWNER)
    await front.receive(on_slack(f"/link {first}"))
    await front.write("hello", MEMBER)
    second = await code_of(front, OWNER)

    answer = await front.write(f"/link {second}", MEMBER)

    assert "You are Ann here too" in answer
    assert await count(front.database, "users") == 1
    assert len(await query(front.database, "SELECT DISTINCT user_id FROM tasks")) == 1


async def test_nobody_is_talked_out_of_their_rights(front: Front) -> None:
    """An admin who takes a member's code would hand the admin's rights over."""
    code = await code_of(front, MEMBER)

    answer = await front.write(f"/link {code}", OWNER)

    assert "You may do more here" in answer
    assert await front.roles() == {OWNER: "admin", MEMBER: "member"}


async def test_own_code_is_for_elsewhere(front: Front) -> None:
    """It stays good when it is typed where it was shown."""
    code = await code_of(front, MEMBER)

    assert "on the other channel" in await front.write(f"/link {code}", MEMBER)
    assert "here too" in await front.receive(on_slack(f"/link {code}"))


async def test_guessing_is_stopped(front: Front) -> None:
    """After five wrong codes in an hour even a right one is not looked at."""
    code = await code_of(front, MEMBER)
    for _ in range(5):
        await front.receive(on_slack("/link WRONG123"))

    assert "in an hour" in await front.receive(on_slack(f"/link {code}"))
    front.clock.advance(timedelta(hours=1))
    assert "no code" in await front.receive(on_slack(f"/link {code}"))


async def test_blocked_person_is_linked_to_nobody(front: Front) -> None:
    """Neither with a code of theirs nor with somebody else's."""
    await front.write("hello", MEMBER)
    code = await code_of(front, MEMBER)
    (row,) = await query(
        front.database, "SELECT user_id FROM identities WHERE sender_id = :id", id=MEMBER
    )
    user_id = row.uuid("user_id")
    await front.database.transact("block", lambda: people.change_role(user_id, Role.BLOCKED))

    assert "no code" in await front.receive(on_slack(f"/link {code}"))
    assert await front.write(f"/link {await code_of(front, OWNER)}", MEMBER) == ""


async def test_code_is_not_shown_in_a_group(front: Front) -> None:
    """Nor taken there."""
    answer = await front.receive(message("/link", MEMBER, group="-5"))

    assert "private chat" in answer


async def test_language_follows_the_person(front: Front) -> None:
    """A platform that names no language gets the one that the person is known to speak."""
    await front.write("你好", MEMBER, language="zh-CN")
    found = _CODE.search(await front.write("/link", MEMBER, language="zh-CN"))
    assert found is not None
    await front.receive(on_slack(f"/link {found[1]}"))

    assert "渠道" in await front.receive(on_slack("/status"))


async def test_code_is_kept_nowhere_in_clear(front: Front) -> None:
    """Neither in its own table nor in the message that brought it."""
    code = await code_of(front, MEMBER)
    await front.receive(on_slack(f"/link {code}"))

    rows = await query(front.database, "SELECT text, raw_payload FROM messages")
    assert not any(code in row.text("text") + row.text("raw_payload") for row in rows)


async def test_schedules_and_heartbeats_move_along(front: Front) -> None:
    """What both of them had stays once: the one of the person who is joined to."""
    for sender in (OWNER, MEMBER):
        await front.write("hello", sender)
        await front.write("/heartbeat on", sender)
    code = await code_of(front, OWNER)

    await front.write(f"/link {code}", MEMBER)

    assert await count(front.database, "heartbeats") == 1


async def test_who_became_whom_is_kept(front: Front) -> None:
    """For what lies outside of the database; a stranger had nothing there."""
    await front.write("hello", MEMBER)
    (row,) = await query(
        front.database, "SELECT user_id FROM identities WHERE sender_id = :id", id=MEMBER
    )
    await front.write(f"/link {await code_of(front, OWNER)}", MEMBER)
    await front.receive(on_slack(f"/link {await code_of(front, OWNER)}"))

    joined = await front.database.transact("joined", links.joined)

    (owner,) = await query(front.database, "SELECT user_id FROM users")
    assert joined == {str(row.uuid("user_id")): str(owner.uuid("user_id"))}


def test_every_table_that_names_a_person_is_merged() -> None:
    """A table that is added later cannot be forgotten."""
    found = (*vars(tables).values(), *vars(schedule_tables).values())
    models = {one for one in found if isinstance(one, type) and issubclass(one, Model)} - {Model}
    described = [model.describe() for model in models]
    named = {
        one["table"]
        for one in described
        if "user_id" in {field["name"] for field in (one["pk_field"], *one["data_fields"])}
    }

    # The person's own row goes; an identity moves by its key; a code goes with who got it.
    assert named - {"users", "identities", "link_codes"} == set(links.OWNED)
