"""The delivery loop: brings the outbox to the channels, one part of a conversation at a time."""

import asyncio
from collections.abc import Sequence

import structlog

from channels.message import ConversationAddress
from gateway.clock import Clock
from gateway.errors import GatewayError
from gateway.governor import Governor
from gateway.roster import Roster
from gateway.sending import Sender
from gateway.store import outbox
from gateway.store.database import Database
from gateway.store.outbox import DuePart
from gateway.store.statement import Script
from gateway.wakeup import Wakeup

PARTS_AT_ONCE = 128
LOOK_AGAIN_SECONDS = 1.0  # for parts whose time has come; new parts wake the loop at once
AFTER_ERROR_SECONDS = 5.0

logger = structlog.get_logger(__name__)


class Delivery:
    """Delivers what is in the outbox; conversations side by side, parts of one in their order."""

    def __init__(
        self, database: Database, clock: Clock, roster: Roster, sender: Sender, governor: Governor
    ) -> None:
        self._database = database
        self._clock = clock
        self._roster = roster
        self._sender = sender
        self._governor = governor
        self._busy: set[str] = set()  # keys of conversations
        self._reachable: set[ConversationAddress] = set()  # to be offered again what they missed
        self.wakeup = Wakeup()

    async def run(self) -> None:
        """Deliver until cancelled; a send that is in flight then is looked up at the next start."""
        async with asyncio.TaskGroup() as group:
            while True:
                for due in await self._due():
                    self._busy.add(due.part.address.key)
                    group.create_task(self._deliver(due))
                await self.wakeup.wait(LOOK_AGAIN_SECONDS)

    def reachable(self, chat: ConversationAddress) -> None:
        """Offer again, at once, what a chat could not take while nobody was there."""
        self._governor.pardon(chat)
        self._reachable.add(chat)
        self.wakeup.call()

    async def flush(self, seconds: float) -> None:
        """Wait until nothing more can be delivered now, at most `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while self._busy or await self._due():
                    self.wakeup.call()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            logger.warning("outbox_not_flushed", in_flight=len(self._busy))

    async def _due(self) -> list[DuePart]:
        """Return the parts that may be delivered now."""
        channels = self._roster.loaded
        if not channels:
            return []
        now = self._clock.now()
        # Not while a part is on its way: its failure would be put off after this.
        reached = {chat for chat in self._reachable if chat.key not in self._busy}

        def script() -> Script[Sequence[DuePart]]:
            for chat in reached:
                yield from outbox.offer_again(chat)
            return (yield from outbox.due(channels, now, PARTS_AT_ONCE))

        try:
            parts = await self._database.transact("due", script)
        except GatewayError as error:
            logger.warning("outbox_unreadable", error=str(error))
            return []
        self._reachable -= reached
        return [due for due in parts if self._may_go(due.part.address)]

    def _may_go(self, chat: ConversationAddress) -> bool:
        return chat.key not in self._busy and not self._governor.penalty(chat)

    async def _deliver(self, due: DuePart) -> None:
        part = due.part
        channel = self._roster.find(part.address.channel)
        goes_on = True
        try:
            if channel is not None:
                goes_on = await self._sender.deliver(channel, due)
        except Exception:  # the part keeps its state and its lease runs out: it is looked up then
            logger.exception("delivery_failed", outbox_id=str(part.outbox_id))
            await asyncio.sleep(AFTER_ERROR_SECONDS)
        finally:
            self._busy.discard(part.address.key)
            if goes_on:
                self.wakeup.call()
