"""What is done now and then: bounds are kept, and what is wrong with files is said."""

import asyncio
from datetime import timedelta

import structlog

from gateway.clock import Clock
from gateway.errors import StoreError
from gateway.store import conversations, heartbeats, ticks, timeline
from gateway.store.database import Database
from gateway.workshop import Workshop

INTERVAL_SECONDS = 60.0
RAW_PAYLOADS_KEPT = timedelta(days=30)
TICKS_KEPT = timedelta(days=90)

logger = structlog.get_logger(__name__)


class Maintenance:
    """Runs beside the loops; nothing waits for it."""

    def __init__(self, database: Database, clock: Clock, workshop: Workshop) -> None:
        self._database = database
        self._clock = clock
        self._workshop = workshop
        self._told: frozenset[str] = frozenset()

    async def run(self) -> None:
        """Keep house until cancelled."""
        while True:
            await self._tell_problems()
            try:
                await self._prune()
            except StoreError as error:
                logger.warning("maintenance_put_off", error=str(error))
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _prune(self) -> None:
        before = self._clock.now() - RAW_PAYLOADS_KEPT
        events = await self._database.transact("prune_timeline", timeline.prune)
        payloads = await self._database.transact(
            "prune_payloads", lambda: conversations.forget_raw_payloads(before)
        )
        long_ago = self._clock.now() - TICKS_KEPT
        await self._database.transact("prune_heartbeats", lambda: heartbeats.forget(long_ago))
        forgotten = await self._database.transact("prune_ticks", lambda: ticks.forget(long_ago))
        if events or payloads or forgotten:
            logger.info("pruned", timeline_events=events, raw_payloads=payloads, ticks=forgotten)

    async def _tell_problems(self) -> None:
        """Log each mistake in a soul or skill file once."""
        problems = await asyncio.to_thread(self._workshop.problems)
        found = frozenset(f"{path}: {problem}" for path, problem in problems.items())
        for problem in sorted(found - self._told):
            logger.warning("file_has_a_mistake", problem=problem)
        self._told = found
