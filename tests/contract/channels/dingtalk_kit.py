"""The contract suite's kits for DingTalk: a robot that sends messages, and one that sends cards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import SecretStr

from channels.dingtalk.channel import DingtalkCardChannel, DingtalkChannel
from channels.dingtalk.messenger import MESSENGER
from channels.dingtalk.settings import DingtalkSettings
from channels.message import ConversationAddress, ConversationKind
from tests.contract.channels.kit import Trouble
from tests.doubles.clock import ManualClock
from tests.doubles.dingtalk_cards import TEMPLATE
from tests.doubles.dingtalk_faults import (
    cut_after_applying,
    cut_before_applying,
    refused,
    too_many_requests,
)
from tests.doubles.dingtalk_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    CREATE_CARD,
    TO_A_PERSON,
    DingtalkServer,
)
from tests.doubles.dingtalk_world import ADA, CREW, ROBOT

SHORTEST_SECONDS = 0.01


class DingtalkKit:
    """A `DingtalkChannel` against DingTalk's double; with a template, one that sends cards.

    `clock` is the channel's and the server's; `waits` are the back-offs in seconds, which are cut
    short so that no test waits for seconds.
    """

    def __init__(
        self,
        server: DingtalkServer,
        clock: ManualClock,
        stack: AsyncExitStack,
        template: str | None = None,
    ) -> None:
        self.server = server
        self.clock = clock
        self.waits: list[float] = []
        self._stack = stack
        self._template = template
        self.conversation = ConversationAddress(channel="dingtalk", account=ROBOT, chat_id=ADA)
        self.crew = ConversationAddress(
            channel="dingtalk", account=ROBOT, chat_id=CREW, kind=ConversationKind.GROUP
        )
        self.channel = self.another_process()

    @property
    def cards(self) -> DingtalkCardChannel:
        """The channel of a kit with cards."""
        assert isinstance(self.channel, DingtalkCardChannel)
        return self.channel

    def settings(self, secret: str = CLIENT_SECRET) -> DingtalkSettings:
        """Return settings that lead to the server."""
        return DingtalkSettings(
            client_id=CLIENT_ID,
            client_secret=SecretStr(secret),
            card_template_id=self._template,
            api_base=self.server.base_url,
            file_base=self.server.base_url,
        )

    def another_process(self, secret: str = CLIENT_SECRET) -> DingtalkChannel:
        """Return a channel of the same robot that knows nothing of the first."""
        settings, now = self.settings(secret), self.clock.now
        channel = (
            DingtalkChannel(settings, now=now, sleep=self._short_sleep)
            if self._template is None
            else DingtalkCardChannel(settings, self._template, now=now, sleep=self._short_sleep)
        )
        self._stack.push_async_callback(channel.aclose)
        return channel

    async def _short_sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(min(seconds, SHORTEST_SECONDS))

    async def person_says(self, text: str) -> None:
        """Let Ada write."""
        await self.server.person_says(text)

    def kept(self) -> int:
        """Return how many events wait for their acknowledgement."""
        return len(self.server.stream.unacknowledged)

    async def heard_again(self, text: str) -> None:
        """Let Ada write; the message comes twice."""
        await self.server.stream.send_again(await self.server.person_says(text))

    async def disconnect(self) -> None:
        """Close the WebSocket."""
        await self.server.stream.drop()

    split = staticmethod(MESSENGER.split)

    async def group_says(self, text: str, *, mentions_bot: bool) -> None:
        """Let Ada write in a group; DingTalk tells robots of mentions only."""
        if mentions_bot:
            await self.server.person_says(text, group=CREW)

    async def replies_to_bot(self, text: str) -> str:
        """Let Ada reply to a message of the robot's."""
        quoted = {
            "msgId": "said==",
            "msgType": "text",
            "senderId": "$:LWCP_v1:$robot",
            "content": {"text": "which one?"},
        }
        reply = {"content": text, "isReplyMsg": True, "repliedMsg": quoted}
        await self.server.person_says(text, more={"text": reply})
        return "said=="

    def refusals(self) -> list[str]:
        """Return what went wrong with the bot's requests."""
        return [call.outcome for call in self.server.calls if call.outcome != "ok"]

    def refuse_markup_once(self) -> None:
        """Refuse the next Markdown."""
        path = TO_A_PERSON if self._template is None else CREATE_CARD
        self.server.fail_next(path, refused("invalidParameter.msgParam"))

    async def sends_file(self, name: str, content: bytes) -> None:
        """Let Ada send a file."""
        self.server.world.files["code-1"] = content
        body = {"downloadCode": "code-1", "fileName": name}
        await self.server.person_says("", more={"msgtype": "file", "content": body})

    def files_shown(self) -> list[tuple[str, bytes]]:
        """Return the files that the robot sent to Ada."""
        media = self.server.world.media
        bubbles = self.server.world.from_robot(ADA)
        return [media[one.content.media_id] for one in bubbles if one.content.kind == "file"]

    def shown(self) -> list[str]:
        """Return what the robot shows Ada, without the one markup that the suite uses."""
        return [bubble.text.replace("**", "") for bubble in self.server.world.from_robot(ADA)]

    def befall_next_send(self, trouble: Trouble) -> None:
        """Let the next message or card go wrong."""
        path = TO_A_PERSON if self._template is None else CREATE_CARD
        match trouble:
            case Trouble.REFUSED_FOR_NOW:
                self.server.fail_next(path, too_many_requests())
            case Trouble.REFUSED_FOR_GOOD:
                self.server.world.unreachable.add(ADA)
            case Trouble.LOST:
                self.server.fail_next(path, cut_before_applying())
            case Trouble.UNANSWERED:
                self.server.fail_next(path, cut_after_applying())


@asynccontextmanager
async def dingtalk_kit(template: str | None = None) -> AsyncIterator[DingtalkKit]:
    """Start a server and yield a kit for it."""
    clock = ManualClock()
    async with DingtalkServer(now=clock.now) as server, AsyncExitStack() as stack:
        yield DingtalkKit(server, clock, stack, template)


@asynccontextmanager
async def dingtalk_card_kit() -> AsyncIterator[DingtalkKit]:
    """Start a server and yield a kit whose channel sends cards."""
    async with dingtalk_kit(TEMPLATE) as kit:
        yield kit
