"""The places of the dispatcher, and what becomes of claims that come for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from gateway.config.sections import InboxSettings
from gateway.dispatch import Dispatcher
from gateway.inbox import Claim, Claims, Ending
from gateway.lifecycle import TaskStatus
from gateway.store.tasks import Leaving
from gateway.turn import TaskTurn
from tests.contract.inbox.kit import InboxKit

PATIENCE_SECONDS = 5.0


class HeldTurn:
    """Works until it may end; stands in for a turn."""

    def __init__(self, kit: InboxKit, claim: Claim, may_end: asyncio.Event) -> None:
        self._kit = kit
        self._claim = claim
        self._may_end = may_end

    async def run(self) -> None:
        """See `TaskTurn`."""
        await self._may_end.wait()
        await self.leave(Ending(leaving=Leaving(status=TaskStatus.COMPLETED)))

    async def leave(self, ending: Ending) -> None:
        """See `TaskTurn`."""
        await self._kit.inbox.leave(self._claim.lease, ending)


class Floor:
    """A dispatcher with one place, whose work lasts until the end of the test."""

    def __init__(self, kit: InboxKit) -> None:
        self._may_end = asyncio.Event()
        self._kit = kit
        self.dispatcher = Dispatcher(kit.inbox, InboxSettings(concurrency=1), self._turn)

    def _turn(self, claim: Claim) -> TaskTurn:
        return cast(TaskTurn, HeldTurn(self._kit, claim, self._may_end))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the dispatcher, and in the end let its work end and stop it."""
        async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
            group.create_task(self.dispatcher.run())
            while not self.dispatcher.reserve():  # noqa: ASYNC110 - its first look tells nobody
                await asyncio.sleep(0)
            self.dispatcher.take(None)
            yield
            self._may_end.set()
            await self.dispatcher.stop(PATIENCE_SECONDS)

    async def claims(self, event_key: str) -> Claims:
        """Claim a new task, as a transaction that accepts it does."""
        return Claims(taken=[await self._kit.claim_new(event_key, event_key)], has_more=False)


async def test_dispatcher_that_does_not_run_keeps_no_place(kit: InboxKit) -> None:
    """Before the model is loaded, say: a claim would count an attempt for nothing."""
    assert not Floor(kit).dispatcher.reserve()


async def test_place_is_kept_for_one(kit: InboxKit) -> None:
    """From the offer to the end of the work, or until nothing could be claimed."""
    floor = Floor(kit)
    async with floor.running():
        assert floor.dispatcher.reserve()
        assert not floor.dispatcher.reserve()

        floor.dispatcher.take(None)
        assert floor.dispatcher.reserve()
        floor.dispatcher.take(await floor.claims("e1"))
        assert not floor.dispatcher.reserve()


async def test_paused_dispatcher_keeps_no_place(kit: InboxKit) -> None:
    """What comes meanwhile waits."""
    floor = Floor(kit)
    async with floor.running():
        floor.dispatcher.pause(is_paused=True)
        assert not floor.dispatcher.reserve()

        floor.dispatcher.pause(is_paused=False)
        assert floor.dispatcher.reserve()
        floor.dispatcher.take(None)


async def test_claim_that_comes_after_the_stop_is_given_back(kit: InboxKit) -> None:
    """The dispatcher waits for what is on its way, and then nobody works on it."""
    floor = Floor(kit)
    async with floor.running():
        assert floor.dispatcher.reserve()
        claims = await floor.claims("e1")
        async with asyncio.TaskGroup() as group:
            group.create_task(floor.dispatcher.stop(PATIENCE_SECONDS))
            await asyncio.sleep(0)  # it has been told to stop
            floor.dispatcher.take(claims)

    task = await kit.find(claims.taken[0].task.task_id)
    assert (task.status, task.attempt, task.barren_attempts) == (TaskStatus.PENDING, 1, 0)
