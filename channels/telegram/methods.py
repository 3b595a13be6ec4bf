"""The Bot API's methods as requests: what is sent for a message, an edit, a file or a menu."""

from collections.abc import Sequence
from typing import Final

from aiogram.methods import (
    EditMessageCaption,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendPhoto,
    SetMyCommands,
)
from aiogram.types import (
    BotCommand,
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)

from channels.message import ConversationAddress, OutboundFile, OutboundMessage
from channels.telegram.buttons import Button, buttons_of
from channels.telegram.outbound import Rendered

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


_PHOTO_TYPES: Final = frozenset({"image/jpeg", "image/png"})
MAX_PHOTO_BYTES: Final = 10 * 1024 * 1024
"""What Telegram takes as a photo; larger pictures go as documents.

Source: https://core.telegram.org/bots/api#sendphoto
"""


def thread_of(conversation: ConversationAddress) -> int | None:
    """Return the topic of a conversation."""
    return int(conversation.thread_id) if conversation.thread_id else None


def send_method(message: OutboundMessage, rendered: Rendered) -> SendMessage:
    """Return the request that sends a text."""
    return SendMessage(
        chat_id=int(message.conversation.chat_id),
        message_thread_id=thread_of(message.conversation),
        text=rendered.text,
        entities=_entities(rendered),
        parse_mode=None,  # explicit: a default would be sent along with the entities
        link_preview_options=_NO_PREVIEW,
        reply_parameters=_reply(message),
        reply_markup=keyboard(buttons_of(message.options)),
    )


def edit_method(message_id: int, message: OutboundMessage, rendered: Rendered) -> EditMessageText:
    """Return the request that replaces a text."""
    return EditMessageText(
        chat_id=int(message.conversation.chat_id),
        message_id=message_id,
        text=rendered.text,
        entities=_entities(rendered),
        parse_mode=None,
        link_preview_options=_NO_PREVIEW,
        reply_markup=keyboard(buttons_of(message.options)),
    )


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """Put one button on each line, where its label has room."""
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=button.label, callback_data=button.data)]
            for button in buttons
        ]
    )


def is_photo(file: OutboundFile) -> bool:
    """Tell whether Telegram would show a file as a photo."""
    return file.mime_type in _PHOTO_TYPES and file.size_bytes <= MAX_PHOTO_BYTES


def photo_method(message: OutboundMessage, file: OutboundFile, caption: Rendered) -> SendPhoto:
    """Return the request that sends a picture to be looked at in the chat."""
    return SendPhoto(
        chat_id=int(message.conversation.chat_id),
        message_thread_id=thread_of(message.conversation),
        photo=FSInputFile(file.path, filename=file.name),
        caption=caption.text or None,
        caption_entities=_entities(caption),
        parse_mode=None,
        reply_parameters=_reply(message),
    )


def document_method(
    message: OutboundMessage, file: OutboundFile, caption: Rendered
) -> SendDocument:
    """Return the request that sends a file as it is."""
    return SendDocument(
        chat_id=int(message.conversation.chat_id),
        message_thread_id=thread_of(message.conversation),
        document=FSInputFile(file.path, filename=file.name),
        # Telegram would make an animation of a GIF and a sticker of a WebP.
        disable_content_type_detection=True,
        caption=caption.text or None,
        caption_entities=_entities(caption),
        parse_mode=None,
        reply_parameters=_reply(message),
    )


def caption_method(
    message_id: int, message: OutboundMessage, caption: Rendered
) -> EditMessageCaption:
    """Return the request that replaces the words beside a file."""
    return EditMessageCaption(
        chat_id=int(message.conversation.chat_id),
        message_id=message_id,
        caption=caption.text or None,
        caption_entities=_entities(caption),
        parse_mode=None,
    )


def menu_method(language: str, menu: dict[str, str]) -> SetMyCommands:
    """Return the request that replaces the menu of a language; "" is for all others."""
    return SetMyCommands(
        commands=[
            BotCommand(command=name, description=description) for name, description in menu.items()
        ],
        # Telegram knows languages by their two letters only: https://core.telegram.org/bots/api
        language_code=language.partition("-")[0] or None,
    )


def _reply(message: OutboundMessage) -> ReplyParameters | None:
    if not message.reply_to:
        return None
    return ReplyParameters(message_id=int(message.reply_to), allow_sending_without_reply=True)


def _entities(rendered: Rendered) -> list[MessageEntity] | None:
    return [
        MessageEntity(
            type=entity.type,
            offset=entity.offset,
            length=entity.length,
            url=entity.url,
            language=entity.language,
        )
        for entity in rendered.entities
    ] or None
