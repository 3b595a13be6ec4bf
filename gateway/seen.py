"""Shows on people's messages that the bot has taken note of them, where a platform can."""

import asyncio

import structlog

from channels.errors import SendError, SendFailed
from channels.message import InboundMessage
from channels.protocol import ShowsSeen
from gateway.governor import Governor
from gateway.roster import Roster

PATIENCE_SECONDS = 10.0
MOST_WAITING = 1000  # a sign that comes much later than the message says nothing

logger = structlog.get_logger(__name__)


class SeenSigns:
    """One sign after the other; a lost one does no harm, so nothing is stored."""

    def __init__(self, roster: Roster, governor: Governor, *, is_wanted: bool) -> None:
        self._roster = roster
        self._governor = governor
        self._is_wanted = is_wanted
        self._waiting: asyncio.Queue[InboundMessage] = asyncio.Queue(MOST_WAITING)

    def note(self, message: InboundMessage) -> None:
        """Let a message that is stored be marked soon; never blocks."""
        is_marked = bool(message.message_id)  # a press of a button has none
        if self._is_wanted and is_marked and not self._waiting.full():
            self._waiting.put_nowait(message)

    async def run(self) -> None:
        """Show the signs until cancelled."""
        while True:
            message = await self._waiting.get()
            try:
                await self._show(message)
            except Exception:  # a sign is a courtesy, and must not hold anything up
                logger.exception("sign_failed", channel=message.conversation.channel)

    async def _show(self, message: InboundMessage) -> None:
        chat = message.conversation
        channel = self._roster.find(chat.channel)
        if channel is None or self._governor.penalty(chat):
            return
        if isinstance(channel, ShowsSeen):
            await self._mark(channel, message)

    async def _mark(self, channel: ShowsSeen, message: InboundMessage) -> None:
        chat = message.conversation
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await channel.show_seen(chat, message.message_id)
        except SendFailed as error:
            self._governor.penalise(chat, error.retry_after)
        except (SendError, TimeoutError) as error:
            logger.info("sign_not_shown", channel=chat.channel, error=str(error))
