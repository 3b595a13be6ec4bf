"""A message that can be worked on at once is claimed in the transaction that stores it."""

import asyncio

import pytest

from gateway.config.sections import InboxSettings
from gateway.envelope import Priority
from gateway.errors import StoreUnavailableError
from gateway.lifecycle import TaskStatus
from gateway.store.database import Database
from tests.contract.front.kit import MEMBER, OWNER, Front, message
from tests.contract.inbox.kit import new_task
from tests.doubles.databases import open_database
from tests.doubles.taker import Taker


def goals(front: Front) -> list[str]:
    """Return the goals of what was claimed, in its order."""
    return [claim.task.goal for claim in front.taker.taken]


async def test_message_is_claimed_as_it_is_accepted(database: Database) -> None:
    """With attempt, fence and lease, as by any claim; nothing is left to look for."""
    front = Front(database=database, taker=Taker(places=1))

    await front.write("hello")

    (claim,) = front.taker.taken
    assert (claim.task.goal, claim.task.status) == ("hello", TaskStatus.RUNNING)
    assert (claim.task.attempt, claim.lease.fence) == (1, 1)
    assert await front.inbox.claim() == []


async def test_message_waits_where_there_is_no_place(database: Database) -> None:
    """It is stored all the same, and claimed when somebody has time."""
    front = Front(database=database)

    await front.write("hello")

    (claim,) = await front.inbox.claim()
    assert claim.task.goal == "hello"


async def test_second_message_of_a_conversation_waits(database: Database) -> None:
    """One task of a lane runs at a time, however it is claimed."""
    front = Front(database=database, taker=Taker(places=2))

    await front.write("first")
    await front.write("second")

    assert goals(front) == ["first"]
    assert front.taker.places == 1


async def test_whoever_waited_longer_goes_first(database: Database) -> None:
    """The place goes to the head of the inbox; the new message takes its turn."""
    front = Front(database=database)
    await front.write("older", MEMBER)
    front.taker.places = 1

    await front.write("newer", OWNER)

    assert goals(front) == ["older"]
    assert [claim.task.goal for claim in await front.inbox.claim()] == ["newer"]


async def test_higher_priority_goes_first(database: Database) -> None:
    """A person's message is urgent: a normal task that waits lets it pass."""
    front = Front(database=database)
    await front.inbox.submit(new_task("e1", "elsewhere", priority=Priority.NORMAL))
    front.taker.places = 1

    await front.write("hello")

    assert goals(front) == ["hello"]


@pytest.mark.parametrize("text", ["/help", "/status"])
async def test_command_takes_no_place(database: Database, text: str) -> None:
    """It is answered in the transaction that stores it."""
    front = Front(database=database, taker=Taker(places=1))

    await front.write(text)

    assert (front.taker.taken, front.taker.places, front.taker.reserved) == ([], 1, 0)


async def test_repeated_event_takes_no_place(database: Database) -> None:
    """The first delivery has made the task."""
    front = Front(database=database, taker=Taker(places=5))
    event = front.event(message("hello", OWNER))

    for _ in range(3):
        await front.intake.receive([event])

    assert goals(front) == ["hello"]
    assert (front.taker.places, front.taker.reserved) == (4, 0)


async def test_place_is_given_back_where_nothing_can_be_stored(database_url: str) -> None:
    """The platform keeps the message, and the place is free."""
    async with open_database(database_url) as database:
        front = Front(database=database, taker=Taker(places=1))
        await front.write("/start")

    with pytest.raises(StoreUnavailableError):
        await front.write("hello")

    assert (front.taker.places, front.taker.reserved) == (1, 0)


async def test_claim_of_a_caller_that_left_is_handed_over(database: Database) -> None:
    """A connection that breaks just then leaves no task behind that nobody works on."""
    front = Front(database=database, taker=Taker(places=1))
    await front.write("/start")
    await front.inbox.check_room()  # that it has room is known, so the event is stored at once
    event = front.event(message("hello", OWNER))

    async with asyncio.TaskGroup() as group:
        receiving = group.create_task(front.intake.receive([event]))
        await asyncio.sleep(0)  # it has handed over its script
        receiving.cancel()
    async with asyncio.timeout(3):
        await front.taker.came.wait()

    assert goals(front) == ["hello"]


async def test_full_lane_takes_no_place(database: Database) -> None:
    """What is left aside is no task."""
    front = Front(database=database, limits=InboxSettings(waiting_per_lane=1))
    await front.write("waits")
    front.taker.places = 1

    await front.write("is left aside")

    assert (front.taker.taken, front.taker.places) == ([], 1)
