"""Slack's side: the channels of a workspace, what was said there, and the files."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tests.doubles.slack_rules import ApiRefusal, JsonObject, visible_text

TEAM: Final = "T01TEAM"
BOT_USER: Final = "U0BOT"
BOT_ID: Final = "B0BOT"
ADA: Final = "U0ADA"


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel, or a person's direct one with the bot; an id with D is such a one."""

    id: str
    is_archived: bool = False
    has_bot: bool = True


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as everybody sees it; `history` holds what it showed, the newest last."""

    channel: Channel
    ts: str
    user: str
    text: str
    blocks: list[JsonObject] = field(default_factory=list)
    thread_ts: str = ""
    client_msg_id: str = ""
    metadata: JsonObject | None = None
    file_ids: tuple[str, ...] = ()
    reactions: set[tuple[str, str]] = field(default_factory=set)
    is_streaming: bool = False
    edited_ts: str = ""
    is_deleted: bool = False
    history: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """What a person reads now."""
        return visible_text(self.text, self.blocks)

    def replace(self, text: str, blocks: Sequence[JsonObject]) -> None:
        """Show something else from now on."""
        self.text, self.blocks = text, list(blocks)
        self.history.append(self.shown)


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """A file; it has content once it is uploaded and is seen once it is completed."""

    id: str
    name: str
    length: int
    mimetype: str = "application/octet-stream"
    content: bytes = b""
    address: str = ""  # of a file that lies elsewhere
    messages: list[Message] = field(default_factory=list)


class SlackWorld:
    """One workspace with one app in it."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.messages: list[Message] = []
        self.files: dict[str, StoredFile] = {}
        self.statuses: list[tuple[str, str, str]] = []
        self._numbers = itertools.count(1)

    def channel(self, channel_id: str) -> Channel:
        """Return a channel, which the first mention of its id opens."""
        return self.channels.setdefault(channel_id, Channel(id=channel_id))

    def timestamp(self) -> str:
        """Return a new name for a message; they rise."""
        return f"{int(datetime.now(UTC).timestamp())}.{next(self._numbers):06d}"

    def transcript(self, channel_id: str) -> list[Message]:
        """Return what is to be seen in a channel and its threads, in order."""
        return [
            message
            for message in self.messages
            if message.channel.id == channel_id and not message.is_deleted
        ]

    def from_bot(self, channel_id: str) -> list[Message]:
        """Return what the bot said in a channel and its threads, in order."""
        return [one for one in self.transcript(channel_id) if one.user == BOT_USER]

    def thread(self, channel_id: str, thread_ts: str) -> list[Message]:
        """Return a thread with the message that it hangs on."""
        return [
            message
            for message in self.transcript(channel_id)
            if thread_ts in {message.ts, message.thread_ts}
        ]

    def say(self, channel_id: str, user: str, text: str, *, thread_ts: str = "") -> Message:
        """Let anybody say something."""
        return self.keep(
            Message(
                channel=self.channel(channel_id),
                ts=self.timestamp(),
                user=user,
                text=text,
                thread_ts=thread_ts,
            )
        )

    def keep(self, message: Message) -> Message:
        """Show a new message."""
        message.history.append(message.shown)
        self.messages.append(message)
        return message

    def reachable(self, channel_id: object) -> Channel:
        """Return a channel that the bot may write to; raises `ApiRefusal`."""
        channel = self.channels.get(str(channel_id))
        if channel is None:
            raise ApiRefusal("channel_not_found")
        if channel.is_archived:
            raise ApiRefusal("is_archived")
        if not channel.has_bot:
            raise ApiRefusal("not_in_channel")
        return channel

    def find(self, channel_id: object, ts: object) -> Message:
        """Return a message; raises `ApiRefusal`."""
        channel = self.reachable(channel_id)
        for message in self.transcript(channel.id):
            if message.ts == ts:
                return message
        raise ApiRefusal("message_not_found")

    def own(self, channel_id: object, ts: object) -> Message:
        """Return a message of the bot's; raises `ApiRefusal`."""
        message = self.find(channel_id, ts)
        if message.user != BOT_USER:
            raise ApiRefusal("cant_update_message")
        return message

    def file(self, file_id: object) -> StoredFile:
        """Return a file; raises `ApiRefusal`."""
        if file_id not in self.files:
            raise ApiRefusal("file_not_found")
        return self.files[str(file_id)]

    def add_file(
        self, name: str, length: int, *, mimetype: str = "", content: bytes = b""
    ) -> StoredFile:
        """Take in a file."""
        file = StoredFile(
            id=f"F{next(self._numbers):05d}", name=name, length=length, content=content
        )
        file.mimetype = mimetype or file.mimetype
        self.files[file.id] = file
        return file
