"""What Slack delivers as an `InboundMessage`; pure, and known without the client library."""

import json
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from pydantic import JsonValue

from channels.message import (
    Attachment,
    AttachmentKind,
    ConversationAddress,
    ConversationKind,
    EventKind,
    InboundMessage,
    QuotedMessage,
)
from channels.slack.buttons import is_option
from channels.slack.identity import BotIdentity
from channels.slack.payload import (
    ActionBody,
    CommandBody,
    EventBody,
    File,
    JsonObject,
    MessageEvent,
    Post,
)
from channels.slack.settings import CHANNEL
from channels.slack.wording import mentions, plain_text

OWN_COMMAND: Final = "/crewdesk"
"""The slash command of the manifest: its first word names one of our commands, or all is text."""

Raw = Mapping[str, JsonValue]
ThreadKey = tuple[str, str]  # channel, ts of the message that the thread hangs on

_WRITTEN: Final = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Subtypes of what a person wrote; all others tell of joins, topics, pins and the like.

Source: https://docs.slack.dev/reference/events/message#subtypes
"""
_SLACKBOT: Final = "USLACKBOT"
_TOMBSTONE: Final = "tombstone"  # what is left of a message that others have answered in a thread
_UNSTORED: Final = frozenset({"token", "response_url"})  # they open something

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What reading a payload takes besides it.

    `joined` holds the threads in which the bot takes part as far as this process knows, `commands`
    the names of our commands. `now` is for what Slack puts no time on.
    """

    bot: BotIdentity
    now: datetime
    joined: Container[ThreadKey] = ()
    commands: Container[str] = ()


def from_event(raw: Raw, around: Surroundings) -> InboundMessage | None:
    """Return what a person wrote, edited or deleted; None for everything else.

    An `app_mention` and a `message` event of one post give the same `event_id`.

    Raises:
        pydantic.ValidationError: it does not have the documented shape.
    """
    body = EventBody.model_validate(raw)
    event = body.event
    readers: Mapping[str, Callable[[], InboundMessage | None]] = {
        "message_changed": lambda: _changed(raw, body, around),
        "message_deleted": lambda: _deleted(raw, body, event.previous_message, around),
    }
    reader = readers.get(event.subtype)
    if reader is not None:
        return reader()
    if event.subtype not in _WRITTEN or not _is_from_person(event, around.bot):
        logger.debug("slack_event_ignored", ts=event.ts, subtype=event.subtype)
        return None
    if not (event.text or event.files):
        return None
    return _message(raw, body, event, around, EventKind.MESSAGE)


def from_command(raw: Raw, around: Surroundings) -> InboundMessage:
    """Return a slash command as the message that a person would write elsewhere.

    Raises:
        pydantic.ValidationError: it does not have the documented shape.
    """
    body = CommandBody.model_validate(raw)
    return InboundMessage(
        # The same delivery comes again under the same trigger, another one under its own.
        event_id=f"command:{body.team_id}:{body.channel_id}:{body.trigger_id}",
        message_id="",  # a command is no message, so nothing can be put on it
        conversation=_conversation(body.channel_id, "", around.bot),
        sender_id=body.user_id,
        sender_name=body.user_name or body.user_id,
        text=_command_text(body, around),
        sent_at=around.now,
        is_mention=True,
        raw=_record(raw),
    )


def from_press(raw: Raw, around: Surroundings) -> InboundMessage | None:
    """Return the press of one of our option buttons; None for any other.

    Raises:
        pydantic.ValidationError: it does not have the documented shape.
    """
    body = ActionBody.model_validate(raw)
    action, place = body.actions[0], body.container
    if not is_option(action.action_id):
        return None
    thread = body.message.thread_ts or place.thread_ts
    return InboundMessage(
        event_id=(
            f"press:{body.team.id}:{place.channel_id}:{place.message_ts}:{body.user.id}"
            f":{action.action_ts}"
        ),
        message_id=action.action_ts,
        conversation=_conversation(
            place.channel_id, "" if thread == place.message_ts else thread, around.bot
        ),
        sender_id=body.user.id,
        sender_name=body.user.name or body.user.id,
        text=action.value,
        sent_at=_moment(action.action_ts),
        kind=EventKind.PRESS,
        is_mention=True,
        reply_to=QuotedMessage(
            message_id=place.message_ts, text=body.message.text, is_from_bot=True
        ),
        raw=_record(raw),
    )


