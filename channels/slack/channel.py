"""Slack as a channel: Socket Mode in, the Web API out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Container
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from pydantic import ValidationError

from channels.backoff import Backoff, Sleep
from channels.errors import (
    LookupInconclusive,
    SendError,
    SendFailed,
    SendRejected,
    SendUnknown,
)
from channels.message import (
    Attachment,
    ConversationAddress,
    EventKind,
    InboundMessage,
    OutboundFile,
    OutboundMessage,
)
from channels.protocol import Receive
from channels.slack.api import SlackApi
from channels.slack.buttons import chosen_blocks
from channels.slack.dispatch import Dispatcher
from channels.slack.failures import (
    CallFailed,
    MarkupRefused,
    Refused,
    send_error,
    unavailable,
)
from channels.slack.files import Files
from channels.slack.identity import BotIdentity
from channels.slack.inbound import (
    Raw,
    Surroundings,
    from_command,
    from_event,
    from_press,
)
from channels.slack.lookup import SentLookup
from channels.slack.outbound import (
    Form,
    forms,
    post_arguments,
    update_arguments,
)
from channels.slack.pace import INTERVAL_SECONDS, Pace
from channels.slack.payload import ActionBody, JsonObject
from channels.slack.people import People
from channels.slack.settings import CHANNEL
from channels.slack.socket import SocketMode
from channels.slack.streams import Streams
from channels.slack.threads import Threads

SEEN: Final = "eyes"  # the reaction that shows that the bot has taken note
_AT_WORK: Final = "is at work…"

Reader = Callable[[Raw, Surroundings], InboundMessage | None]

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackAccount:
    """The tokens of one app; `api_base` is the address of the Web API."""

    bot_token: str
    app_token: str
    api_base: str


class SlackChannel:
    """One Slack app in one workspace.

    Also edits, streams, shows typing and seen, finds sent ones, carries files and makes buttons.
    Nothing is connected before the first call; `aclose` ends the connections.
    """

    name = CHANNEL

    def __init__(
        self,
        account: SlackAccount,
        now: Callable[[], datetime],
        *,
        sleep: Sleep = asyncio.sleep,
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        self._api = SlackApi(
            bot_token=account.bot_token, app_token=account.app_token, api_base=account.api_base
        )
        self._now = now
        self._sleep = sleep
        self._socket = SocketMode(self._api, sleep=sleep)
        self._threads = Threads()
        self._streams = Streams(self._api)
        self._lookup = SentLookup(self._api, now)
        self._files = Files(self._api)
        self._people = People(self._api)
        self._pace = Pace(sleep=sleep, interval=interval)
        self._pressed: asyncio.Queue[ActionBody] = asyncio.Queue()
        self._commands: frozenset[str] = frozenset()
        self._shows_status = True
        self._team = ""

    def trouble(self) -> str:
        """Return why nothing comes in now, see `TellsTrouble`."""
        return self._socket.trouble

    async def run(self, receive: Receive) -> None:
        """Receive until cancelled, see `Channel`.

        Raises:
            ChannelUnavailable: a token is refused.
        """
        bot = await self._identify()
        logger.info("slack_connected", account=bot.user_id, name=bot.name)
        dispatch = Dispatcher(
            bot,
            event=partial(self._take_in, receive, bot, from_event),
            command=partial(self._take_in, receive, bot, from_command),
            press=partial(self._take_in_press, receive, bot),
        )
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._socket.hand_over(dispatch))
                group.create_task(self._show_choices())
                await self._socket.receive()
        except ExceptionGroup as failures:
            # Whoever runs us must see why the channel cannot be used, not a group of it.
            raise failures.exceptions[0] from None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()

    async def send(self, message: OutboundMessage) -> str:
        """Send one message, see `Channel`; a growing one is streamed where Slack can do that."""
        await self._pace.turn(message.conversation.chat_id)
        message_id = ""
        if message.is_growing:
            speaker = self._threads.speaker(message.conversation)
            message_id = await self._streams.start(message, speaker, self._team)
        if not message_id:
            answer = await self._show("chat.postMessage", message, partial(post_arguments, message))
            message_id = str(answer.get("ts", ""))
            self._streams.note_plain(message_id)
        self._threads.said(message.conversation)
        return message_id

    async def edit(self, message_id: str, message: OutboundMessage) -> None:
        """Make a message read as given, see `EditsMessages`.

        A stream is appended to while it grows. Whatever became of it, the final text ends it and
        takes its place.
        """
        if message.is_growing and await self._streams.grow(message_id, message):
            return
        if not message.is_growing:
            await self._streams.end(message_id, message)
        await self._show("chat.update", message, partial(update_arguments, message_id, message))

    async def show_typing(self, conversation: ConversationAddress) -> None:
        """Show that the bot is at work, see `ShowsTyping`: in threads, if Slack lets the app."""
        if not (conversation.thread_id and self._shows_status):
            return
        arguments: JsonObject = {
            "channel_id": conversation.chat_id,
            "thread_ts": conversation.thread_id,
            "status": _AT_WORK,
        }
        try:
            await self._request("assistant.threads.setStatus", arguments)
        except Refused as refused:
            logger.info("slack_status_not_offered", reason=str(refused))
            self._shows_status = False

    async def show_seen(self, conversation: ConversationAddress, message_id: str) -> None:
        """Put a pair of eyes on a message, see `ShowsSeen`; a slash command is no message."""
        if not message_id:
            return
        arguments: JsonObject = {
            "channel": conversation.chat_id,
            "timestamp": message_id,
            "name": SEEN,
        }
        try:
            await self._request("reactions.add", arguments)
        except Refused as refused:
            if refused.code != "already_reacted":
                raise

    def anchor(self, message: OutboundMessage, last_message_id: str) -> str:
        """Return a Slack timestamp from before a send, see `FindsSent`."""
        del message
        return self._lookup.anchor(last_message_id)

    async def find(
        self, message: OutboundMessage, anchor: str, taken: Container[str]
    ) -> str | None:
        """Look a message up, see `FindsSent`; one that shows something else is edited."""
        post = await self._lookup.find(message, anchor, taken)
        if post is None:
            return None
        if post.metadata is None or post.text != next(forms(message)).text:
            await self._put_right(post.ts, message)
        return post.ts

    def fetch_file(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield a file piece by piece, see `FetchesFiles`."""
        return self._files.fetch(attachment)

    async def send_file(self, message: OutboundMessage, file: OutboundFile) -> str:
        """Send a file, see `SendsFiles`."""
        await self._pace.turn(message.conversation.chat_id)
        message_id = await self._files.send(message, file)
        self._threads.said(message.conversation)
        return message_id

    async def publish_commands(self, commands: dict[str, dict[str, str]]) -> None:
        """Take note of the names, see `PublishesCommands`.

        Slack's menu is a part of the app's manifest, which the app itself can't change; the names
        tell `/crewdesk tasks` from `/crewdesk what is new?`.
        """
        self._commands = frozenset(name for menu in commands.values() for name in menu)

    async def _put_right(self, message_id: str, message: OutboundMessage) -> None:
        """Make a message that was found show all of its text, as `FindsSent` owes it."""
        try:
            await self.edit(message_id, message)
        except SendUnknown as error:
            raise SendFailed(str(error)) from error
        except SendRejected as error:
            raise LookupInconclusive(str(error)) from error

    async def _identify(self) -> BotIdentity:
        """Ask Slack who the bot is, until it answers."""
        backoff = Backoff(first=1, ceiling=30)
        while True:
            try:
                answer = await self._api.post("auth.test", {})
            except CallFailed as failure:
                hopeless = unavailable(failure, is_app_token=False)
                self._socket.enter(hopeless.reason if hopeless else failure.reason)
                if hopeless is not None:
                    raise hopeless from failure
                told = failure.retry_after.total_seconds() if failure.retry_after else 0.0
                await self._sleep(max(told, backoff.seconds()))
            else:
                bot = _identity(answer)
                self._team = bot.team_id
                return bot

    async def _take_in(
        self, receive: Receive, bot: BotIdentity, read: Reader, body: JsonObject
    ) -> None:
        """Hand over what a payload says; one that can't be read must not keep others waiting."""
        around = Surroundings(
            bot=bot, joined=self._threads, commands=self._commands, now=self._now()
        )
        try:
            message = read(body, around)
        except (ValidationError, ValueError, OverflowError, OSError) as error:
            logger.warning("slack_payload_undecodable", error=type(error).__name__)
            return
        if message is None:
            return
        if message.kind is EventKind.MESSAGE:
            message = await self._people.introduced(message)
        await receive([message])
        if message.kind is EventKind.MESSAGE:
            self._threads.heard(message)

    async def _take_in_press(self, receive: Receive, bot: BotIdentity, body: JsonObject) -> None:
        await self._take_in(receive, bot, from_press, body)
        with suppress(ValidationError):  # told by what has just tried to read it
            self._pressed.put_nowait(ActionBody.model_validate(body))

    async def _show_choices(self) -> None:
        """Put what was chosen in the place of the buttons; nothing waits for it."""
        while True:
            body = await self._pressed.get()
            arguments: JsonObject = {
                "channel": body.container.channel_id,
                "ts": body.container.message_ts,
                "text": body.message.text,
                "blocks": chosen_blocks(body.message.blocks, body.actions[0].value),
            }
            try:
                await self._request("chat.update", arguments)
            except SendError as error:
                logger.info("slack_choice_not_shown", error=str(error))

    async def _show(
        self, method: str, message: OutboundMessage, arguments: Callable[[Form], JsonObject]
    ) -> JsonObject:
        """Show a text in the best form that Slack takes; raises `SendError`."""
        refused: MarkupRefused | None = None
        for form in forms(message):
            try:
                return await self._request(method, arguments(form))
            except MarkupRefused as error:
                logger.warning("slack_markup_refused", reason=str(error))
                refused = error
        raise refused if refused is not None else AssertionError("there is always a form")

    async def _request(self, method: str, arguments: JsonObject) -> JsonObject:
        """Make a request about a message; raises `SendError`."""
        try:
            return await self._api.post(method, arguments)
        except CallFailed as failure:
            raise send_error(failure) from failure


def _identity(answer: JsonObject) -> BotIdentity:
    return BotIdentity(
        team_id=str(answer.get("team_id", "")),
        user_id=str(answer.get("user_id", "")),
        bot_id=str(answer.get("bot_id", "")),
        name=str(answer.get("user", "")),
    )
