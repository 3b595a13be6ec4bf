"""Telegram as a channel: the one module that talks to aiogram, which is slow to import."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Container, Sequence
from contextlib import aclosing
from datetime import timedelta
from functools import cached_property, partial
from typing import Final, TypeVar

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageReplyMarkup,
    GetFile,
    GetMe,
    SendChatAction,
    SendDocument,
    SendPhoto,
    SetMessageReaction,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import Message, ReactionTypeEmoji
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientConnectorError, ConnectionTimeoutError

from channels.backoff import Sleep
from channels.errors import (
    ChannelUnavailable,
    FileUnavailable,
    MessageGone,
    SendError,
    SendFailed,
    SendRejected,
    SendUnknown,
)
from channels.message import Attachment, ConversationAddress, OutboundFile, OutboundMessage
from channels.protocol import Receive
from channels.telegram.buttons import chosen_button
from channels.telegram.download import download
from channels.telegram.inbound import BotIdentity
from channels.telegram.lookup import SentLookup
from channels.telegram.message_ids import MessageIds
from channels.telegram.methods import (
    caption_method,
    document_method,
    edit_method,
    is_photo,
    keyboard,
    menu_method,
    photo_method,
    send_method,
    thread_of,
)
from channels.telegram.outbound import Rendered, render, render_caption
from channels.telegram.payload import CallbackQuery, RawUpdate
from channels.telegram.polling import (
    ConnectionState,
    ConnectionStatus,
    PollConflict,
    Poller,
    PollError,
)
from channels.telegram.settings import CHANNEL
from channels.telegram.used_models import GetRawUpdates

REQUEST_TIMEOUT: Final = 30  # seconds; whole, as aiogram takes it
UPLOAD_TIMEOUT: Final = 115  # the same for a file; a second try as another kind included
_POLL_GRACE: Final = 10  # seconds that an answer may come later than a long poll ends
_REFUSED_TOKEN_RETRY: Final = timedelta(minutes=1)
_UNTOLD_RETRY: Final = timedelta(seconds=5)  # where Telegram refuses for now and names no time
_SIGN_TIMEOUT: Final = 5  # seconds; signs are a courtesy, and the next poll waits for them
_SEEN: Final = "👀"  # one of the reactions that every chat allows

_FINAL_REFUSALS: Final = (
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramMigrateToChat,
    TelegramEntityTooLarge,
)

logger = structlog.get_logger(__name__)
T = TypeVar("T")


class _MarkupRefused(SendRejected):
    """Telegram does not take the entities."""


class _PictureRefused(SendRejected):
    """Telegram does not take a picture as a photo."""


class _NotModified(SendRejected):
    """The message reads like that already."""


class TelegramChannel:
    """One bot on Telegram, polled.

    It also edits, shows typing, fetches and sends files, finds what was sent, publishes commands.
    `api_base` is the address of a self-hosted Bot API server, None for Telegram's own. Nothing is
    connected before the first call; `aclose` ends the connections.
    """

    name = CHANNEL

    def __init__(
        self, token: str, *, api_base: str | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.account = token.partition(":")[0]
        self._token = token
        self._api = PRODUCTION if api_base is None else TelegramAPIServer.from_base(api_base)
        self._ids = MessageIds()
        self._lookup = SentLookup(self._ids, self._try_edit)
        self._file_lookup = SentLookup(self._ids, self._try_caption)
        self._poller = Poller(self, self._ids, sleep=sleep)

    @property
    def status(self) -> ConnectionStatus:
        """How it stands between this bot and Telegram."""
        return self._poller.status

    def trouble(self) -> str:
        """Return why no updates come in now, see `TellsTrouble`."""
        status = self.status
        if status.state is ConnectionState.CONNECTED:
            return ""
        return status.reason or str(status.state)

    async def run(self, receive: Receive) -> None:
        """Receive until cancelled, see `Channel`.

        Raises:
            ChannelUnavailable: the token is refused.
        """
        await self._poller.run(receive)

    async def aclose(self) -> None:
        """Close the connections; takes a quarter of a second, which aiogram grants them."""
        if "_bot" in self.__dict__:
            await self._bot.session.close()

    async def identify(self) -> BotIdentity:
        """Return who the bot is, see `UpdateSource`."""
        me = await self._poll_request(GetMe(), REQUEST_TIMEOUT)
        return BotIdentity(id=me.id, username=me.username or "")

    async def fetch(self, offset: int | None, wait: timedelta) -> Sequence[RawUpdate]:
        """Return the next updates, see `UpdateSource`."""
        seconds = int(wait.total_seconds())
        method = GetRawUpdates(offset=offset, timeout=seconds)
        return await self._poll_request(method, seconds + _POLL_GRACE)

    async def send(self, message: OutboundMessage) -> str:
        """Send one message, see `Channel`; plain where Telegram refuses the markup."""
        rendered = render(_as_shown(message))
        begun_at = self._ids.tick()
        try:
            sent = await self._show(partial(send_method, message), rendered)
        except (SendUnknown, asyncio.CancelledError):
            self._lookup.note_unknown(message)
            raise
        self._lookup.note_sent(message, sent.message_id, begun_at=begun_at)
        return str(sent.message_id)

    async def edit(self, message_id: str, message: OutboundMessage) -> None:
        """Make a message read as given, see `EditsMessages`."""
        await self._edited(int(message_id), message)

    async def fetch_file(self, attachment: Attachment) -> AsyncGenerator[bytes, None]:
        """Yield a file, see `FetchesFiles`; each call asks for a link of its own."""
        link = self._api.file_url(self._token, await self._file_path(attachment))
        async with aclosing(download(link)) as pieces:
            async for piece in pieces:
                yield piece

    async def send_file(self, message: OutboundMessage, file: OutboundFile) -> str:
        """Send a file, see `SendsFiles`: as a photo where Telegram takes it for one."""
        caption = render_caption(message.text)
        begun_at = self._ids.tick()
        try:
            async with asyncio.timeout(UPLOAD_TIMEOUT):
                sent = await self._upload(message, file, caption)
        except TimeoutError as error:
            self._file_lookup.note_unknown(message)
            raise SendUnknown(f"the file did not go out within {UPLOAD_TIMEOUT} s") from error
        except (SendUnknown, asyncio.CancelledError):
            self._file_lookup.note_unknown(message)
            raise
        self._file_lookup.note_sent(message, sent.message_id, begun_at=begun_at)
        return str(sent.message_id)

    async def find_file(
        self, message: OutboundMessage, file: OutboundFile, anchor: str, taken: Container[str]
    ) -> str | None:
        """Look a file up, see `FindsSentFiles`, by its caption.

        A message that carries another file of ours, unknown so far, would be taken for it: the
        Bot API shows nobody what a message carries.
        """
        del file
        return await self._file_lookup.find(message, anchor, taken)

    async def settle_press(self, press: CallbackQuery) -> None:
        """Show which button was pressed, see `UpdateSource`; the press itself is stored."""
        button = chosen_button(press)
        try:
            await self._bot(
                AnswerCallbackQuery(callback_query_id=press.id), request_timeout=_SIGN_TIMEOUT
            )
            if press.message is not None:
                method = EditMessageReplyMarkup(
                    chat_id=press.message.chat.id,
                    message_id=press.message.message_id,
                    reply_markup=keyboard([button]),
                )
                await self._bot(method, request_timeout=_SIGN_TIMEOUT)
        except AiogramError as error:  # a press that came twice, or too late to be answered
            logger.info("telegram_press_not_shown", reason=self._without_token(error))

    async def show_seen(self, conversation: ConversationAddress, message_id: str) -> None:
        """React to a message with eyes, see `ShowsSeen`."""
        await self._request(
            SetMessageReaction(
                chat_id=int(conversation.chat_id),
                message_id=int(message_id),
                reaction=[ReactionTypeEmoji(emoji=_SEEN)],
            )
        )

    async def show_typing(self, conversation: ConversationAddress) -> None:
        """Show for five seconds that the bot is typing, see `ShowsTyping`."""
        await self._request(
            SendChatAction(
                chat_id=int(conversation.chat_id),
                action="typing",
                message_thread_id=thread_of(conversation),
            )
        )

    def anchor(self, message: OutboundMessage, last_message_id: str) -> str:
        """Return the highest id known in the chat's id space, see `FindsSent`."""
        highest = self._ids.highest(message.conversation.chat_id)
        return str(max(int(last_message_id or 0), highest))

    async def find(
        self, message: OutboundMessage, anchor: str, taken: Container[str]
    ) -> str | None:
        """Look a message up, see `FindsSent` and `SentLookup.find`."""
        return await self._lookup.find(message, anchor, taken)

    async def publish_commands(self, commands: dict[str, dict[str, str]]) -> None:
        """Replace the menu, see `PublishesCommands`; the first language also serves all others."""
        menus = dict(commands)
        if menus:
            menus.setdefault("", next(iter(menus.values())))
        try:
            for language, menu in menus.items():
                await self._request(menu_method(language, menu))
        except SendError as error:
            retry_after = None if isinstance(error, SendRejected) else _UNTOLD_RETRY
            if isinstance(error, SendFailed):
                retry_after = error.retry_after
            raise ChannelUnavailable(str(error), retry_after=retry_after) from error

    async def _try_edit(self, message_id: int, message: OutboundMessage) -> bool:
        """Edit a message that may be the one; tell whether it is in the same thread.

        Two sends in two topics of one chat can be in doubt at the same time. The other one, if hit,
        is put right by its own lookup, which edits it in turn.
        """
        edited = await self._edited(message_id, message)
        return edited is None or _thread_shown(edited) == thread_of(message.conversation)

    async def _try_caption(self, message_id: int, message: OutboundMessage) -> bool:
        """The same for the words beside a file."""
        edit = partial(caption_method, message_id, message)
        edited = await self._changed(edit, render_caption(message.text))
        return edited is None or _thread_shown(edited) == thread_of(message.conversation)

    async def _edited(self, message_id: int, message: OutboundMessage) -> Message | None:
        """Edit and return the message, or None if it was like that already."""
        edit = partial(edit_method, message_id, message)
        return await self._changed(edit, render(_as_shown(message)))

    async def _changed(
        self, method_for: Callable[[Rendered], TelegramMethod[Message | bool]], rendered: Rendered
    ) -> Message | None:
        try:
            edited = await self._show(method_for, rendered)
        except _NotModified:
            return None
        return edited if isinstance(edited, Message) else None

    async def _upload(
        self, message: OutboundMessage, file: OutboundFile, caption: Rendered
    ) -> Message:
        if is_photo(file):
            try:
                return await self._show(partial(photo_method, message, file), caption)
            except _PictureRefused as error:  # too long or too narrow, for one
                logger.info("telegram_photo_refused", account=self.account, reason=str(error))
        return await self._show(partial(document_method, message, file), caption)

    async def _file_path(self, attachment: Attachment) -> str:
        """Ask where a file can be fetched for the next hour; raises `FileUnavailable`."""
        try:
            found = await self._request(GetFile(file_id=attachment.file_id))
        except SendFailed as error:
            raise FileUnavailable(error.reason, retry_after=error.retry_after) from error
        except SendUnknown as error:
            raise FileUnavailable(str(error), retry_after=timedelta(0)) from error
        except SendRejected as error:
            raise _file_refusal(str(error)) from error
        if not found.file_path:
            raise FileUnavailable("Telegram gives no link to it", retry_after=_UNTOLD_RETRY)
        return found.file_path

    async def _show(
        self, method_for: Callable[[Rendered], TelegramMethod[T]], rendered: Rendered
    ) -> T:
        """Make a request that shows a text; without its markup, if that is what is refused."""
        try:
            return await self._request(method_for(rendered))
        except _MarkupRefused as error:
            logger.warning("telegram_markup_refused", account=self.account, reason=str(error))
            return await self._request(method_for(Rendered(text=rendered.text)))

    async def _request(self, method: TelegramMethod[T]) -> T:
        """Make a request about a message; raises `SendError`."""
        try:
            is_upload = isinstance(method, SendPhoto | SendDocument)
            timeout = UPLOAD_TIMEOUT if is_upload else REQUEST_TIMEOUT
            return await self._bot(method, request_timeout=timeout)
        except (AiogramError, TokenValidationError) as error:
            raise _send_error(error, self._without_token(error)) from error

    async def _poll_request(self, method: TelegramMethod[T], timeout_seconds: int) -> T:
        """Make a request of the poll loop; raises as `UpdateSource` says."""
        try:
            return await self._bot(method, request_timeout=timeout_seconds)
        except (AiogramError, TokenValidationError) as error:
            raise _poll_error(error, self._without_token(error)) from error

    @cached_property
    def _bot(self) -> Bot:
        # Made at the first request: the session reads the machine's certificates.
        return Bot(self._token, session=AiohttpSession(api=self._api))

    def _without_token(self, error: Exception) -> str:
        """Return what went wrong; a URL in it would hold the token."""
        return str(error).replace(self._token, f"{self.account}:***")