def _changed(raw: Raw, body: EventBody, around: Surroundings) -> InboundMessage | None:
    """Return an edit by a person; unfurling a link changes a message, too."""
    after, before = body.event.message, body.event.previous_message
    if after is None:
        return None
    if after.subtype == _TOMBSTONE:
        return _deleted(raw, body, before, around)
    if after.edited is None or not _is_from_person(after, around.bot):
        return None
    if before is not None and before.text == after.text:
        return None
    return _message(raw, body, after, around, EventKind.EDIT)


def _deleted(
    raw: Raw, body: EventBody, before: Post | None, around: Surroundings
) -> InboundMessage | None:
    if before is None or not _is_from_person(before, around.bot):
        return None
    deleted = before.model_copy(update={"text": "", "files": ()})
    return _message(raw, body, deleted, around, EventKind.DELETION)


def _message(
    raw: Raw, body: EventBody, post: Post, around: Surroundings, kind: EventKind
) -> InboundMessage:
    channel, bot = body.event.channel, around.bot
    at = post.ts if kind is EventKind.MESSAGE else _when(body.event, post)
    return InboundMessage(
        event_id=_event_id(body, post, kind),
        message_id=post.ts,
        conversation=_conversation(channel, _thread(channel, post), bot),
        sender_id=post.user,
        sender_name=post.user,
        text=plain_text(post.text, bot),
        sent_at=_moment(at),
        kind=kind,
        is_mention=mentions(post.text, bot),
        reply_to=_quoted(channel, post, around),
        attachments=tuple(_attachment(file) for file in post.files),
        raw=_record(raw),
    )


def _when(event: MessageEvent, post: Post) -> str:
    return post.edited.ts if post.edited is not None else event.ts


def _event_id(body: EventBody, post: Post, kind: EventKind) -> str:
    """Return an id from what Slack changes last: the post, never the event that tells of it."""
    place = f"{body.team_id}:{body.event.channel}:{post.ts}"
    if kind is EventKind.EDIT and post.edited is not None:
        return f"edit:{place}:{post.edited.ts}"
    return f"{kind}:{place}"


def _is_from_person(post: Post, bot: BotIdentity) -> bool:
    return bool(post.user) and not post.bot_id and post.user not in {bot.user_id, _SLACKBOT}


def _is_private(channel: str) -> bool:
    """Tell whether a channel is a direct one: `app_mention` carries no other sign of it."""
    return channel.startswith("D")


def _thread(channel: str, post: Post) -> str:
    """Return the thread that a post belongs to; in a channel each post outside one opens its own.

    A post that has been answered carries its own `ts` as that of its thread.
    """
    if post.thread_ts and post.thread_ts != post.ts:
        return post.thread_ts
    return "" if _is_private(channel) else post.ts


def _conversation(channel: str, thread: str, bot: BotIdentity) -> ConversationAddress:
    return ConversationAddress(
        channel=CHANNEL,
        account=bot.user_id,
        chat_id=channel,
        thread_id=thread,
        kind=ConversationKind.PRIVATE if _is_private(channel) else ConversationKind.GROUP,
    )


def _quoted(channel: str, post: Post, around: Surroundings) -> QuotedMessage | None:
    """Return the message that the thread hangs on: in a thread of ours, people speak to the bot."""
    if not post.thread_ts or post.thread_ts == post.ts:
        return None
    is_ours = post.parent_user_id == around.bot.user_id
    return QuotedMessage(
        message_id=post.thread_ts,
        is_from_bot=is_ours or (channel, post.thread_ts) in around.joined,
    )


_KINDS: Final = {
    "image": AttachmentKind.PHOTO,
    "audio": AttachmentKind.AUDIO,
    "video": AttachmentKind.VIDEO,
}


def _attachment(file: File) -> Attachment:
    family = file.mimetype.partition("/")[0]
    if file.subtype == "slack_audio":
        kind = AttachmentKind.VOICE
    else:
        kind = _KINDS.get(family, AttachmentKind.DOCUMENT)
    return Attachment(
        kind=kind,
        file_id=file.id,
        name=file.name or "",
        mime_type=file.mimetype,
        size_bytes=file.size,
    )


def _command_text(body: CommandBody, around: Surroundings) -> str:
    text = plain_text(body.text, around.bot).strip()
    if body.command != OWN_COMMAND:
        return f"{body.command} {text}".strip()
    if not text:
        return "/help"
    first = text.split(maxsplit=1)[0]
    return f"/{text}" if first.casefold() in around.commands else text


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def _record(raw: Raw) -> str:
    kept: JsonObject = {key: value for key, value in raw.items() if key not in _UNSTORED}
    return json.dumps(kept)
