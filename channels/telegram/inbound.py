"""A Telegram update as an `InboundMessage`; pure, and known without the client library."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from channels.message import (
    Attachment,
    AttachmentKind,
    ConversationAddress,
    ConversationKind,
    EventKind,
    InboundMessage,
    QuotedMessage,
)
from channels.telegram.payload import (
    CallbackQuery,
    Content,
    Message,
    RawUpdate,
    TextEntity,
    Update,
    User,
)
from channels.telegram.settings import CHANNEL

HANDLED_UPDATES: Final = ("message", "edited_message", "callback_query")
"""What Telegram is asked for; see https://core.telegram.org/bots/api#getupdates."""

_KINDS: Final = {
    "private": ConversationKind.PRIVATE,
    "group": ConversationKind.GROUP,
    "supergroup": ConversationKind.GROUP,
}

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotIdentity:
    """Who the bot is on Telegram; `username` comes without the @."""

    id: int
    username: str


def to_inbound(update: Update, raw: RawUpdate, bot: BotIdentity) -> InboundMessage | None:
    """Return what a person wrote, or None for what is not a person's message.

    The text loses only a leading mention of the bot itself (`@bot hello`, `/status@bot`); a mention
    that stands alone is kept. A location becomes an attachment whose `file_id` is a geo: URI, a
    contact one with a tel: URI, since there is nothing to fetch.
    """
    if update.callback_query is not None:
        return _press(update.callback_query, raw, bot)
    message = update.message or update.edited_message
    reason = "not a message" if message is None else _why_ignored(message)
    if message is None or message.sender is None or reason:
        logger.debug("telegram_update_ignored", update_id=update.update_id, reason=reason)
        return None
    text, entities = _text_of(message)
    at = message.date if message.edit_date is None else message.edit_date
    return InboundMessage(
        event_id=_event_id(message),
        message_id=str(message.message_id),
        conversation=_conversation(message, bot),
        sender_id=str(message.sender.id),
        sender_name=_full_name(message.sender),
        text=_without_leading_mention(text, entities, bot),
        sent_at=datetime.fromtimestamp(at, UTC),
        kind=EventKind.MESSAGE if message.edit_date is None else EventKind.EDIT,
        is_mention=_mentions(text, entities, bot, in_group=message.chat.type != "private"),
        reply_to=_quoted(message, bot),
        attachments=tuple(_attachments(message)),
        language=message.sender.language_code,
        raw=json.dumps(raw),
    )


