"""The contract suite's kit for Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from channels.message import ConversationAddress
from channels.telegram.channel import TelegramChannel
from tests.contract.channels.kit import Trouble
from tests.doubles.telegram_faults import (
    cut_after_applying,
    cut_before_applying,
    too_many_requests,
)
from tests.doubles.telegram_server import TelegramServer
from tests.doubles.telegram_world import BOT_ID

ADAS_CHAT = 1001
SHORTEST_SECONDS = 0.01


async def short_sleep(seconds: float) -> None:
    """Wait in place of a back-off, so that no test waits for seconds."""
    await asyncio.sleep(min(seconds, SHORTEST_SECONDS))


class TelegramKit:
    """A `TelegramChannel` on aiogram against the Bot API double."""

    def __init__(self, server: TelegramServer, stack: AsyncExitStack) -> None:
        self.server = server
        self._stack = stack
        self.channel = self.another_process()
        self.conversation = ConversationAddress(
            channel="telegram", account=str(BOT_ID), chat_id=str(ADAS_CHAT)
        )
        server.world.chat(ADAS_CHAT)

    def another_process(self, token: str | None = None) -> TelegramChannel:
        """Return a channel of the same account that knows nothing of the first."""
        channel = TelegramChannel(
            token or self.server.token, api_base=self.server.base_url, sleep=short_sleep
        )
        self._stack.push_async_callback(channel.aclose)
        return channel

    async def person_says(self, text: str) -> None:
        """Let Ada write."""
        await self.server.user_says(text)

    def shown(self) -> list[str]:
        """Return what the bot said to Ada."""
        return [message.text for message in self.server.world.from_bot(ADAS_CHAT)]

    def befall_next_send(self, trouble: Trouble) -> None:
        """Let the next sendMessage go wrong."""
        match trouble:
            case Trouble.REFUSED_FOR_NOW:
                self.server.fail_next("sendMessage", too_many_requests(7))
            case Trouble.REFUSED_FOR_GOOD:
                self.server.block(ADAS_CHAT)
            case Trouble.LOST:
                self.server.fail_next("sendMessage", cut_before_applying())
            case Trouble.UNANSWERED:
                self.server.fail_next("sendMessage", cut_after_applying())


@asynccontextmanager
async def telegram_kit() -> AsyncIterator[TelegramKit]:
    """Start a server and yield a kit for it."""
    async with TelegramServer() as server, AsyncExitStack() as stack:
        yield TelegramKit(server, stack)
