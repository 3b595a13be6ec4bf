"""/status, /workers, /skills, /usage, /users, /reload, /pause and /resume."""

from datetime import timedelta
from uuid import uuid4

import pytest

from gateway.commands.command import PauseWork, ReloadFiles
from gateway.store import settings, steps
from gateway.store.statement import Script
from gateway.store.steps import ModelUse
from tests.contract.front.kit import MEMBER, OWNER, Front
from tests.doubles.databases import query
from workers.models.protocol import Usage


async def test_status_tells_members_how_things_stand(front: Front) -> None:
    """Counts and states; reasons and file names are for admins."""
    front.surroundings.mistakes.append("rss/SKILL.md: name: missing")
    await front.write("one", MEMBER)
    await front.write("two", MEMBER)
    await front.inbox.claim()

    told = await front.write("/status", MEMBER)

    assert told.startswith("**Crewdesk 1.2.3**, up for 1 h 30 min")
    assert "- Channels: telegram connected, slack unavailable\n" in told
    assert "- Tasks: 1 running, 1 waiting, 0 waiting for an answer" in told
    assert "- Files of souls and skills with a mistake: 1" in told
    assert "SKILL.md" not in told
    assert "Paused" not in told


async def test_status_tells_admins_the_reasons(front: Front) -> None:
    """Why a channel cannot be used, and what is wrong in which file."""
    front.surroundings.mistakes.append("rss/SKILL.md: name: missing")

    told = await front.write("/status")

    assert "slack unavailable (wrong token)" in told
    assert "- rss/SKILL.md: name: missing" in told


async def test_status_counts_sends_of_unknown_outcome(front: Front) -> None:
    """The reply to the first command waits to be sent, and one is marked as ambiguous."""
    await front.write("/help")
    await query(front.database, "UPDATE outbox SET is_ambiguous = TRUE")

    assert "- Outbox: 1 to be sent, 1 of unknown outcome so far" in await front.write("/status")


async def test_pause_is_kept_shown_and_passed_on(front: Front) -> None:
    """The switch is in the database, so that a restart finds it."""
    await front.write("/pause")

    assert await front.database.transact("paused", settings.is_paused)
    assert "**Paused:**" in await front.write("/status")
    assert front.aftermath == [PauseWork(is_paused=True)]


async def test_resume_takes_the_pause_back(front: Front) -> None:
    """Resuming what is not paused is harmless."""
    await front.write("/pause")
    await front.write("/resume")

    assert not await front.database.transact("paused", settings.is_paused)
    assert front.aftermath[-1] == PauseWork(is_paused=False)


async def test_reload_counts_what_there_is_and_names_mistakes(front: Front) -> None:
    """The files are read again after the commit."""
    front.surroundings.mistakes.append("worker.md: tools: unknown")

    told = await front.write("/reload")

    assert told.startswith("Read again. Workers: 1, skills: 1.")
    assert "- worker.md: tools: unknown" in told
    assert front.aftermath == [ReloadFiles()]


async def test_workers_and_skills_are_listed(front: Front) -> None:
    """With their descriptions, which have no effect as markup."""
    assert await front.write("/workers") == r"- `worker` — does \*anything\*"
    assert await front.write("/skills") == "- `rss` — reads feeds"


async def test_worker_at_work_is_marked(front: Front) -> None:
    """With how many jobs it is doing."""
    await query(
        front.database,
        "INSERT INTO worker_slots (slot_id, worker_id, job_id, lease_until) "
        "VALUES ('worker/0', 'worker', :job_id, :until)",
        job_id=uuid4(),
        until=front.clock.now() + timedelta(minutes=1),
    )

    assert (await front.write("/workers")).endswith("· 1 at work")


async def use(front: Front, sender: str, model: str) -> None:
    """Count a model call of somebody now."""
    rows = await query(
        front.database, "SELECT user_id FROM identities WHERE sender_id = :sender", sender=sender
    )
    spent = ModelUse(
        model=model,
        usage=Usage(input_tokens=1000, cached_tokens=100, output_tokens=10),
        duration=timedelta(seconds=1),
        user_id=str(rows[0].uuid("user_id")),
        source="user_chat",
    )
    now = front.clock.now()

    def script() -> Script[None]:
        yield from steps.count_use(uuid4(), uuid4(), "0", spent, now)

    await front.database.transact("use", script)


async def test_usage_adds_up_the_last_day_and_month_by_model(front: Front) -> None:
    """What is older than a month is left out."""
    await front.write("/start", MEMBER)
    for model, wait in (("old", 29), ("big", 2), ("big", 0), ("small", 0)):
        await use(front, MEMBER, model)
        front.clock.advance(timedelta(days=wait))

    told = await front.write("/usage", MEMBER)

    line = "{}: `{}`: {} tokens in, {} out ({} cached), calls: {}"
    assert told.splitlines()[2:] == [
        "- " + line.format("Last 24 hours", "big", "1,000", "10", "100", "1"),
        "- " + line.format("Last 24 hours", "small", "1,000", "10", "100", "1"),
        "- " + line.format("Last 30 days", "big", "2,000", "20", "200", "2"),
        "- " + line.format("Last 30 days", "small", "1,000", "10", "100", "1"),
    ]


@pytest.mark.parametrize(("asker", "sees_all"), [(OWNER, True), (MEMBER, False)])
async def test_usage_of_everybody_is_for_admins(
    front: Front, asker: str, *, sees_all: bool
) -> None:
    """A member sees their own only."""
    await front.write("/start", OWNER)
    await front.write("/start", MEMBER)
    await use(front, OWNER, "of-owner")
    await use(front, MEMBER, "of-member")

    told = await front.write("/usage", asker)

    assert ("Everybody's usage" in told) is sees_all
    assert ("of-owner" in told and "of-member" in told) is sees_all


async def test_users_are_listed_with_role_and_identity(front: Front) -> None:
    """Those who came first first."""
    await front.write("/start", MEMBER)
    front.clock.advance(timedelta(seconds=1))

    told = await front.write("/users")

    assert told.splitlines() == [
        f"- Ann · member · `telegram:{MEMBER}`",
        f"- Ann · administrator · `telegram:{OWNER}`",
    ]