def _as_shown(message: OutboundMessage) -> str:
    return f"{message.text} …" if message.is_growing else message.text


def _send_error(error: Exception, reason: str) -> SendError:
    """Tell what a failed request means for the message."""
    match error:
        case TelegramRetryAfter():
            return SendFailed(reason, retry_after=timedelta(seconds=error.retry_after))
        case TelegramUnauthorizedError() | TokenValidationError():
            return SendFailed(reason, retry_after=_REFUSED_TOKEN_RETRY)
        case TelegramBadRequest():
            return _refusal(reason)
        case _ if isinstance(error, _FINAL_REFUSALS):
            return SendRejected(reason)
        case TelegramNetworkError() | TelegramServerError() | ClientDecodeError():
            return SendFailed(reason) if _never_left(error) else SendUnknown(reason)
        case _:
            return SendFailed(reason, retry_after=_UNTOLD_RETRY)


def _never_left(error: AiogramError) -> bool:
    """Tell whether the connection could not even be established."""
    return isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError)


def _thread_shown(message: Message) -> int | None:
    return message.message_thread_id if message.is_topic_message else None


def _file_refusal(reason: str) -> FileUnavailable:
    """Tell the refusals of a file apart, which Telegram distinguishes by words only.

    The bound is that of Telegram's own server: https://core.telegram.org/bots/api#getfile
    """
    words = reason.lower()
    if "too big" in words:
        return FileUnavailable("Telegram gives bots no files over 20 MB")
    is_passing = "temporarily" in words
    return FileUnavailable(reason, retry_after=_UNTOLD_RETRY if is_passing else None)


