"""The dispatcher: takes tasks out of the inbox and sees to it that each is worked on or left."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

import structlog

from gateway.config.sections import InboxSettings
from gateway.errors import LeaseLostError, StoreUnavailableError
from gateway.inbox import Claim, Claims, Ending, Inbox
from gateway.lifecycle import TaskStatus
from gateway.retry import back_off
from gateway.store.tasks import Leaving
from gateway.turn import TaskTurn

LOOK_AGAIN_SECONDS = 1.0  # for leases and waits that ran out; a new task wakes the loop at once
RENEWALS_PER_LEASE = 3

logger = structlog.get_logger(__name__)


class StopCause(StrEnum):
    """Why work on a task is broken off."""

    CANCELLED = "cancelled"  # a person asked for it
    SHUTDOWN = "shutdown"
    LEASE_LOST = "lease_lost"


@dataclass(slots=True)
class _Running:
    """A task that is being worked on."""

    work: "asyncio.Task[None] | None" = None
    cause: StopCause | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self, cause: StopCause) -> None:
        """Break the work off; the first cause counts."""
        if self.cause is None and self.work is not None:
            self.cause = cause
            self.work.cancel()


class Dispatcher:
    """Works on as many tasks at once as `concurrency` says; one task of a lane at a time."""

    def __init__(
        self,
        inbox: Inbox,
        settings: InboxSettings,
        turn: Callable[[Claim], TaskTurn],
    ) -> None:
        self._inbox = inbox
        self._settings = settings
        self._turn = turn
        self._running: dict[UUID, _Running] = {}
        self._reserved = 0  # places of claims that are on their way
        self._group: asyncio.TaskGroup | None = None  # while it runs
        self._stopping = asyncio.Event()
        self._is_paused = False

    @property
    def running(self) -> tuple[UUID, ...]:
        """The ids of the tasks that are being worked on."""
        return tuple(self._running)

    async def run(self) -> None:
        """Work until `stop`; returns when nothing runs any more."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            while not self._stopping.is_set():
                await self._claim()
                await self._inbox.wakeup.wait(LOOK_AGAIN_SECONDS)
            while self._reserved:
                await self._inbox.wakeup.wait(LOOK_AGAIN_SECONDS)
            self._group = None

    def reserve(self) -> bool:
        """Keep a place for a task that is claimed as it is accepted; `take` must follow."""
        is_open = self._group is not None and not (self._is_paused or self._stopping.is_set())
        if not is_open or self._free <= 0:
            return False
        self._reserved += 1
        return True

    def take(self, claims: Claims | None) -> None:
        """Work on what was claimed in a place that was kept; None where nothing could be."""
        self._reserved -= 1
        self._inbox.claimed(claims)
        for claim in claims.taken if claims else ():
            self._begin(claim)
        is_more_to_take = claims is not None and claims.taken and claims.has_more
        if is_more_to_take or self._stopping.is_set():
            self._inbox.wakeup.call()

    @property
    def _free(self) -> int:
        return self._settings.concurrency - len(self._running) - self._reserved

    def _begin(self, claim: Claim) -> None:
        if self._group is None:
            raise RuntimeError("a claim came to a dispatcher that does not run")
        if self._stopping.is_set():  # it was asked for before, and came after, the stop
            self._group.create_task(self._give_up(claim))
            return
        before = self._running.get(claim.task.task_id)
        self._running[claim.task.task_id] = _Running()
        self._group.create_task(self._supervise(claim, before))

    async def stop(self, seconds: float) -> None:
        """Claim nothing new; give running tasks `seconds` to end, then give them back."""
        self._stopping.set()
        self._inbox.wakeup.call()
        try:
            async with asyncio.timeout(seconds):
                while self._running:
                    await next(iter(self._running.values())).ended.wait()
        except TimeoutError:
            logger.info("tasks_given_back", count=len(self._running))
            for running in self._running.values():
                running.stop(StopCause.SHUTDOWN)

    def pause(self, *, is_paused: bool) -> None:
        """Stop or go on claiming tasks; what runs goes on."""
        self._is_paused = is_paused
        self._inbox.wakeup.call()

    def cancel(self, task_id: UUID) -> bool:
        """Break off the work on a task now, its tools' processes included; False if none runs."""
        running = self._running.get(task_id)
        if running is None:
            return False
        running.stop(StopCause.CANCELLED)
        return True

    async def _claim(self) -> None:
        """Take up what waits, as far as there are places."""
        places = self._free
        if places <= 0 or self._is_paused:
            return
        self._reserved += places
        try:
            claims = await self._inbox.claim(places)
        except StoreUnavailableError as error:
            logger.warning("inbox_unavailable", error=str(error))
            return
        finally:
            self._reserved -= places
        for claim in claims:
            self._begin(claim)

    async def _give_up(self, claim: Claim) -> None:
        """Give back, at once, what nobody has begun to work on."""
        try:
            await self._leave_stopped(self._turn(claim), StopCause.SHUTDOWN)
        except (LeaseLostError, StoreUnavailableError) as lost:
            logger.warning("task_left_behind", task_id=str(claim.task.task_id), error=str(lost))

    async def _supervise(self, claim: Claim, before: _Running | None) -> None:
        """Work on a claim and keep its lease meanwhile.

        `before` is our own earlier work on the task, which lost its lease while this process was
        asleep; it ends first.
        """
        running = self._running[claim.task.task_id]
        if before is not None:
            before.stop(StopCause.LEASE_LOST)
            await before.ended.wait()
        try:
            async with asyncio.TaskGroup() as group:
                keeper = group.create_task(self._keep_lease(claim, running))
                running.work = asyncio.current_task()
                await self._attempt(claim, running)
                running.work = None  # too late to break it off
                keeper.cancel()
        finally:
            running.ended.set()
            if self._running.get(claim.task.task_id) is running:
                del self._running[claim.task.task_id]
            if not self._inbox.is_drained:
                self._inbox.wakeup.call()

    async def _keep_lease(self, claim: Claim, running: _Running) -> None:
        interval = self._inbox.lease_time.total_seconds() / RENEWALS_PER_LEASE
        while True:
            await asyncio.sleep(interval)
            try:
                if await self._inbox.extend(claim.lease):
                    running.stop(StopCause.CANCELLED)
            except LeaseLostError:
                running.stop(StopCause.LEASE_LOST)
            except StoreUnavailableError as error:  # the lease may still be renewed next time
                logger.warning("lease_not_renewed", error=str(error))

    async def _attempt(self, claim: Claim, running: _Running) -> None:
        """Work on a claim; whatever goes wrong, it is left in a state from which it goes on."""
        turn = self._turn(claim)
        task_id = str(claim.task.task_id)
        try:
            try:
                await turn.run()
            except asyncio.CancelledError:
                if running.cause is None:
                    raise
                await self._leave_stopped(turn, running.cause)
        except LeaseLostError:
            logger.warning("lease_lost", task_id=task_id, fence=claim.lease.fence)
        except StoreUnavailableError as error:  # nothing can be written: the lease will run out
            logger.warning("task_left_behind", task_id=task_id, error=str(error))
        except Exception as error:
            logger.exception("attempt_failed", task_id=task_id, attempt=claim.task.attempt)
            await self._give_back(turn, claim, error)

    async def _leave_stopped(self, turn: TaskTurn, cause: StopCause) -> None:
        if cause is StopCause.CANCELLED:
            await turn.leave_cancelled()
            return
        if cause is StopCause.SHUTDOWN:
            leaving = Leaving(status=TaskStatus.PENDING, reason="shutdown", is_forgiven=True)
            await turn.leave(Ending(leaving=leaving))
            return
        raise LeaseLostError("the lease ran out while the task was being worked on")

    async def _give_back(self, turn: TaskTurn, claim: Claim, error: Exception) -> None:
        decision = back_off(claim.task.barren_attempts, f"{type(error).__name__}: {error}")
        try:
            await turn.put_off(decision)
        except (LeaseLostError, StoreUnavailableError) as lost:
            logger.warning("task_left_behind", task_id=str(claim.task.task_id), error=str(lost))
