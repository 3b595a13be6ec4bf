"""The parts of Slack's payloads that Crewdesk reads, checked as they come in."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from channels.text.wellformed import wellformed

JsonObject = dict[str, JsonValue]

Text = Annotated[str, AfterValidator(wellformed)]
Timestamp = Annotated[str, Field(pattern=r"^\d+\.\d+$")]
"""Slack's name of a message within its channel: seconds since 1970, and a counter."""


class _Part(BaseModel):
    """A part of a payload; what Crewdesk does not read is left out, for Slack adds fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class File(_Part):
    """https://docs.slack.dev/reference/objects/file-object."""

    id: str
    name: Text | None = None
    mimetype: str = ""
    subtype: str = ""
    size: int | None = None
    mode: str = ""  # `tombstone` and `hidden_by_limit` are files that can't be had any more


class Edited(_Part):
    """Who edited a message, and when."""

    ts: Timestamp


class Post(_Part):
    """https://docs.slack.dev/reference/events/message."""

    ts: Timestamp
    user: str = ""
    bot_id: str | None = None
    subtype: str = ""
    text: Text = ""
    thread_ts: str = ""
    parent_user_id: str = ""
    edited: Edited | None = None
    files: tuple[File, ...] = ()


class MessageEvent(Post):
    """A `message` or `app_mention` event; an edit or a deletion holds the message inside."""

    type: str
    channel: str
    message: Post | None = None
    previous_message: Post | None = None


class EventBody(_Part):
    """https://docs.slack.dev/apis/events-api#callback-field."""

    team_id: str
    event: MessageEvent


class CommandBody(_Part):
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling."""

    team_id: str
    channel_id: str
    user_id: str
    user_name: Text = ""
    command: str
    text: Text = ""
    trigger_id: str


class Presser(_Part):
    """The person who pressed a button."""

    id: str
    name: Text = ""


class Container(_Part):
    """Where the button is."""

    channel_id: str
    message_ts: Timestamp
    thread_ts: str = ""


class Action(_Part):
    """The button."""

    action_id: str
    value: Text = ""
    action_ts: Timestamp


class PressedPost(_Part):
    """The message with the button; its blocks stay as Slack sent them."""

    text: Text = ""
    thread_ts: str = ""
    blocks: tuple[JsonObject, ...] = ()


class Team(_Part):
    """The workspace."""

    id: str


class ActionBody(_Part):
    """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""

    team: Team
    user: Presser
    container: Container
    message: PressedPost
    actions: tuple[Action, ...] = Field(min_length=1)


class SentPost(_Part):
    """A message of a history, as far as it is needed to tell whose it is."""

    class _Metadata(_Part):
        event_type: str = ""
        event_payload: dict[str, JsonValue] = {}

    ts: str
    user: str = ""
    bot_id: str | None = None
    text: str = ""
    client_msg_id: str = ""
    metadata: _Metadata | None = None
    files: tuple[File, ...] = ()


class HistoryPage(_Part):
    """https://docs.slack.dev/reference/methods/conversations.history."""

    class _Cursor(_Part):
        next_cursor: str = ""

    messages: tuple[SentPost, ...] = ()
    has_more: bool = False
    response_metadata: _Cursor | None = None

    @property
    def next_cursor(self) -> str:
        """Where the next page begins, empty at the end."""
        return self.response_metadata.next_cursor if self.response_metadata else ""


class UserInfo(_Part):
    """https://docs.slack.dev/reference/methods/users.info."""

    class User(_Part):
        """A person; `display_name` is empty where somebody has chosen none."""

        class _Profile(_Part):
            display_name: str = ""

        real_name: str = ""
        locale: str = ""
        profile: _Profile = _Profile()

        @property
        def name(self) -> str:
            """What others see them called."""
            return self.profile.display_name or self.real_name

    user: User
