"""The contract suite's kit for Slack."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from channels.backoff import Sleep
from channels.message import ConversationAddress, ConversationKind
from channels.slack.channel import SlackAccount, SlackChannel
from channels.slack.messenger import MESSENGER
from tests.contract.channels.kit import Trouble
from tests.contract.channels.telegram_kit import short_sleep
from tests.doubles.slack_faults import (
    cut_after_applying,
    cut_before_applying,
    refused,
    too_many_requests,
)
from tests.doubles.slack_people import ADAS_CHAT, MENTION
from tests.doubles.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.doubles.slack_world import ADA, BOT_USER

GENERAL = "C0GENERAL"


class SlackKit:
    """A `SlackChannel` on Bolt and Slack's client against the double."""

    def __init__(self, server: SlackServer, stack: AsyncExitStack) -> None:
        self.server = server
        self._stack = stack
        self._thread = ""
        self.channel = self.another_process()
        self.conversation = ConversationAddress(
            channel="slack", account=BOT_USER, chat_id=ADAS_CHAT
        )
        server.world.channel(ADAS_CHAT)
        server.world.channel(GENERAL)

    def another_process(
        self,
        *,
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
        sleep: Sleep = short_sleep,
        interval: float = 0,
    ) -> SlackChannel:
        """Return a channel of the same account that knows nothing of the first."""
        account = SlackAccount(
            bot_token=bot_token, app_token=app_token, api_base=self.server.api_base
        )
        channel = SlackChannel(account, lambda: datetime.now(UTC), sleep=sleep, interval=interval)
        self._stack.push_async_callback(channel.aclose)
        return channel

    def in_thread(self, thread_ts: str, channel: str = GENERAL) -> ConversationAddress:
        """Return the conversation that a thread of a channel is."""
        return ConversationAddress(
            channel="slack",
            account=BOT_USER,
            chat_id=channel,
            thread_id=thread_ts,
            kind=ConversationKind.GROUP,
        )

    async def person_says(self, text: str) -> None:
        """Let Ada write."""
        await self.server.people.says(text)

    def kept(self) -> int:
        """Return how many events wait for their acknowledgement."""
        return len(self.server.socket.unacknowledged)

    async def heard_again(self, text: str) -> None:
        """Let Ada write; the event comes in two envelopes."""
        await self.server.people.says(text)
        await self.server.socket.deliver_again(self.server.socket.envelopes[-1])

    async def disconnect(self) -> None:
        """Close the WebSocket."""
        await self.server.socket.drop()

    split = staticmethod(MESSENGER.split)

    async def group_says(self, text: str, *, mentions_bot: bool) -> None:
        """Let Ada write in a channel."""
        said = f"{MENTION} {text}" if mentions_bot else text
        await self.server.people.says(said, channel=GENERAL)

    async def thread_says(self, text: str) -> None:
        """Let Ada write in a thread under something of her own."""
        if not self._thread:
            self._thread = self.server.world.say(GENERAL, ADA, "root").ts
        await self.server.people.says(text, channel=GENERAL, thread_ts=self._thread)

    def shown_in_thread(self) -> list[str]:
        """Return what the bot said in the thread."""
        messages = self.server.world.from_bot(GENERAL)
        return [message.shown for message in messages if message.thread_ts == self._thread]

    async def replies_to_bot(self, text: str) -> str:
        """Let Ada answer in a thread under a message of the bot's."""
        said = self.server.world.say(ADAS_CHAT, BOT_USER, "which one?")
        await self.server.people.says(text, thread_ts=said.ts)
        return said.ts

    async def rewrites(self, before: str, after: str) -> None:
        """Let Ada write something and change it."""
        await self.server.people.edits(await self.server.people.says(before), after)

    def refusals(self) -> list[str]:
        """Return what went wrong with the bot's requests."""
        return [call.outcome for call in self.server.calls if call.outcome != "ok"]

    def refuse_markup_once(self) -> None:
        """Refuse the next blocks."""
        self.server.fail_next("chat.postMessage", refused("invalid_blocks"))

    async def sends_file(self, name: str, content: bytes) -> None:
        """Let Ada send a file."""
        file = self.server.world.add_file(name, len(content), content=content)
        await self.server.people.says("", files=(file,))

    def files_shown(self) -> list[tuple[str, bytes]]:
        """Return the files that the bot sent to Ada."""
        world = self.server.world
        ids = (one for message in world.from_bot(ADAS_CHAT) for one in message.file_ids)
        return [(world.file(one).name, world.file(one).content) for one in ids]

    def shown(self) -> list[str]:
        """Return what the bot said to Ada."""
        return [message.shown for message in self.server.world.from_bot(ADAS_CHAT)]

    def befall_next_send(self, trouble: Trouble) -> None:
        """Let the next chat.postMessage go wrong."""
        match trouble:
            case Trouble.REFUSED_FOR_NOW:
                self.server.fail_next("chat.postMessage", too_many_requests(7))
            case Trouble.REFUSED_FOR_GOOD:
                self.server.world.channel(ADAS_CHAT).is_archived = True
            case Trouble.LOST:
                self.server.fail_next("chat.postMessage", cut_before_applying())
            case Trouble.UNANSWERED:
                self.server.fail_next("chat.postMessage", cut_after_applying())


@asynccontextmanager
async def slack_kit() -> AsyncIterator[SlackKit]:
    """Start a server and yield a kit for it."""
    async with SlackServer() as server, AsyncExitStack() as stack:
        yield SlackKit(server, stack)
