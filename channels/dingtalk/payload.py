"""The parts of a message to the robot that Crewdesk reads, checked as they come in."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from channels.text.wellformed import wellformed

JsonValue = None | bool | int | float | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]
JsonObject = Mapping[str, JsonValue]


def _mended(value: object) -> object:
    return wellformed(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_mended)]


class _Part(BaseModel):
    """A part of a payload; what is null or unknown is left out, for DingTalk adds fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {key: part for key, part in value.items() if part is not None}


class RepliedContent(_Part):
    """What a quoted message says."""

    text: Text = ""


class RepliedMessage(_Part):
    """A quoted message; its text comes with text messages only."""

    msg_id: Text = ""
    sender_id: Text = ""
    content: RepliedContent = RepliedContent()


class TextBody(_Part):
    """The body of a text message."""

    content: Text = ""
    is_reply_msg: bool = False
    replied_msg: RepliedMessage | None = None


class RichPiece(_Part):
    """A piece of a rich text: words or a picture."""

    text: Text = ""
    download_code: Text = ""


class FileBody(_Part):
    """The body of a rich text, picture, voice message, video or file.

    `recognition` is what DingTalk heard in a voice message.
    """

    download_code: Text = ""
    recognition: Text = ""
    file_name: Text = ""
    video_type: Text = ""
    rich_text: tuple[RichPiece, ...] = ()


class RobotMessage(_Part):
    """https://open.dingtalk.com/document/orgapp/receive-message; times are in milliseconds.

    `sender_staff_id` is missing for people outside of the organisation, and for everybody until
    the robot is published.
    """

    msgtype: Text
    msg_id: Text
    conversation_id: Text
    conversation_type: Text  # "1" with one person, "2" in a group
    create_at: int
    sender_id: Text
    sender_staff_id: Text = ""
    sender_nick: Text = ""
    robot_code: Text = ""
    chatbot_user_id: Text = ""
    is_in_at_list: bool = False
    session_webhook: Text = ""
    session_webhook_expired_time: int = 0
    text: TextBody = TextBody()
    content: FileBody = FileBody()


def parse_message(raw: JsonObject) -> RobotMessage:
    """Return the message with all its texts well-formed.

    Raises:
        pydantic.ValidationError: it does not have the documented shape.
    """
    return RobotMessage.model_validate(raw)
