"""Who is claimed next: priority, then age, first in first out in each lane."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.envelope import Priority
from gateway.inbox import Claim, Ending
from gateway.lifecycle import TaskStatus
from gateway.store.tasks import Leaving
from tests.contract.inbox.kit import LEASE, InboxKit, ending, new_task


async def claimed_in_order(kit: InboxKit) -> list[str]:
    """Claim everything, one after the other, and return the event keys."""
    keys: list[str] = []
    while claims := await kit.inbox.claim():
        keys += [claim.task.event_key for claim in claims]
    return keys


async def test_empty_inbox_gives_nothing(kit: InboxKit) -> None:
    """There may be nothing to do."""
    assert await kit.inbox.claim() == []


async def test_claim_counts_the_attempt_and_sets_a_lease(kit: InboxKit) -> None:
    """All that a claim changes is stored before the work begins."""
    claim = await kit.claim_new()

    task = await kit.find(claim.task.task_id)
    assert task == claim.task
    assert (task.status, task.attempt, task.barren_attempts) == (TaskStatus.RUNNING, 1, 1)
    assert (claim.lease.fence, task.lease_until) == (1, kit.clock.now() + LEASE)


async def test_higher_priority_goes_first(kit: InboxKit) -> None:
    """Age decides only among equals."""
    for priority in (Priority.LOW, Priority.NORMAL, Priority.HIGH):
        await kit.submit(new_task(priority.name, priority.name, priority=priority))
        kit.clock.advance(timedelta(seconds=1))

    assert await claimed_in_order(kit) == ["HIGH", "NORMAL", "LOW"]


async def test_older_goes_first_among_equals(kit: InboxKit) -> None:
    """Conversations are served in the order in which they wrote."""
    for lane in ("c", "a", "b"):
        await kit.submit_all(lane, lane=lane)
        kit.clock.advance(timedelta(seconds=1))

    assert await claimed_in_order(kit) == ["c", "a", "b"]


@pytest.mark.parametrize(("waited_seconds", "first"), [(600, "old"), (599, "new")])
async def test_ten_minutes_of_waiting_count_as_one_level(
    kit: InboxKit, waited_seconds: int, first: str
) -> None:
    """A normal task overtakes a fresh high one after ten minutes, not before."""
    await kit.submit(new_task("old", "a", priority=Priority.NORMAL))
    kit.clock.advance(timedelta(seconds=waited_seconds))
    await kit.submit(new_task("new", "b", priority=Priority.HIGH))

    assert (await kit.claim()).task.event_key == first


async def test_age_lifts_by_one_level_only(kit: InboxKit) -> None:
    """A low task that waited all day still lets a high one go first."""
    await kit.submit(new_task("old", "a", priority=Priority.LOW))
    kit.clock.advance(timedelta(days=1))
    await kit.submit(new_task("new", "b", priority=Priority.HIGH))

    assert await claimed_in_order(kit) == ["new", "old"]


async def test_lane_keeps_its_order_whatever_the_priority(kit: InboxKit) -> None:
    """An urgent message does not overtake what the same person wrote before."""
    await kit.submit(new_task("first", priority=Priority.LOW))
    await kit.submit(new_task("second", priority=Priority.HIGH))

    assert (await kit.claim()).task.event_key == "first"


async def test_one_task_runs_per_lane(kit: InboxKit) -> None:
    """The next task of a lane waits until the one before has ended."""
    await kit.submit_all("a1", "a2", lane="a")
    claim = await kit.claim()

    assert await kit.inbox.claim(10) == []

    await kit.inbox.leave(claim.lease, ending(TaskStatus.COMPLETED))
    assert (await kit.claim()).task.event_key == "a2"


async def test_one_call_claims_up_to_as_many_as_asked(kit: InboxKit) -> None:
    """Several lanes are claimed in one transaction, no more than were asked for."""
    for lane in ("a", "b", "c"):
        await kit.submit_all(f"{lane}1", f"{lane}2", lane=lane)

    claims = await kit.inbox.claim(2)

    assert [claim.task.event_key for claim in claims] == ["a1", "b1"]


async def test_task_that_must_wait_holds_its_lane_back(kit: InboxKit) -> None:
    """What comes after a delayed task waits with it, and both go in order."""
    later = kit.clock.now() + timedelta(seconds=30)
    await kit.submit(replace(new_task("first"), not_before=later))
    await kit.submit(new_task("second", priority=Priority.HIGH))
    assert await kit.inbox.claim() == []

    kit.clock.advance(timedelta(seconds=30))

    assert (await kit.claim()).task.event_key == "first"


async def test_task_given_back_keeps_its_place(kit: InboxKit) -> None:
    """A retry goes before what came later in its lane, when its time has come."""
    claim = await kit.claim_new("first")
    await kit.submit_all("second")
    later = kit.clock.now() + timedelta(seconds=5)

    leaving = Leaving(status=TaskStatus.PENDING, not_before=later)
    await kit.inbox.leave(claim.lease, Ending(leaving=leaving))
    assert await kit.inbox.claim() == []
    kit.clock.advance(timedelta(seconds=5))

    assert (await kit.claim()).task.event_key == "first"


async def test_lane_goes_on_while_a_question_is_open(kit: InboxKit) -> None:
    """A task that waits for a person does not block what that person writes."""
    claim = await kit.claim_new("first")
    await kit.submit_all("second")

    await kit.inbox.leave(claim.lease, ending(TaskStatus.WAITING_INPUT))

    assert (await kit.claim()).task.event_key == "second"


async def test_expired_high_task_does_not_wait_behind_an_expired_low_one(kit: InboxKit) -> None:
    """Abandoned tasks are ordered like all others, not by when they were abandoned."""
    await kit.submit(new_task("low", "a", priority=Priority.LOW))
    await kit.claim()
    kit.clock.advance(timedelta(seconds=1))
    await kit.submit(new_task("high", "b", priority=Priority.HIGH))
    await kit.claim()
    kit.clock.advance(LEASE)
    await kit.submit(new_task("fresh", "c", priority=Priority.HIGH))

    assert await claimed_in_order(kit) == ["high", "fresh", "low"]


async def test_many_claimers_share_the_work_without_overlap(kit: InboxKit) -> None:
    """Eight claimers at once never get the same task, nor two of one lane at a time."""
    keys = {f"{lane}{n}" for lane in "abcdef" for n in range(5)}
    for key in sorted(keys):
        await kit.submit_all(key, lane=key[0])
    busy: set[str] = set()
    done: list[str] = []

    async def work(claim: Claim) -> None:
        assert claim.task.lane not in busy
        busy.add(claim.task.lane)
        await asyncio.sleep(0)  # lets the other claimers have their turn
        busy.remove(claim.task.lane)
        done.append(claim.task.event_key)
        await kit.inbox.leave(claim.lease, ending(TaskStatus.COMPLETED))

    async def serve() -> None:
        while len(done) < len(keys):
            for claim in await kit.inbox.claim(2):
                await work(claim)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(serve())
    assert sorted(done) == sorted(keys)
    assert [key for key in done if key[0] == "a"] == [f"a{n}" for n in range(5)]
