"""The delivery loop: brings the outbox to the channels, one part of a conversation at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from channels.message import ConversationAddress
from channels.protocol import Channel
from gateway.clock import Clock
from gateway.errors import GatewayError
from gateway.governor import Governor
from gateway.roster import Roster
from gateway.sending import Sender
from gateway.store import outbox
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.openings import Opening
from gateway.store.outbox import DuePart, NewPart, OutboxPart
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
        self._group: asyncio.TaskGroup | None = None  # while it runs
        self.wakeup = Wakeup()

    async def run(self) -> None:
        """Deliver until cancelled; a send that is in flight then is looked up at the next start."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                while True:
                    for due in await self._due():
                        self._busy.add(due.part.address.key)
                        step = partial(self._sender.deliver, due=due)
                        group.create_task(self._deliver(due.part, step))
                    await self.wakeup.wait(LOOK_AGAIN_SECONDS)
            finally:
                self._group = None

    def open(self, talk: Conversation, new: NewPart, last_id: str) -> Opening | None:
        """Offer to send a part as soon as it is stored; `begun` must follow.

        None where it must take its turn in the outbox; then `wakeup` must be called.
        """
        channel = self._roster.find(talk.address.channel)
        if channel is None or self._group is None or not self._may_go(talk.address):
            return None
        opening = self._sender.opening(channel, talk, new, last_id)
        self._busy.add(talk.address.key)
        return opening

    def begun(self, opening: Opening, part: OutboxPart | None) -> None:
        """Send what is stored as being sent; None where it had to take its turn after all."""
        if part is None or self._group is None:
            self._busy.discard(opening.talk.address.key)
            self.wakeup.call()
        else:
            step = partial(self._sender.send_begun, part=part)
            self._group.create_task(self._deliver(part, step))

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

    async def _deliver(self, part: OutboxPart, step: Callable[[Channel], Awaitable[bool]]) -> None:
        """Take one part a step further, whatever comes of it; its conversation is free then."""
        channel = self._roster.find(part.address.channel)
        goes_on = True
        try:
            if channel is not None:
                goes_on = await step(channel)
        except Exception:  # the part keeps its state and its lease runs out: it is looked up then
            logger.exception("delivery_failed", outbox_id=str(part.outbox_id))
            await asyncio.sleep(AFTER_ERROR_SECONDS)
        finally:
            self._busy.discard(part.address.key)
            if goes_on:
                self.wakeup.call()
