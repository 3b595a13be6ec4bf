"""The running gateway: its loops, and how they begin and end."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog

from gateway.access import Gate
from gateway.channel_runner import ChannelRunner
from gateway.datadir import DataDirectory
from gateway.delivery import Delivery
from gateway.dispatch import Dispatcher
from gateway.errors import StartupError, StoreUnavailableError
from gateway.files import FileFetcher
from gateway.garbage import uncollected
from gateway.http import HttpServer
from gateway.inbox import Inbox
from gateway.installer import SkillInstaller
from gateway.intake import Intake
from gateway.maintenance import Maintenance
from gateway.models import ModelShelf
from gateway.schedule.clockwork import Clockwork
from gateway.seen import SeenSigns
from gateway.store import settings
from gateway.store.database import Database
from skills.process import end_orphans

LOADING_SWITCH_SECONDS = 0.001  # how long an import in a thread keeps the loop from running
FLUSH_SHARE = 0.25  # of the time to stop, for the outbox; the rest is for running tasks

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loops:
    """What runs while the gateway runs."""

    intake: Intake
    dispatcher: Dispatcher
    delivery: Delivery
    maintenance: Maintenance
    seen: SeenSigns
    models: ModelShelf
    clockwork: Clockwork
    files: FileFetcher
    skills: SkillInstaller
    channels: Sequence[ChannelRunner]


class Service:
    """A gateway from its start to its end; made by `gateway.app.build`.

    Nothing happens before `run`. All that is opened is closed on any way out.
    """

    def __init__(
        self,
        directory: DataDirectory,
        database: Database,
        inbox: Inbox,
        http: HttpServer,
        loops: Loops,
        gate: Gate,
    ) -> None:
        self._directory = directory
        self._database = database
        self._inbox = inbox
        self._http = http
        self._loops = loops
        self._gate = gate
        self._loaded = asyncio.Event()
        self.started = asyncio.Event()
        self.url = ""  # known once it has started
        self.claim_code = ""  # the same; stays empty where there is an admin

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The names of the channels that are set up, whether or not they can be used now."""
        return tuple(runner.name for runner in self._loops.channels)

    async def run(self, stop: asyncio.Event, *, stop_seconds: float) -> None:
        """Run until `stop` is set, then end within `stop_seconds`; set before, nothing begins.

        Raises:
            StartupError: it cannot start; one line says why.
        """
        async with AsyncExitStack() as stack:
            stack.callback(self._directory.close)
            await self._database.open()
            stack.push_async_callback(self._database.close)
            found = await self._take_over()
            if orphans := await asyncio.to_thread(end_orphans):
                logger.warning("orphaned_tools_ended", processes=orphans)
            await self._loops.skills.open()
            is_paused = await self._database.transact("is_paused", settings.is_paused)
            self._loops.dispatcher.pause(is_paused=is_paused)
            self.claim_code = await self._database.transact("claim_code", self._gate.open_claim)
            stack.push_async_callback(self._loops.models.aclose)
            self.url = await self._http.open()
            stack.push_async_callback(self._http.close)
            self._directory.announce(self.url)
            logger.info("gateway_started", url=self.url, taken_over=found)
            await self._run_loops(stop, stop_seconds)
        logger.info("gateway_stopped")

    async def _take_over(self) -> int:
        """Make the first write of this start."""
        try:
            return await self._inbox.take_over()
        except StoreUnavailableError as error:
            raise StartupError(
                f"the database cannot be written: {error}; make room on the disk, or make the file "
                "writable for this user, and start again"
            ) from error

    async def _run_loops(self, stop: asyncio.Event, stop_seconds: float) -> None:
        loops = self._loops
        if stop.is_set():  # a task that is cancelled before its first step would never say so
            return
        async with asyncio.TaskGroup() as group:
            housekeeping = [
                group.create_task(runner.run(), name="channel") for runner in loops.channels
            ]
            housekeeping.append(group.create_task(self._maintain(), name="maintenance"))
            housekeeping.append(group.create_task(self._schedule(), name="scheduler"))
            housekeeping.append(group.create_task(loops.seen.run(), name="seen"))
            group.create_task(self._dispatch(), name="dispatcher")
            housekeeping.append(group.create_task(loops.delivery.run(), name="delivery"))
            housekeeping.append(group.create_task(loops.files.run(), name="files"))
            housekeeping.append(group.create_task(loops.skills.run(), name="skills"))
            self.started.set()
            await stop.wait()
            await self._stop(stop_seconds)
            for task in housekeeping:
                task.cancel()

    async def _load(self) -> None:
        """Wait until the channels' libraries are loaded, and then load the model's.

        Two imports at once share one processor, so that would only hold up the first poll. And one
        import must leave the processor to the loop soon: somebody may write in the terminal.
        """
        usual = sys.getswitchinterval()
        sys.setswitchinterval(LOADING_SWITCH_SECONDS)
        try:
            with uncollected():
                for runner in self._loops.channels:
                    await runner.loaded.wait()
                await self._loops.models.ready()
        finally:
            sys.setswitchinterval(usual)
        self._loaded.set()

    async def _dispatch(self) -> None:
        """Work on tasks, once there is a model: without it an attempt would count for nothing."""
        await self._load()
        await self._loops.dispatcher.run()

    async def _maintain(self) -> None:
        """Keep house, which loads libraries of its own, once the others are loaded."""
        await self._loaded.wait()
        await self._loops.maintenance.run()

    async def _schedule(self) -> None:
        """Fire schedules and heartbeats, once there is a model for what they ask."""
        await self._loaded.wait()
        await self._loops.clockwork.run()

    async def _stop(self, seconds: float) -> None:
        """Take nothing in, let tasks end or give them back, and send what can be sent.

        Channels stay connected until the outbox is flushed; what they receive meanwhile they keep.
        A send that is still in flight then is broken off, and looked up at the next start.
        """
        logger.info("gateway_stopping", running=len(self._loops.dispatcher.running))
        self._loops.intake.close()
        await self._loops.dispatcher.stop(seconds * (1 - 2 * FLUSH_SHARE))
        await self._loops.delivery.flush(seconds * FLUSH_SHARE)