def _press(press: CallbackQuery, raw: RawUpdate, bot: BotIdentity) -> InboundMessage | None:
    """Return a press of a button under a message of the bot's; its text is the option's number."""
    message = press.message
    if message is None or message.chat.type not in _KINDS or not press.data:
        logger.debug("telegram_press_ignored", press_id=press.id)
        return None
    return InboundMessage(
        event_id=f"press:{press.id}",
        message_id="",
        conversation=_conversation(message, bot),
        sender_id=str(press.sender.id),
        sender_name=_full_name(press.sender),
        text=press.data,
        sent_at=datetime.fromtimestamp(message.date, UTC),
        kind=EventKind.PRESS,
        reply_to=QuotedMessage(message_id=str(message.message_id), is_from_bot=True),
        language=press.sender.language_code,
        raw=json.dumps(raw),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMessage:
    """A message that exists and is not the bot's own; `is_new` where the update announces it."""

    chat_id: str
    message_id: int
    is_new: bool


def seen_messages(update: Update, bot: BotIdentity) -> Iterator[SeenMessage]:
    """Yield every message of others that the update shows to exist, also if it is ignored.

    A quoted message of the bot is left out: it may be the very one that is being looked for.
    """
    message = update.message or update.edited_message
    if message is None:
        return
    chat_id = str(message.chat.id)
    yield SeenMessage(
        chat_id=chat_id, message_id=message.message_id, is_new=message.edit_date is None
    )
    quoted = message.reply_to_message
    if quoted is not None and not (quoted.sender and quoted.sender.id == bot.id):
        yield SeenMessage(chat_id=chat_id, message_id=quoted.message_id, is_new=False)


def _why_ignored(message: Message) -> str:
    """Return why the message is none of a person's to the bot, or an empty text."""
    if message.chat.type not in _KINDS:
        return "a channel's post"
    if message.sender is None or message.is_automatic_forward:
        return "no person wrote it"
    if message.sender.is_bot:
        return "a bot wrote it"
    if message.edit_date is not None and message.location is not None:
        return "a live location moved"
    if not (message.text or message.caption or any(_attachments(message))):
        return "a service message"
    return ""


def _event_id(message: Message) -> str:
    """Return the id of the event, the same for every poller and after a change of the token."""
    place = f"{message.chat.id}:{message.message_id}"
    if message.edit_date is None:
        return f"message:{place}"
    return f"edit:{place}:{message.edit_date}"


def _conversation(message: Message, bot: BotIdentity) -> ConversationAddress:
    # Without a topic the field names the thread of replies, which is no conversation of its own.
    has_topic = message.is_topic_message and message.message_thread_id is not None
    return ConversationAddress(
        channel=CHANNEL,
        account=str(bot.id),
        chat_id=str(message.chat.id),
        thread_id=str(message.message_thread_id) if has_topic else "",
        kind=_KINDS[message.chat.type],
    )


def _full_name(user: User) -> str:
    return f"{user.first_name} {user.last_name}".strip() or user.username


def _text_of(message: Content) -> tuple[str, tuple[TextEntity, ...]]:
    if not isinstance(message, Message):
        return message.text or message.caption, ()
    if message.text:
        return message.text, message.entities
    return message.caption, message.caption_entities


def _quoted(message: Message, bot: BotIdentity) -> QuotedMessage | None:
    quoted = message.reply_to_message
    if quoted is None or quoted.forum_topic_created is not None:
        return None
    text, _ = _text_of(quoted)
    return QuotedMessage(
        message_id=str(quoted.message_id),
        text=text,
        is_from_bot=quoted.sender is not None and quoted.sender.id == bot.id,
    )


def _mentions(
    text: str, entities: tuple[TextEntity, ...], bot: BotIdentity, *, in_group: bool
) -> bool:
    """Tell whether the text addresses the bot; a bare command at its start does so in a group."""
    handle = f"@{bot.username}".casefold()
    for entity in entities:
        stretch = _stretch(text, entity).casefold()
        if _is_own_mention(entity, stretch, bot):
            return True
        if entity.type == "bot_command":
            is_bare = "@" not in stretch and in_group and entity.offset == 0
            if is_bare or stretch.endswith(handle):
                return True
    return False


def _is_own_mention(entity: TextEntity, stretch: str, bot: BotIdentity) -> bool:
    if entity.type == "text_mention":
        return entity.user is not None and entity.user.id == bot.id
    return entity.type == "mention" and stretch.casefold() == f"@{bot.username}".casefold()


def _without_leading_mention(text: str, entities: tuple[TextEntity, ...], bot: BotIdentity) -> str:
    first = next((entity for entity in entities if entity.offset == 0), None)
    if first is None:
        return text
    stretch = _stretch(text, first)
    rest = text[len(stretch) :]
    if _is_own_mention(first, stretch, bot):
        return rest.lstrip(" \t\n,:") or text
    command, _, addressee = stretch.partition("@")
    if first.type == "bot_command" and addressee.casefold() == bot.username.casefold():
        return command + rest
    return text


def _stretch(text: str, entity: TextEntity) -> str:
    """Return the part of a text that an entity covers; its offsets count UTF-16 code units."""
    units = text.encode("utf-16-le")
    covered = units[2 * entity.offset : 2 * (entity.offset + entity.length)]
    return covered.decode("utf-16-le", "replace")


def _attachments(message: Message) -> Iterator[Attachment]:
    files = {
        AttachmentKind.PHOTO: max(
            message.photo, key=lambda size: size.width * size.height, default=None
        ),
        AttachmentKind.DOCUMENT: message.document,
        AttachmentKind.VOICE: message.voice,
        AttachmentKind.AUDIO: message.audio,
        AttachmentKind.VIDEO: message.video or message.video_note,
        AttachmentKind.STICKER: message.sticker,
    }
    for kind, file in files.items():
        if file is not None:
            yield Attachment(
                kind=kind,
                file_id=file.file_id,
                name=file.file_name or file.emoji,
                mime_type=file.mime_type,
                size_bytes=file.file_size,
            )
    if message.location is not None:
        place = f"geo:{message.location.latitude},{message.location.longitude}"
        yield Attachment(kind=AttachmentKind.LOCATION, file_id=place)
    if (contact := message.contact) is not None:
        name = f"{contact.first_name} {contact.last_name}".strip()
        yield Attachment(
            kind=AttachmentKind.CONTACT, file_id=f"tel:{contact.phone_number}", name=name
        )
