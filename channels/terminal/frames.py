"""What the terminal's WebSocket carries: one JSON object a text frame.

A conversation, client on the left:

    hello   ──▶
    message ──▶
            ◀── accepted   stored: the client need not send it again
            ◀── typing, preview
            ◀── message    repeated on every connection until it is confirmed
    shown   ──▶            a person can see it
"""

import json
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from channels.text.wellformed import wellformed

PATH = "/api/v1/terminal"
MAX_FRAME_BYTES = 2 * 1024 * 1024
HEARTBEAT_SECONDS = 20.0  # a peer that misses one for half as long is gone


def _make_wellformed(value: object) -> object:
    return wellformed(value) if isinstance(value, str) else value


def _check_name(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise ValueError("a name has no control characters and no space around it")
    return value


Text = Annotated[str, BeforeValidator(_make_wellformed)]
Name = Annotated[
    str,
    BeforeValidator(_make_wellformed),
    Field(min_length=1, max_length=200),
    AfterValidator(_check_name),
]
FrameId = Annotated[str, Field(min_length=1, max_length=200)]


class Frame(BaseModel):
    """One frame; unknown keys are an error on both sides, which are the same release."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Hello(Frame):
    """The first frame of a connection: who writes, and in which chat."""

    type: Literal["hello"] = "hello"
    user: Name
    chat: Name


class Say(Frame):
    """A person's message; the same `event_id` each time it is sent again."""

    type: Literal["message"] = "message"
    event_id: UUID
    text: Text


class Shown(Frame):
    """The message with this outbox id is in front of a person."""

    type: Literal["shown"] = "shown"
    id: FrameId


class Accepted(Frame):
    """The message is stored."""

    type: Literal["accepted"] = "accepted"
    event_id: UUID


class Refused(Frame):
    """The message is not stored and will not be, unless it is sent again."""

    type: Literal["refused"] = "refused"
    event_id: UUID
    reason: str


class Message(Frame):
    """What the bot says; `id` is the outbox id, by which a repetition is known."""

    type: Literal["message"] = "message"
    id: FrameId
    text: Text


class Preview(Frame):
    """What an unfinished answer reads by now; may be lost, needs no confirmation."""

    type: Literal["preview"] = "preview"
    id: FrameId
    text: Text


class Typing(Frame):
    """The bot is at work."""

    type: Literal["typing"] = "typing"


ClientFrame = Hello | Say | Shown
ServerFrame = Accepted | Refused | Message | Preview | Typing


class _AnyClientFrame(RootModel[Annotated[ClientFrame, Field(discriminator="type")]]):
    pass


class _AnyServerFrame(RootModel[Annotated[ServerFrame, Field(discriminator="type")]]):
    pass


def parse_client_frame(data: str) -> ClientFrame:
    """Read what a client sent; raises ValueError if it is none of its frames."""
    return _AnyClientFrame.model_validate(_decode(data)).root


def parse_server_frame(data: str) -> ServerFrame:
    """Read what a gateway sent; raises ValueError if it is none of its frames."""
    return _AnyServerFrame.model_validate(_decode(data)).root


def _decode(data: str) -> object:
    # Not pydantic's own decoder: it refuses an unpaired surrogate, which `Text` is there to mend.
    try:
        decoded: object = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return decoded
