"""The contract suite's kit for Telegram."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from channels.message import ConversationAddress
from channels.telegram.channel import TelegramChannel
from channels.telegram.messenger import MESSENGER
from tests.contract.channels.kit import Trouble
from tests.doubles.telegram_faults import (
    cut_after_applying,
    cut_before_applying,
    markup_refused,
    too_many_requests,
)
from tests.doubles.telegram_files import file_of
from tests.doubles.telegram_rules import CheckedText
from tests.doubles.telegram_server import TelegramServer
from tests.doubles.telegram_world import BOT_ID, BOT_USERNAME

ADAS_CHAT = 1001
SUPERGROUP = -1001234567890
TOPIC = 42
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

    def kept(self) -> int:
        """Return how many events wait for their acknowledgement."""
        return len(self.server.world.updates)

    async def heard_again(self, text: str) -> None:
        """Let Ada write; the update is handed out twice."""
        self.server.times_handed_out = 2
        await self.server.user_says(text)

    async def disconnect(self) -> None:
        """Cut the poll that waits."""
        self.server.cut_polls()

    split = staticmethod(MESSENGER.split)

    async def group_says(self, text: str, *, mentions_bot: bool) -> None:
        """Let Ada write in a group, with or without the bot's name before it."""
        name = f"@{BOT_USERNAME}"
        mention = {"type": "mention", "offset": 0, "length": len(name)}
        await self.server.user_says(
            f"{name} {text}" if mentions_bot else text,
            chat_id=SUPERGROUP,
            entities=(mention,) if mentions_bot else (),
        )

    async def thread_says(self, text: str) -> None:
        """Let Ada write in a topic."""
        await self.server.user_says(text, chat_id=SUPERGROUP, thread_id=TOPIC)

    def shown_in_thread(self) -> list[str]:
        """Return what the bot said in the topic."""
        messages = self.server.world.from_bot(SUPERGROUP)
        return [message.text for message in messages if message.thread_id == TOPIC]

    async def replies_to_bot(self, text: str) -> str:
        """Let Ada reply to a message of the bot's."""
        content = CheckedText(text="which one?")
        said = self.server.world.send(ADAS_CHAT, content, thread_id=None, reply_to=None)
        await self.server.user_says(text, reply_to=said.id)
        return str(said.id)

    async def rewrites(self, before: str, after: str) -> None:
        """Let Ada write something and change it."""
        await self.server.user_edits(await self.server.user_says(before), after)

    def refusals(self) -> list[str]:
        """Return what went wrong with the bot's requests."""
        return [call.outcome for call in self.server.calls if call.outcome != "ok"]

    def refuse_markup_once(self) -> None:
        """Refuse the next entities."""
        self.server.fail_next("sendMessage", markup_refused())

    async def sends_file(self, name: str, content: bytes) -> None:
        """Let Ada send a document."""
        await self.server.user_sends(file_of(content, name=name))

    def files_shown(self) -> list[tuple[str, bytes]]:
        """Return the files that the bot sent to Ada."""
        files = (message.file for message in self.server.world.from_bot(ADAS_CHAT))
        return [(file.name, file.data) for file in files if file is not None]

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
