"""Scripts over proposed skills: what two processes at once may find."""

from dataclasses import replace
from functools import partial
from uuid import uuid4

from gateway.store import skills
from gateway.store.database import Database
from gateway.store.skills import NO_VERSION, NewProposal, Pin, ProposalState
from tests.contract.front.kit import MEMBER, OWNER, Front, message
from tests.doubles.clock import START


def new_proposal(digest: str = "d1") -> NewProposal:
    """Return a proposal of guidance that nobody has made."""
    return NewProposal(
        proposal_id=uuid4(),
        name="advice",
        digest=digest,
        base=NO_VERSION,
        user_id="u1",
        asked_by="Ann",
        conversation_id=None,
        task_id=uuid4(),
        report="{}",
        diff="",
    )


async def pin(database: Database) -> Pin | None:
    """Read the one pin."""
    return await database.transact("pin", lambda: skills.pin_of("advice"))


async def test_the_same_files_are_proposed_once(database: Database) -> None:
    """Whoever comes second learns that it is no news, so that nobody is told twice."""
    first, second = new_proposal(), new_proposal()

    assert await database.transact("propose", lambda: skills.propose(first, START))
    assert not await database.transact("propose", lambda: skills.propose(second, START))
    (waiting,) = await database.transact("open", skills.list_open)
    assert waiting.proposal_id == first.proposal_id


async def test_a_proposal_is_decided_once(database: Database) -> None:
    """Of two admins the first decides."""
    one = new_proposal()
    await database.transact("propose", lambda: skills.propose(one, START))

    async def decide(state: ProposalState) -> bool:
        return await database.transact(
            "decide", lambda: skills.decide(one.proposal_id, state, "a", START)
        )

    assert await decide(ProposalState.DENIED)
    assert not await decide(ProposalState.APPROVED)
    (known,) = await database.transact("history", lambda: skills.history("advice"))
    assert known.state is ProposalState.DENIED


async def test_a_decision_that_was_overtaken_is_not_recorded_as_done(database: Database) -> None:
    """Neither as carried out nor as impossible: the newer one is still to be done."""
    for digest in ("d1", "d2"):
        await database.transact("decide", partial(skills.decide_for, "advice", digest, "a", START))

    assert not await database.transact("settle", lambda: skills.settle("advice", "d1"))
    assert not await database.transact("give_up", lambda: skills.give_up("advice", "d1", "gone"))
    assert await pin(database) == Pin(
        name="advice", digest="d2", installed=NO_VERSION, is_settled=False, problem=""
    )
    assert await database.transact("settle", lambda: skills.settle("advice", "d2"))


async def test_each_admin_is_told_in_one_private_place(database: Database) -> None:
    """The one they used last; not in a group, and nobody else."""
    front = Front(database=database)
    await front.write("hello", MEMBER)
    await front.write("hello", OWNER)
    await front.receive(message("hello", OWNER, group="-100"))

    (talk,) = await database.transact("talks", skills.talks_of_admins)

    assert (talk.address.chat_id, talk.address.kind) == (OWNER, "private")


async def test_a_newer_proposal_supersedes(database: Database) -> None:
    """The older one can't be decided about any more."""
    first, second = new_proposal(), replace(new_proposal(), digest="d2")
    for one in (first, second):
        await database.transact("propose", partial(skills.propose, one, START))

    known = await database.transact("history", lambda: skills.history("advice"))

    assert [one.state for one in known] == [ProposalState.SUPERSEDED, ProposalState.OPEN]
