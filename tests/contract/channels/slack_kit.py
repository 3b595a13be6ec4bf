"""The contract suite's kit for Slack."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from channels.backoff import Sleep
from channels.message import ConversationAddress, ConversationKind
from channels.slack.channel import SlackAccount, SlackChannel
from tests.contract.channels.kit import Trouble
from tests.contract.channels.telegram_kit import short_sleep
from tests.doubles.slack_faults import cut_after_applying, cut_before_applying, too_many_requests
from tests.doubles.slack_people import ADAS_CHAT
from tests.doubles.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.doubles.slack_world import BOT_USER

GENERAL = "C0GENERAL"


class SlackKit:
    """A `SlackChannel` on Bolt and Slack's client against the double."""

    def __init__(self, server: SlackServer, stack: AsyncExitStack) -> None:
        self.server = server
        self._stack = stack
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
