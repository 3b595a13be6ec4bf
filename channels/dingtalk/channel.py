"""DingTalk as a channel: a robot in Stream mode, with or without cards."""

import asyncio
from collections.abc import AsyncIterator, Callable, Container
from datetime import datetime
from pathlib import PurePath
from typing import Final

import structlog
from pydantic import ValidationError

from channels.backoff import Sleep
from channels.dingtalk.cards import Cards, track_id
from channels.dingtalk.files import PICTURE_TYPES, Files
from channels.dingtalk.frames import Frame
from channels.dingtalk.http import Http
from channels.dingtalk.inbound import address_of, reply_path_of, to_inbound
from channels.dingtalk.link import Switchboard
from channels.dingtalk.markdown import to_dingtalk
from channels.dingtalk.openapi import OpenApi
from channels.dingtalk.outbound import (
    FileContent,
    PictureContent,
    listed,
)
from channels.dingtalk.payload import parse_message
from channels.dingtalk.receiving import Receiver
from channels.dingtalk.robot import ReplyPaths, Robot
from channels.dingtalk.settings import CHANNEL, DingtalkSettings
from channels.dingtalk.tokens import AccessTokens
from channels.errors import LookupInconclusive, SendRejected
from channels.message import (
    Attachment,
    ConversationAddress,
    InboundMessage,
    OutboundFile,
    OutboundMessage,
)
from channels.protocol import Receive

_CARD: Final = "card:"  # how the ids of messages begin that are cards
_NO_CARD: Final = "no card"  # the anchor of a message that can't be looked up
_REMEMBERED_REFUSALS: Final = 1_000

logger = structlog.get_logger(__name__)


class DingtalkChannel:
    """One robot; fetches and sends files and marks what it has seen.

    Nothing is connected before the first call; `aclose` ends the connections.
    """

    name = CHANNEL

    def __init__(
        self,
        settings: DingtalkSettings,
        *,
        now: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.account = settings.robot
        self._http = Http()
        self._api = OpenApi(self._http, AccessTokens(self._http, settings, now), settings)
        self._paths = ReplyPaths(now)
        self._robot = Robot(self._http, self._api, self._paths)
        self._files = Files(self._http, self._api, settings)
        self._receiver = Receiver(Switchboard(self._http, settings), self._read, sleep=sleep)

    async def run(self, receive: Receive) -> None:
        """Receive until cancelled, see `Channel`.

        Raises:
            ChannelUnavailable: the app's id or secret is refused.
        """
        await self._receiver.run(receive)

    def trouble(self) -> str:
        """Return why no messages come in now, see `TellsTrouble`."""
        return self._receiver.trouble

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, message: OutboundMessage) -> str:
        """Send one message, see `Channel`; plain where DingTalk refuses the markup."""
        return await self._robot.say(message)

    async def send_file(self, message: OutboundMessage, file: OutboundFile) -> str:
        """Send one file, see `SendsFiles`; its text goes before it, as a message of its own."""
        media_id = await self._files.upload(file)
        if message.text.strip():
            await self.send(message)
        if file.mime_type in PICTURE_TYPES:
            return await self._robot.post(message.conversation, PictureContent(media_id=media_id))
        extension = PurePath(file.name).suffix.removeprefix(".")
        content = FileContent(media_id=media_id, name=file.name, extension=extension)
        return await self._robot.post(message.conversation, content)

    def fetch_file(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Yield a file that came with a message, see `FetchesFiles`."""
        return self._files.fetch(attachment)

    async def show_seen(self, conversation: ConversationAddress, message_id: str) -> None:
        """Put an emotion on a person's message, see `ShowsSeen`."""
        await self._robot.mark(conversation, message_id)

    def _read(self, frame: Frame) -> InboundMessage | None:
        """Return what a person wrote; what can't be read must not come for ever."""
        try:
            message = parse_message(frame.data)
            inbound = to_inbound(message, frame.data, self.account)
        except (ValidationError, OverflowError) as error:
            logger.warning("dingtalk_message_undecodable", error=type(error).__name__)
            return None
        if inbound is None:
            logger.info("dingtalk_message_ignored", kind=message.msgtype)
            return None
        self._paths.note(address_of(message, self.account), reply_path_of(message))
        return inbound


class DingtalkCardChannel(DingtalkChannel):
    """A robot whose answers are cards: they grow, can be edited, and can be looked up."""

    def __init__(
        self,
        settings: DingtalkSettings,
        template_id: str,
        *,
        now: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        super().__init__(settings, now=now, sleep=sleep)
        self._cards = Cards(self._api, settings, template_id)
        self._refused: dict[str, None] = {}  # ids of messages that DingTalk took as no card

    async def send(self, message: OutboundMessage) -> str:
        """Send one message as a card, see `Channel`; one with buttons as a robot's message.

        What DingTalk does not take as a card goes as a robot's message too, unless it is a preview,
        which nobody misses.
        """
        if message.options:
            return await super().send(message)
        card, text = track_id(message.outbox_id), to_dingtalk(message.text)
        try:
            if message.is_growing:
                await self._cards.open(message.conversation, card, text)
            else:
                await self._cards.show(message.conversation, card, text)
        except SendRejected as error:
            if message.is_growing:
                raise
            logger.warning("dingtalk_card_refused", card=card, reason=str(error))
            self._note_refused(card)
            return await super().send(message)
        return _CARD + card

    async def edit(self, message_id: str, message: OutboundMessage) -> None:
        """Make a card read as given, see `EditsMessages`; the last text finishes it."""
        if not message_id.startswith(_CARD):
            raise SendRejected("only cards can be edited on DingTalk")
        card, text = message_id.removeprefix(_CARD), to_dingtalk(listed(message))
        if message.is_growing:
            await self._cards.grow(card, text)
        else:
            await self._cards.finish(card, text)

    def anchor(self, message: OutboundMessage, last_message_id: str) -> str:
        """Return the id of the card that the message will be, see `FindsSent`."""
        del last_message_id
        return _NO_CARD if message.options else _CARD + track_id(message.outbox_id)

    async def find(
        self, message: OutboundMessage, anchor: str, taken: Container[str]
    ) -> str | None:
        """Look a card up by updating it to what it shows, see `FindsSent`."""
        del taken
        card = anchor.removeprefix(_CARD)
        if not anchor.startswith(_CARD) or card in self._refused:
            raise LookupInconclusive("DingTalk can look up cards only")
        found = await self._cards.find(card, to_dingtalk(listed(message)))
        return anchor if found else None

    def _note_refused(self, card: str) -> None:
        self._refused[card] = None
        if len(self._refused) > _REMEMBERED_REFUSALS:
            del self._refused[next(iter(self._refused))]
