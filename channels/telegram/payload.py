"""The parts of a Telegram update that Crewdesk reads, checked as they come in."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from channels.text.wellformed import wellformed

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
RawUpdate = Mapping[str, JsonValue]


class _Part(BaseModel):
    """A part of a payload; what Crewdesk does not read is left out, for Telegram adds fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class User(_Part):
    """https://core.telegram.org/bots/api#user."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""


class Chat(_Part):
    """https://core.telegram.org/bots/api#chat."""

    id: int
    type: str


class TextEntity(_Part):
    """https://core.telegram.org/bots/api#messageentity; offsets count UTF-16 code units."""

    type: str
    offset: int = Field(ge=0)
    length: int = Field(ge=0)
    user: User | None = None


class File(_Part):
    """Any of PhotoSize, Document, Voice, Audio, Video, VideoNote and Sticker."""

    file_id: str
    file_name: str = ""
    mime_type: str = ""
    file_size: int | None = None
    emoji: str = ""
    width: int = 0
    height: int = 0


class Location(_Part):
    """https://core.telegram.org/bots/api#location."""

    latitude: float
    longitude: float


class Contact(_Part):
    """https://core.telegram.org/bots/api#contact."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Content(_Part):
    """What a message and a quoted message have in common."""

    message_id: int
    sender: User | None = Field(default=None, alias="from")
    text: str = ""
    caption: str = ""
    # what opens a topic; each message in the topic that quotes nothing else "replies" to it
    forum_topic_created: dict[str, object] | None = None


class KeyboardButton(_Part):
    """https://core.telegram.org/bots/api#inlinekeyboardbutton."""

    text: str
    callback_data: str = ""


class Keyboard(_Part):
    """https://core.telegram.org/bots/api#inlinekeyboardmarkup."""

    inline_keyboard: tuple[tuple[KeyboardButton, ...], ...] = ()


class Message(Content):
    """https://core.telegram.org/bots/api#message."""

    chat: Chat
    date: int
    edit_date: int | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    is_automatic_forward: bool = False
    reply_to_message: Content | None = None
    entities: tuple[TextEntity, ...] = ()
    caption_entities: tuple[TextEntity, ...] = ()
    photo: tuple[File, ...] = ()
    document: File | None = None
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    sticker: File | None = None
    location: Location | None = None
    contact: Contact | None = None
    reply_markup: Keyboard | None = None


class CallbackQuery(_Part):
    """https://core.telegram.org/bots/api#callbackquery."""

    id: str
    sender: User = Field(alias="from")
    message: Message | None = None
    data: str = ""


class Update(_Part):
    """https://core.telegram.org/bots/api#update; the kinds that Crewdesk asks for."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None


def parse_update(raw: RawUpdate) -> Update:
    """Return the update with all its texts well-formed.

    Raises:
        pydantic.ValidationError: it does not have the documented shape.
    """
    return Update.model_validate({key: _wellformed(value) for key, value in raw.items()})


def _wellformed(value: JsonValue) -> JsonValue:
    """Mend every text; each unpaired surrogate stays one UTF-16 unit, so offsets stay right."""
    if isinstance(value, str):
        return wellformed(value)
    if isinstance(value, list):
        return [_wellformed(item) for item in value]
    if isinstance(value, dict):
        return {key: _wellformed(item) for key, item in value.items()}
    return value
