"""What is done now and then: bounds are kept, and what is wrong with files is said."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import structlog

from gateway.clock import Clock
from gateway.errors import StoreError
from gateway.store import conversations, timeline
from gateway.store.database import Database
from gateway.workshop import Workshop

INTERVAL_SECONDS = 60.0
RAW_PAYLOADS_KEPT = timedelta(days=30)

logger = structlog.get_logger(__name__)


class Maintenance:
    """Runs beside the loops; nothing waits for it."""

    def __init__(self, database: Database, clock: Clock, workshop: Workshop) -> None:
        self._database = database
        self._clock = clock
        self._workshop = workshop
        self._told: Mapping[Path, str] = {}

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
        if events or payloads:
            logger.info("pruned", timeline_events=events, raw_payloads=payloads)

    async def _tell_problems(self) -> None:
        """Log each mistake in a soul or skill file once."""
        found = await asyncio.to_thread(self.problems)
        for path, problem in found.items():
            if self._told.get(path) != problem:
                logger.warning("file_has_a_mistake", path=str(path), problem=problem)
        self._told = found

    def problems(self) -> Mapping[Path, str]:
        """Return what is wrong with soul and skill files."""
        return {**self._workshop.souls.problems(), **self._workshop.skills.problems()}
