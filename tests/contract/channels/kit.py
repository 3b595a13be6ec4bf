"""What the contract suite needs of a channel and its platform's double; one kit per channel."""

from enum import StrEnum
from typing import Protocol

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

    def another_process(self) -> Channel:
        """Return a channel of the same account that knows nothing of the first."""

    async def person_says(self, text: str) -> None:
        """Let the person write."""

    def shown(self) -> list[str]:
        """Return what the bot said in the chat as the person sees it now, in order."""

    def befall_next_send(self, trouble: Trouble) -> None:
        """Let the next send go wrong."""


def needs(*abilities: type) -> pytest.MarkDecorator:
    """Return the mark of a test that runs only over channels with these abilities."""
    return pytest.mark.needs.with_args(*abilities)  # called, the mark would take one for the test


def answer_to(kit: ChannelKit, text: str, *, outbox_id: str = "out-1") -> OutboundMessage:
    """Return a message to the person."""
    return OutboundMessage(outbox_id=outbox_id, conversation=kit.conversation, text=text)
