"""What the contract suite needs of a channel and its platform's double; one kit per channel.

What not every platform has is a further small protocol that a kit may satisfy, as abilities are of
channels; `needs` names either.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

import pytest

from channels.message import ConversationAddress, OutboundMessage
from channels.protocol import Channel


class Trouble(StrEnum):
    """What can befall the next send."""

    REFUSED_FOR_NOW = "refused for now"
    REFUSED_FOR_GOOD = "refused for good"
    LOST = "cut before it was done"
    UNANSWERED = "cut after it was done"


class ChannelKit(Protocol):
    """A channel on its client library, connected to a double; one person is in one chat."""

    @property
    def channel(self) -> Channel:
        """The channel under test."""

    @property
    def conversation(self) -> ConversationAddress:
        """The chat with the person."""

    async def person_says(self, text: str) -> None:
        """Let the person write."""

    async def heard_again(self, text: str) -> None:
        """Let the person write, and the platform deliver the same event a second time."""

    async def disconnect(self) -> None:
        """End the connection by which events come, without a word."""

    def split(self, text: str) -> Sequence[str]:
        """Divide a text as the channel's messenger does."""

    def shown(self) -> list[str]:
        """Return what the bot said in the chat as the person sees it now, in order."""


@runtime_checkable
class KeepsEvents(Protocol):
    """The platform holds what is not acknowledged, for whoever receives next."""

    def kept(self) -> int:
        """Return how many events it holds."""

    def another_process(self) -> Channel:
        """Return a channel of the same account that knows nothing of the first."""


@runtime_checkable
class BreaksSends(Protocol):
    """Requests to the platform can go wrong in all ways."""

    def befall_next_send(self, trouble: Trouble) -> None:
        """Let the next send go wrong."""


@runtime_checkable
class MustBeThere(Protocol):
    """A message reaches only somebody who is connected while the channel runs."""

    async def is_there(self) -> None:
        """Wait until the person is."""


@runtime_checkable
class HasGroups(Protocol):
    """People also write among themselves."""

    async def group_says(self, text: str, *, mentions_bot: bool) -> None:
        """Let the person write in a group; the bot is told of it as far as the platform tells."""


@runtime_checkable
class HasThreads(Protocol):
    """Conversations branch off within a group."""

    async def thread_says(self, text: str) -> None:
        """Let the person write in one and the same thread of a group."""

    def shown_in_thread(self) -> list[str]:
        """Return what the bot said in that thread."""


@runtime_checkable
class TellsReplies(Protocol):
    """The platform tells which message one replies to."""

    async def replies_to_bot(self, text: str) -> str:
        """Let the person reply to something that the bot said; return its id."""


@runtime_checkable
class TellsEdits(Protocol):
    """The platform tells of messages that are changed."""

    async def rewrites(self, before: str, after: str) -> None:
        """Let the person write something and change it."""


@runtime_checkable
class RefusesMarkup(Protocol):
    """The platform may refuse the markup of a text."""

    def refuse_markup_once(self) -> None:
        """Let the markup of the next send be refused."""

    def refusals(self) -> list[str]:
        """Return what went wrong with the requests so far."""


@runtime_checkable
class BringsFiles(Protocol):
    """People send files."""

    async def sends_file(self, name: str, content: bytes) -> None:
        """Let the person send a document."""


@runtime_checkable
class ShowsFiles(Protocol):
    """The bot's files are seen."""

    def files_shown(self) -> list[tuple[str, bytes]]:
        """Return names and contents of the files that the bot sent to the chat."""


def needs(*abilities: type) -> pytest.MarkDecorator:
    """Return the mark of a test that runs only over channels with these abilities."""
    return pytest.mark.needs.with_args(*abilities)  # called, the mark would take one for the test


def answer_to(kit: ChannelKit, text: str, *, outbox_id: str = "out-1") -> OutboundMessage:
    """Return a message to the person."""
    return OutboundMessage(outbox_id=outbox_id, conversation=kit.conversation, text=text)
