"""The frames of a Stream connection: the one module that talks to dingtalk_stream.

Only its frames are used. Its client holds up the event loop while it connects, can't be cancelled,
loses the order of messages and writes the connection's ticket to the log.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dingtalk_stream import AckMessage, CallbackMessage, ChatbotMessage, SystemMessage
from dingtalk_stream.version import VERSION_STRING

from channels.dingtalk.payload import JsonObject

MESSAGES_TOPIC: Final[str] = ChatbotMessage.TOPIC
USER_AGENT: Final = f"dingtalk-sdk-python/v{VERSION_STRING}-crewdesk"


class FrameKind(StrEnum):
    """What a frame is for."""

    MESSAGE = "message"  # to the robot
    SYSTEM = "system"  # a ping or a greeting: answered and nothing else
    DISCONNECT = "disconnect"  # DingTalk is about to close this connection
    OTHER = "other"  # nothing that was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame from DingTalk; `data` is what it carries."""

    kind: FrameKind
    message_id: str
    data: JsonObject


class FrameError(Exception):
    """What came is no frame."""


def read_frame(text: str) -> Frame:
    """Return a frame as it came over the connection.

    Raises:
        FrameError: it has not the documented shape.
    """
    try:
        raw = json.loads(text)
        read = {CallbackMessage.TYPE: CallbackMessage, SystemMessage.TYPE: SystemMessage}.get(
            raw["type"]
        )
        if read is None:
            return Frame(kind=FrameKind.OTHER, message_id=raw["headers"]["messageId"], data={})
        message = read.from_dict(raw)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise FrameError(type(error).__name__) from error
    headers = message.headers
    data = message.data if isinstance(message.data, dict) else {}
    return Frame(
        kind=_kind(raw["type"], headers.topic), message_id=headers.message_id or "", data=data
    )


def acknowledgement(frame: Frame) -> str:
    """Return the answer that tells DingTalk not to send the frame again."""
    ack = AckMessage()
    ack.headers.message_id = frame.message_id
    ack.headers.content_type = ack.headers.CONTENT_TYPE_APPLICATION_JSON
    ack.message = "OK"
    match frame.kind:
        case FrameKind.SYSTEM | FrameKind.DISCONNECT:
            ack.data = dict(frame.data)  # a ping wants its own data back
        case FrameKind.MESSAGE:
            ack.data = {"response": "OK"}
        case FrameKind.OTHER:
            ack.code, ack.message = AckMessage.STATUS_NOT_IMPLEMENT, "not implemented"
    return json.dumps(ack.to_dict())


def _kind(frame_type: str, topic: str | None) -> FrameKind:
    if frame_type == SystemMessage.TYPE:
        is_end = topic == SystemMessage.TOPIC_DISCONNECT
        return FrameKind.DISCONNECT if is_end else FrameKind.SYSTEM
    return FrameKind.MESSAGE if topic == MESSAGES_TOPIC else FrameKind.OTHER
