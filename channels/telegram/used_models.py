"""Which of aiogram's models this bot uses, and one of its own."""

from typing import Any, Final

from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageCaption,
    EditMessageReplyMarkup,
    EditMessageText,
    GetFile,
    GetMe,
    SendChatAction,
    SendDocument,
    SendMessage,
    SendPhoto,
    SetMessageReaction,
    SetMyCommands,
)
from aiogram.methods.base import Response, TelegramMethod
from aiogram.types import (
    BotCommand,
    File,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyParameters,
    User,
)

from channels.telegram.inbound import HANDLED_UPDATES
from channels.telegram.polling import BATCH_SIZE


class GetRawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """GetUpdates whose answer stays JSON: aiogram refuses a whole batch for one odd update."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int = BATCH_SIZE
    timeout: int = 0
    allowed_updates: tuple[str, ...] = HANDLED_UPDATES


_PARTS: Final = (
    BotCommand,
    File,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyParameters,
    User,
)
_REQUESTS: Final = (
    AnswerCallbackQuery,
    EditMessageCaption,
    EditMessageReplyMarkup,
    EditMessageText,
    GetFile,
    GetMe,
    GetRawUpdates,
    SendChatAction,
    SendDocument,
    SendMessage,
    SendPhoto,
    SetMessageReaction,
    SetMyCommands,
)
# aiogram reads answers with these generic models, and nobody else holds them: the garbage collector
# would take them away now and then, and making one anew holds up the loop for 6 ms.
_ANSWERS: Final = (
    Response[list[dict[str, Any]]],
    Response[Message],
    Response[Message | bool],
    Response[File],
    Response[User],
    Response[bool],
)


def build_ahead() -> None:
    """Build what requests and answers are made of, which takes 0.2 s.

    Otherwise each would be built at its first use, which would hold up the loop.
    """
    for model in (*_PARTS, *_ANSWERS, *_REQUESTS):
        model.model_rebuild()
