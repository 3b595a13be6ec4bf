"""What strangers get in private, and how an admin lets them in."""

import asyncio
from datetime import timedelta

import pytest

from gateway.commands.admission import WRONG_CODES_PER_HOUR
from tests.contract.front.kit import CODE, MEMBER, OWNER, STRANGER, Front, message
from tests.doubles.databases import count, query


async def test_stranger_gets_a_code_of_which_only_a_hash_is_kept(front: Front) -> None:
    """The text names the command for the admin; the code stands nowhere but in that text."""
    code = await front.pairing_code()

    (row,) = await query(front.database, "SELECT * FROM pairings")
    assert len(row.text("code_hash")) == 64
    assert code not in "".join(row.text(name) for name in ("code_hash", "sender_name", "language"))


async def test_stranger_is_reminded_once_within_the_hour(front: Front) -> None:
    """Then nothing more is said until the code is over."""
    await front.pairing_code()

    answers = [await front.write("hello?", STRANGER) for _ in range(3)]

    assert "sent you a code already" in answers[0]
    assert answers[1:] == ["", ""]


async def test_fresh_code_comes_after_an_hour(front: Front) -> None:
    """The old one is void by then."""
    old = await front.pairing_code()
    front.clock.advance(timedelta(hours=1))

    assert "Nobody waits" in await front.write(f"/approve {old}")
    assert await front.pairing_code() != old


async def test_fourth_stranger_is_refused_once(front: Front) -> None:
    """At most three requests are open at a time; the others hear so once an hour."""
    for sender in ("1", "2", "3"):
        await front.pairing_code(sender)

    answers = [await front.write("hello", "4") for _ in range(3)]

    assert "Too many people" in answers[0]
    assert answers[1:] == ["", ""]
    assert await count(front.database, "pairings") == 3


async def test_strangers_at_once_get_three_codes(front: Front) -> None:
    """The bound holds when they all come in the same moment."""
    async with asyncio.TaskGroup() as group:
        for sender in ("1", "2", "3", "4", "5", "6"):
            group.create_task(front.write("hello", sender))

    assert await count(front.database, "pairings") == 3


async def test_another_bot_account_has_requests_of_its_own(front: Front) -> None:
    """Strangers on one channel do not keep those of another out."""
    for sender in ("1", "2", "3"):
        await front.pairing_code(sender)

    answer = await front.receive(message("hello", "4", channel="slack"))

    assert CODE.search(answer)


@pytest.mark.parametrize("language", ["zh", "zh-Hans", "ZH-cn"])
async def test_chinese_stranger_is_answered_in_chinese(front: Front, language: str) -> None:
    """The text is in the language of the message."""
    answer = await front.write("你好", STRANGER, language=language)

    assert "配对码" in answer
    assert CODE.search(answer)


@pytest.mark.parametrize(
    ("named", "role"), [("", "member"), (" guest", "guest"), (" ADMIN", "admin")]
)
async def test_approved_stranger_has_the_role_and_is_told(
    front: Front, named: str, role: str
) -> None:
    """The notice goes to the conversation in which they asked."""
    code = await front.pairing_code()

    answer = await front.write(f"/approve {code.lower()}{named}")

    assert answer.startswith("Ann is let in")
    assert (await front.roles())[STRANGER] == role
    assert await notices(front) == [(STRANGER, "You have been let in. Write to me what you need;")]


async def notices(front: Front) -> list[tuple[str, str]]:
    """Return where notices go, and how they begin."""
    rows = await query(
        front.database,
        "SELECT c.chat_id, o.text FROM outbox AS o JOIN conversations AS c "
        "ON c.conversation_id = o.conversation_id WHERE o.kind = 'notice'",
    )
    return [(row.text("chat_id"), row.text("text").partition(" `")[0]) for row in rows]


async def test_approved_stranger_gets_tasks_done(front: Front) -> None:
    """From then on their messages are tasks, and the code is used up."""
    code = await front.pairing_code()
    await front.write(f"/approve {code}")

    await front.write("do something", STRANGER)

    assert len(await front.open_tasks(STRANGER)) == 1
    assert "Nobody waits" in await front.write(f"/approve {code}")


async def test_notice_is_in_the_language_of_the_stranger(front: Front) -> None:
    """Not in that of the admin."""
    found = CODE.search(await front.write("你好", STRANGER, language="zh"))
    assert found is not None

    await front.write(f"/approve {found[1]}")

    assert (await notices(front))[0][1].startswith("你已获准")


async def test_wrong_codes_lock_an_admin_out_for_the_hour(front: Front) -> None:
    """After five, the right code has to wait for the next hour."""
    front.clock.advance(timedelta(minutes=30))
    code = await front.pairing_code()
    for left in reversed(range(WRONG_CODES_PER_HOUR)):
        assert f"this hour: {left}." in await front.write("/approve WRONGONE")

    assert "too many wrong codes" in await front.write(f"/approve {code}")
    front.clock.advance(timedelta(minutes=30))
    assert "is let in" in await front.write(f"/approve {code}")


async def test_a_thousand_guesses_let_nobody_in(front: Front) -> None:
    """Only the first five are looked at."""
    await front.pairing_code()
    guesses = [front.event(message(f"/approve GUESS{n}", OWNER)) for n in range(1000)]

    await front.intake.receive(guesses)

    answers = [await front.reply_to(guess) for guess in guesses]
    assert sum("Nobody waits" in answer for answer in answers) == WRONG_CODES_PER_HOUR
    assert await front.roles() == {OWNER: "admin"}


@pytest.mark.parametrize("by_code", [True, False])
async def test_denied_request_is_gone(front: Front, *, by_code: bool) -> None:
    """By its code or by the identity that the list shows; the stranger is not told."""
    code = await front.pairing_code()

    answer = await front.write(f"/deny {code if by_code else f'telegram:{STRANGER}'}")

    assert "is turned down" in answer
    assert await front.write("/pair") == "Nobody is waiting to be let in."
    assert "Nobody waits" in await front.write(f"/approve {code}")
    assert await notices(front) == []


async def test_admin_sees_who_waits(front: Front) -> None:
    """With name, identity and how long, and the name has no effect as markup."""
    await front.receive(message("hello", STRANGER, name="*[Eve](http://evil.example)*"))
    front.clock.advance(timedelta(minutes=5))

    answer = await front.write("/pair")

    assert r"\*\[Eve\](http://evil.example)\*" in answer
    assert f"`telegram:{STRANGER}` · asked 5 min ago, 55 min left" in answer


async def test_stranger_who_is_listed_meanwhile_stays_what_they_are(front: Front) -> None:
    """A request that was overtaken by the settings is dropped with the first message."""
    code = await front.pairing_code()
    listed = {"admins": f"telegram:{OWNER},telegram:{STRANGER}"}
    later = Front(database=front.database, listed=listed, clock=front.clock)

    await later.write("/start", STRANGER)

    assert await count(front.database, "pairings") == 0
    assert "Nobody waits" in await front.write(f"/approve {code} guest")
    assert (await front.roles())[STRANGER] == "admin"


@pytest.mark.parametrize("command", ["/approve", "/approve CODE owner", "/approve CODE blocked"])
async def test_approval_that_says_nothing_clear_is_explained(front: Front, command: str) -> None:
    """A missing code or an unknown role costs no try."""
    assert (await front.write(command)).startswith("Write `/approve CODE`")


async def test_member_can_let_nobody_in(front: Front) -> None:
    """The code alone is not enough."""
    code = await front.pairing_code()

    assert "is for administrators" in await front.write(f"/approve {code}", MEMBER)
    assert STRANGER not in await front.roles()
