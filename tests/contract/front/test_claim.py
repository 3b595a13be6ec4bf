"""The code that makes the first admin."""

import asyncio

from gateway.access import CLAIM_TRIES, ClaimCode
from tests.contract.front.kit import MEMBER, OWNER, STRANGER, Front, message


async def test_right_code_makes_the_admin(unclaimed: Front) -> None:
    """It is taken in lower case and with dashes, and the answer says what happened."""
    code = unclaimed.claim.code.lower()

    answer = await unclaimed.write(f"/claim {code[:4]}-{code[4:]}", STRANGER)

    assert answer.startswith("You are an administrator")
    assert await unclaimed.roles() == {STRANGER: "admin"}


async def test_code_opens_nothing_once_there_is_an_admin(unclaimed: Front) -> None:
    """The second one to use it is a stranger like any other."""
    await unclaimed.write(f"/claim {unclaimed.claim.code}", STRANGER)

    answer = await unclaimed.write(f"/claim {unclaimed.claim.code}", "7777")

    assert "/approve" in answer
    assert await unclaimed.roles() == {STRANGER: "admin"}


async def test_code_is_shown_until_somebody_has_claimed(unclaimed: Front) -> None:
    """The start-up log asks the gate; the operator at the terminal changes nothing."""
    gate = unclaimed.gate
    await unclaimed.receive(message("hello", "root", channel="terminal"))

    before = await unclaimed.database.transact("open_claim", gate.open_claim)
    await unclaimed.write(f"/claim {before}", STRANGER)

    assert before == unclaimed.claim.code
    assert await unclaimed.database.transact("open_claim", gate.open_claim) == ""


async def test_two_claims_at_once_make_one_admin(unclaimed: Front) -> None:
    """The count of admins is part of the transaction that makes one."""
    text = f"/claim {unclaimed.claim.code}"

    async with asyncio.TaskGroup() as group:
        for sender in ("1", "2", "3", "4"):
            group.create_task(unclaimed.write(text, sender))

    assert list((await unclaimed.roles()).values()) == ["admin"]


async def test_a_thousand_guesses_lock_the_claim(unclaimed: Front) -> None:
    """After five wrong codes even the right one opens nothing, and silence falls in the end."""
    guesses = [unclaimed.event(message(f"/claim GUESS{n}", STRANGER)) for n in range(1000)]
    await unclaimed.intake.receive(guesses)

    last = await unclaimed.write(f"/claim {unclaimed.claim.code}", "7777")

    assert last == ""
    assert await unclaimed.roles() == {}
    answered = [n for n, guess in enumerate(guesses) if await unclaimed.reply_to(guess)]
    assert answered == list(range(10))


async def test_locked_claim_says_how_to_go_on(unclaimed: Front) -> None:
    """Somebody with the right code learns that a restart helps."""
    for _ in range(CLAIM_TRIES):
        await unclaimed.write("/claim WRONG", STRANGER)

    answer = await unclaimed.write(f"/claim {unclaimed.claim.code}", "7777")

    assert "Restarting it" in answer
    assert await unclaimed.roles() == {}


async def test_restart_brings_a_code_with_fresh_tries(unclaimed: Front) -> None:
    """The tries of the code before do not count against the new one."""
    for _ in range(CLAIM_TRIES):
        await unclaimed.write("/claim WRONG", STRANGER)

    restarted = Front(database=unclaimed.database, listed={})
    await restarted.write(f"/claim {restarted.claim.code}", "7777")

    assert await unclaimed.roles() == {"7777": "admin"}


async def test_operator_at_the_terminal_does_not_use_the_claim_up(unclaimed: Front) -> None:
    """The code is for the first admin on a channel that others can reach."""
    await unclaimed.receive(message("hello", "root", channel="terminal"))

    await unclaimed.write(f"/claim {unclaimed.claim.code}", STRANGER)

    assert await unclaimed.roles() == {"root": "admin", STRANGER: "admin"}


async def test_member_with_the_code_becomes_the_admin(unclaimed: Front) -> None:
    """People who are known already can claim, too."""
    front = Front(database=unclaimed.database, listed={"members": f"telegram:{MEMBER}"})

    assert "did not make you" in await front.write("/claim WRONG", MEMBER)
    assert "You are an administrator" in await front.write(f"/claim {front.claim.code}", MEMBER)
    assert await front.roles() == {MEMBER: "admin"}


async def test_claim_in_a_group_does_not_count(unclaimed: Front) -> None:
    """A code that a whole group has seen makes nobody an admin."""
    text = f"/claim {unclaimed.claim.code}"

    assert await unclaimed.receive(message(text, STRANGER, group="-5")) == ""
    assert await unclaimed.roles() == {}


async def test_codes_of_two_starts_differ(front: Front) -> None:
    """A code is not to be had from an earlier log, and an admin who claims hears it is done."""
    assert ClaimCode().code != ClaimCode().code
    assert "You are an administrator" in await front.write("/claim X", OWNER)