def _refusal(reason: str) -> SendRejected:
    """Tell the refusals apart that Telegram distinguishes by words only."""
    words = reason.lower()
    if "message is not modified" in words:
        return _NotModified(reason)
    if "entit" in words:
        return _MarkupRefused(reason)
    if "photo" in words or "image" in words:
        return _PictureRefused(reason)
    gone = (
        "message to edit not found",
        "message can't be edited",
        "message_id_invalid",
        "there is no text in the message",  # it carries a file
        "there is no caption in the message",  # it is a text
    )
    return MessageGone(reason) if any(phrase in words for phrase in gone) else SendRejected(reason)


def _poll_error(error: Exception, reason: str) -> PollError | ChannelUnavailable:
    """Tell what a failed request means for the poll loop."""
    match error:
        case TelegramUnauthorizedError() | TelegramNotFound() | TokenValidationError():
            return ChannelUnavailable(
                "the Telegram token is refused; set CREWDESK_TELEGRAM__TOKEN to the one that"
                " @BotFather gave"
            )
        case TelegramConflictError() if "webhook" in reason:
            return PollConflict("a webhook is set for this bot token; delete it (deleteWebhook)")
        case TelegramConflictError():
            return PollConflict("another process polls this bot token; stop it")
        case TelegramRetryAfter():
            return PollError(reason, retry_after=timedelta(seconds=error.retry_after))
        case TelegramAPIError():
            return PollError(reason)
        case _:
            return PollError("Telegram's answer is not JSON")
