"""What crosses the channel door, in both directions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class ConversationKind(StrEnum):
    """Who takes part."""

    PRIVATE = "private"
    GROUP = "group"


class EventKind(StrEnum):
    """What happened on the platform."""

    MESSAGE = "message"
    EDIT = "edit"  # of the message `message_id`, which now reads `text`
    DELETION = "deletion"  # of the message `message_id`
    PRESS = "press"  # of a button under the bot's `reply_to`; `text` is the option or its number


class AttachmentKind(StrEnum):
    """What came with a message."""

    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"  # somebody's spoken words; any other sound is `AUDIO`
    AUDIO = "audio"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"  # the file id is a geo: URI, and there is nothing to fetch
    CONTACT = "contact"  # the same with a tel: URI

    @property
    def is_file(self) -> bool:
        """Whether there is something to fetch."""
        return self not in {AttachmentKind.LOCATION, AttachmentKind.CONTACT}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationAddress:
    """Where a conversation takes place.

    `account` is the bot's own id on that platform, `chat_id` and `thread_id` are the platform's ids
    as text; `thread_id` is empty where there is no thread.
    """

    channel: str
    account: str
    chat_id: str
    thread_id: str = ""
    kind: ConversationKind = ConversationKind.PRIVATE

    @property
    def key(self) -> str:
        """The address as one text, equal for equal conversations."""
        thread = f":{self.thread_id}" if self.thread_id else ""
        return f"{self.channel}:{self.account}:{self.chat_id}{thread}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message; `file_id` is what the platform wants back to fetch it."""

    kind: AttachmentKind
    file_id: str
    name: str = ""
    mime_type: str = ""
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedMessage:
    """The message that another one replies to."""

    message_id: str
    text: str = ""
    is_from_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One event from a person.

    `event_id` is unique within (channel, account) and the same whenever the platform delivers the
    event again. `language` is a BCP 47 tag or empty. `text` is well-formed Unicode without NUL.
    `raw` is the platform's payload as JSON text, for the record only.
    """

    event_id: str
    message_id: str
    conversation: ConversationAddress
    sender_id: str
    sender_name: str
    text: str
    sent_at: datetime
    kind: EventKind = EventKind.MESSAGE
    is_mention: bool = False
    reply_to: QuotedMessage | None = None
    attachments: tuple[Attachment, ...] = ()
    language: str = ""
    raw: str = "{}"

    @property
    def event_key(self) -> str:
        """The key under which this event is accepted once: channel, account, event id."""
        return f"{self.conversation.channel}:{self.conversation.account}:{self.event_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """One part of what the bot says.

    `outbox_id` is the same each time this part is tried. `text` is CommonMark that fits one message
    of the channel (see `SplitsText`). `reply_to` is a platform message id or empty. `options` are
    what a person may choose as an answer; a channel without buttons leaves them out. `is_growing`
    marks a preview: the message will be edited until it is whole.
    """

    outbox_id: str
    conversation: ConversationAddress
    text: str
    reply_to: str = ""
    options: tuple[str, ...] = ()
    is_growing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundFile:
    """A file to be sent; it stays at `path`, unchanged, until it was sent."""

    path: Path
    name: str
    mime_type: str
    size_bytes: int
