"""A message to the robot as an `InboundMessage`; pure, and known without the client library."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from channels.dingtalk.payload import FileBody, JsonObject, RobotMessage
from channels.dingtalk.settings import CHANNEL
from channels.message import (
    Attachment,
    AttachmentKind,
    ConversationAddress,
    ConversationKind,
    InboundMessage,
    QuotedMessage,
)

_KINDS: Final = {"1": ConversationKind.PRIVATE, "2": ConversationKind.GROUP}
_ATTACHMENTS: Final = {
    "picture": AttachmentKind.PHOTO,
    "audio": AttachmentKind.VOICE,
    "video": AttachmentKind.VIDEO,
    "file": AttachmentKind.DOCUMENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPath:
    """What a message tells of its chat: a webhook for replies, good until `expires_at` (UTC).

    `conversation_id` is DingTalk's id of the chat, also where the address holds a person's id.
    """

    webhook: str
    expires_at: datetime
    conversation_id: str


def to_inbound(message: RobotMessage, raw: JsonObject, robot_code: str) -> InboundMessage | None:
    """Return what a person wrote, or None for a kind of message that holds nothing to read.

    Several robots mentioned in one message share its id: the address holds the robot, so each has
    an event of its own. A voice message says what DingTalk heard in it.
    """
    attachments = tuple(_attachments(message))
    text = _text_of(message)
    if message.conversation_type not in _KINDS or not (text or attachments):
        return None
    return InboundMessage(
        event_id=message.msg_id,
        message_id=message.msg_id,
        conversation=address_of(message, robot_code),
        sender_id=message.sender_staff_id or message.sender_id,
        sender_name=message.sender_nick,
        text=text,
        sent_at=_moment(message.create_at),
        is_mention=message.conversation_type == "2" and message.is_in_at_list,
        reply_to=_quoted(message),
        attachments=attachments,
        raw=json.dumps(_for_the_record(raw)),
    )


def address_of(message: RobotMessage, robot_code: str) -> ConversationAddress:
    """Return where a message was written, as what is needed to write there unasked.

    With one person that is the person's staff id, in a group the open conversation id; see
    https://open.dingtalk.com/document/orgapp/chatbots-send-one-on-one-chat-messages-in-batches.
    """
    kind = _KINDS[message.conversation_type]
    person = message.sender_staff_id or message.sender_id
    return ConversationAddress(
        channel=CHANNEL,
        account=message.robot_code or robot_code,
        chat_id=person if kind is ConversationKind.PRIVATE else message.conversation_id,
        kind=kind,
    )


def reply_path_of(message: RobotMessage) -> ReplyPath:
    """Return how the chat of a message can be answered for some time."""
    return ReplyPath(
        webhook=message.session_webhook,
        expires_at=_moment(message.session_webhook_expired_time),
        conversation_id=message.conversation_id,
    )


def _text_of(message: RobotMessage) -> str:
    match message.msgtype:
        case "text":
            return message.text.content.strip()
        case "audio":
            return message.content.recognition.strip()
        case "richText":
            return "".join(piece.text for piece in message.content.rich_text).strip()
        case _:
            return ""


def _attachments(message: RobotMessage) -> Iterator[Attachment]:
    if message.msgtype == "richText":
        for piece in message.content.rich_text:
            if piece.download_code:
                yield Attachment(kind=AttachmentKind.PHOTO, file_id=piece.download_code)
    kind = _ATTACHMENTS.get(message.msgtype)
    if kind is not None and message.content.download_code:
        body = message.content
        yield Attachment(kind=kind, file_id=body.download_code, name=_name_of(body))


def _name_of(body: FileBody) -> str:
    return body.file_name or (f"video.{body.video_type}" if body.video_type else "")


def _quoted(message: RobotMessage) -> QuotedMessage | None:
    quoted = message.text.replied_msg
    if not message.text.is_reply_msg or quoted is None or not quoted.msg_id:
        return None
    return QuotedMessage(
        message_id=quoted.msg_id,
        text=quoted.content.text,
        is_from_bot=bool(quoted.sender_id) and quoted.sender_id == message.chatbot_user_id,
    )


def _for_the_record(raw: JsonObject) -> JsonObject:
    """Return the payload without the webhook: whoever knows it can write in the bot's name."""
    return {key: value for key, value in raw.items() if key != "sessionWebhook"}


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
