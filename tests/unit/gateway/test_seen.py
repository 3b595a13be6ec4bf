"""Signs on people's messages that the bot has taken note of them."""

import asyncio
from datetime import timedelta

import pytest

from channels.errors import SendError, SendFailed, SendRejected
from channels.message import ConversationAddress, InboundMessage
from gateway.governor import Governor
from gateway.roster import Roster
from gateway.seen import SeenSigns
from tests.doubles.channel import PlainChannel
from tests.doubles.clock import START, ManualClock
from workers.groups import plain_group

CHANNEL = PlainChannel.name


class MarkingChannel(PlainChannel):
    """A channel with reactions."""

    def __init__(self) -> None:
        super().__init__()
        self.marked: asyncio.Queue[str] = asyncio.Queue()
        self.failures: list[Exception] = []  # of the next signs, past what a channel may raise

    async def show_seen(self, conversation: ConversationAddress, message_id: str) -> None:
        """See `ShowsSeen`."""
        del conversation
        if self.failures:
            raise self.failures.pop(0)
        if self.endings:
            raise self.endings.pop(0)
        self.marked.put_nowait(message_id)


def said(message_id: str, chat_id: str = "1") -> InboundMessage:
    """Return a message to the bot."""
    return InboundMessage(
        event_id=message_id,
        message_id=message_id,
        conversation=ConversationAddress(channel=CHANNEL, account="bot", chat_id=chat_id),
        sender_id="1001",
        sender_name="Ada",
        text="hello",
        sent_at=START,
    )


class Scene:
    """The signs of a gateway with one channel."""

    def __init__(self) -> None:
        self.channel = MarkingChannel()
        self.governor = Governor(ManualClock())
        roster = Roster({})
        roster.add(self.channel)
        self.signs = SeenSigns(roster, self.governor, is_wanted=True)

    async def marks(self, *messages: InboundMessage) -> list[str]:
        """Note messages and return which of them were marked, up to the last one."""
        for message in messages:
            self.signs.note(message)
        found: list[str] = []
        async with asyncio.timeout(10), plain_group() as group:
            work = group.create_task(self.signs.run())
            while not found or found[-1] != messages[-1].message_id:
                found.append(await self.channel.marked.get())
            work.cancel()
        return found


async def test_noted_messages_are_marked_in_order() -> None:
    """Each one once."""
    first, second = said("1"), said("2")

    assert await Scene().marks(first, second) == ["1", "2"]


@pytest.mark.parametrize("refusal", [SendRejected("no reactions here"), SendFailed("not now")])
async def test_a_sign_that_fails_is_left_out(refusal: SendError) -> None:
    """It is no answer, so nothing depends on it."""
    scene = Scene()
    scene.channel.endings.append(refusal)

    assert await scene.marks(said("1"), said("2")) == ["2"]


async def test_event_without_a_message_gets_no_sign() -> None:
    """A press of a button is answered by its platform in another way."""
    assert await Scene().marks(said(""), said("2")) == ["2"]


async def test_sign_that_breaks_does_not_end_the_others() -> None:
    """Whatever a channel's library raises."""
    scene = Scene()
    scene.channel.failures.append(ValueError("no such chat"))

    assert await scene.marks(said("1"), said("2")) == ["2"]


async def test_platform_that_asks_for_rest_gets_it() -> None:
    """A sign must not use up what an answer needs."""
    scene = Scene()
    scene.channel.endings.append(SendFailed("slow down", retry_after=timedelta(seconds=30)))
    message = said("1")
    elsewhere = said("2", chat_id="elsewhere")

    assert await scene.marks(message, message, elsewhere) == ["2"]
    assert scene.governor.penalty(message.conversation) == timedelta(seconds=30)
