"""What is done now and then: bounds are kept, and what is wrong with files is said."""

import asyncio
from datetime import timedelta
from functools import partial

import structlog

from gateway.belongings import carry_over
from gateway.clock import Clock
from gateway.errors import StoreError
from gateway.outgoing import remove_copies, tasks_with_copies
from gateway.store import (
    conversations,
    files,
    follow_ups,
    heartbeats,
    links,
    ticks,
    timeline,
)
from gateway.store.database import Database
from gateway.wakeup import Wakeup
from gateway.workshop import Workshop

INTERVAL_SECONDS = 60.0
RAW_PAYLOADS_KEPT = timedelta(days=30)
TICKS_KEPT = timedelta(days=90)

logger = structlog.get_logger(__name__)


class Maintenance:
    """Runs beside the loops; nothing waits for it."""

    def __init__(
        self, database: Database, clock: Clock, workshop: Workshop, *, copies_kept: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self._workshop = workshop
        self._copies_kept = copies_kept
        self._told: frozenset[str] = frozenset()
        self.wakeup = Wakeup()  # for what must not wait a minute

    async def run(self) -> None:
        """Keep house until cancelled."""
        while True:
            await self._tell_problems()
            try:
                await self._carry_over()
                await self._prune()
                await self._remove_copies()
            except StoreError as error:
                logger.warning("maintenance_put_off", error=str(error))
            await self.wakeup.wait(INTERVAL_SECONDS)

    async def _carry_over(self) -> None:
        """Let what skills keep follow people who were joined."""
        joined = await self._database.transact("joined_people", links.joined)
        try:
            await asyncio.to_thread(carry_over, self._workshop.data_dir, joined)
        except OSError as error:
            logger.warning("skill_state_not_carried_over", error=error.strerror)

    async def _prune(self) -> None:
        before = self._clock.now() - RAW_PAYLOADS_KEPT
        events = await self._database.transact("prune_timeline", timeline.prune)
        payloads = await self._database.transact(
            "prune_payloads", lambda: conversations.forget_raw_payloads(before)
        )
        long_ago = self._clock.now() - TICKS_KEPT
        await self._database.transact("prune_heartbeats", lambda: heartbeats.forget(long_ago))
        await self._database.transact("prune_follow_ups", lambda: follow_ups.forget(long_ago))
        forgotten = await self._database.transact("prune_ticks", lambda: ticks.forget(long_ago))
        if events or payloads or forgotten:
            logger.info("pruned", timeline_events=events, raw_payloads=payloads, ticks=forgotten)

    async def _remove_copies(self) -> None:
        """Remove what was kept of files that were sent long ago, or never will be."""
        home, before = self._workshop.data_dir, self._clock.now() - self._copies_kept
        for task_id in await asyncio.to_thread(tasks_with_copies, home):
            is_done_with = await self._database.transact(
                "is_done_with", partial(files.is_done_with, task_id, before)
            )
            if is_done_with:
                await asyncio.to_thread(remove_copies, home, task_id)
                logger.info("sent_files_removed", task_id=str(task_id))

    async def _tell_problems(self) -> None:
        """Log each mistake in a soul or skill file once."""
        problems = await asyncio.to_thread(self._workshop.problems)
        found = frozenset(f"{path}: {problem}" for path, problem in problems.items())
        for problem in sorted(found - self._told):
            logger.warning("file_has_a_mistake", problem=problem)
        self._told = found
