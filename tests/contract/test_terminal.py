"""What the terminal promises, between its real client and its real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from channels.errors import SendFailed, SendRejected
from channels.message import ConversationAddress, InboundMessage, OutboundFile, OutboundMessage
from channels.protocol import (
    Channel,
    SendsFiles,
    ServesHttp,
    ShowsTyping,
    SignalsReachable,
    StreamsDrafts,
)
from channels.terminal.channel import TerminalChannel
from channels.terminal.frames import Accepted, Message, Preview, Refused, Typing
from tests.doubles.clock import ManualClock
from tests.doubles.terminal import TOKEN, Inbox, person_at, serving

ADA = ConversationAddress(channel="terminal", account="local", chat_id="ada")


def outbound(text: str, outbox_id: str = "o1") -> OutboundMessage:
    """Make a part of an answer to Ada."""
    return OutboundMessage(outbox_id=outbox_id, conversation=ADA, text=text)


def make_channel(shown_timeout: timedelta = timedelta(seconds=10)) -> TerminalChannel:
    """Make a channel whose clock stands still."""
    return TerminalChannel(token=TOKEN, now=ManualClock().now, shown_timeout=shown_timeout)


class Arrivals:
    """Notices who can be reached."""

    def __init__(self, channel: TerminalChannel) -> None:
        self._addresses: asyncio.Queue[ConversationAddress] = asyncio.Queue()
        channel.on_reachable(self._addresses.put_nowait)

    async def next(self) -> ConversationAddress:
        """Wait for the next terminal that connects."""
        async with asyncio.timeout(10):
            return await self._addresses.get()


@pytest.fixture
def channel() -> TerminalChannel:
    """Make the channel under test."""
    return make_channel()


@pytest.fixture
def inbox() -> Inbox:
    """Make where its messages go."""
    return Inbox()


@pytest.fixture
async def port(channel: TerminalChannel, inbox: Inbox) -> AsyncIterator[int]:
    """Serve the channel and return the port."""
    async with serving(channel, inbox) as served_port:
        yield served_port


def test_channel_has_the_abilities_that_the_gateway_looks_for() -> None:
    """The gateway finds abilities by their protocols, and the terminal has these."""
    channel: Channel = make_channel()

    assert isinstance(channel, ServesHttp)
    assert isinstance(channel, ShowsTyping)
    assert isinstance(channel, StreamsDrafts)
    assert isinstance(channel, SignalsReachable)
    assert isinstance(channel, SendsFiles)


async def test_message_arrives_with_who_and_where(port: int, inbox: Inbox) -> None:
    """A typed line becomes one inbound message of that user in that chat."""
    async with person_at(port, user="ada", chat="project") as person:
        event_id = await person.client.send("你好\nhello")
        assert await person.next() == Accepted(event_id=event_id)

    (message,) = inbox.messages
    address = ConversationAddress(channel="terminal", account="local", chat_id="project")
    assert message == InboundMessage(
        event_id=str(event_id),
        message_id=str(event_id),
        conversation=address,
        sender_id="ada",
        sender_name="ada",
        text="你好\nhello",
        sent_at=ManualClock().now(),
        raw=message.raw,
    )


async def test_accepted_only_after_it_is_stored(
    port: int, inbox: Inbox, channel: TerminalChannel
) -> None:
    """While the inbox has not returned, other frames may come, but not the acknowledgement."""
    inbox.is_open.clear()

    async with person_at(port) as person:
        event_id = await person.client.send("hello")
        await inbox.offered.wait()
        await channel.show_typing(ADA)
        first = await person.next()
        inbox.is_open.set()
        second = await person.next()

    assert (first, second) == (Typing(), Accepted(event_id=event_id))


async def test_refused_when_it_cannot_be_stored(port: int, inbox: Inbox) -> None:
    """A message that was not stored is refused, without internals, and the next one is taken."""
    inbox.error = OSError("disk full at /var/lib/crewdesk")

    async with person_at(port) as person:
        first = await person.client.send("one")
        refused = await person.next()
        inbox.error = None
        second = await person.client.send("two")
        accepted = await person.next()

    assert isinstance(refused, Refused)
    assert refused.event_id == first
    assert "disk" not in refused.reason
    assert accepted == Accepted(event_id=second)
    assert [message.text for message in inbox.messages] == ["two"]


async def test_unaccepted_message_is_sent_again_to_the_restarted_gateway() -> None:
    """What a dying gateway did not accept reaches the next one, in order, as the same events."""
    dying, reborn = Inbox(), Inbox()
    dying.is_open.clear()

    async with AsyncExitStack() as gateway:
        port = await gateway.enter_async_context(serving(make_channel(), dying))
        async with person_at(port) as person:
            sent = [await person.client.send(text) for text in ("one", "two")]
            await dying.offered.wait()
            await gateway.aclose()
            async with serving(make_channel(), reborn, port):
                accepted = [await person.next(), await person.next()]

    assert dying.messages == []
    assert [message.event_id for message in reborn.messages] == [str(event) for event in sent]
    assert accepted == [Accepted(event_id=event) for event in sent]


async def test_answer_is_sent_once_it_is_shown(port: int, channel: TerminalChannel) -> None:
    """Sending returns the outbox id when the person's side has confirmed it."""
    arrivals = Arrivals(channel)

    async with person_at(port) as person, asyncio.TaskGroup() as group:
        assert await arrivals.next() == ADA
        sending = group.create_task(channel.send(outbound("hi")))
        message = await person.next()
        assert isinstance(message, Message)
        assert not sending.done()
        await person.client.shown(message)

    assert sending.result() == "o1"


async def test_repeated_answer_is_shown_once(port: int, channel: TerminalChannel) -> None:
    """The client knows an outbox id again, and confirms it without showing it a second time."""
    arrivals = Arrivals(channel)

    async with person_at(port) as person, asyncio.TaskGroup() as group:
        await arrivals.next()
        sending = group.create_task(channel.send(outbound("hi")))
        message = await person.next()
        assert isinstance(message, Message)
        await person.client.shown(message)
        await sending
        again = await channel.send(outbound("hi"))
        await channel.show_typing(ADA)
        following = await person.next()

    assert again == "o1"
    assert following == Typing()


async def test_unconfirmed_answer_goes_to_the_next_terminal(
    port: int, channel: TerminalChannel
) -> None:
    """An answer that nobody confirmed, because the terminal was closed, is not lost."""
    arrivals = Arrivals(channel)

    async with asyncio.TaskGroup() as group:
        async with person_at(port) as first:
            await arrivals.next()
            sending = group.create_task(channel.send(outbound("hi")))
            assert isinstance(await first.next(), Message)
        async with person_at(port) as second:
            message = await second.next()
            assert isinstance(message, Message)
            await second.client.shown(message)
            assert await sending == "o1"


async def test_every_terminal_of_a_chat_shows_the_answer(
    port: int, channel: TerminalChannel
) -> None:
    """Two windows on one chat both show it; another chat shows nothing."""
    arrivals = Arrivals(channel)

    async with person_at(port) as one, person_at(port) as two, person_at(port, "eve") as other:
        for _ in range(3):
            await arrivals.next()
        async with asyncio.TaskGroup() as group:
            group.create_task(channel.send(outbound("hi")))
            messages = [await one.next(), await two.next()]
            assert isinstance(messages[0], Message)
            await one.client.shown(messages[0])
        event_id = await other.client.send("fence")
        assert await other.next() == Accepted(event_id=event_id)

    assert messages == [Message(id="o1", text="hi")] * 2


async def test_nobody_there_is_said_at_once(port: int, channel: TerminalChannel) -> None:
    """Without a terminal nothing waits: the outbox keeps the answer and is told when to ask."""
    assert port

    with pytest.raises(SendFailed) as failed:
        await channel.send(outbound("hi"))

    assert failed.value.retry_after > timedelta(0)
    with pytest.raises(SendFailed):
        await channel.show_typing(ADA)
    with pytest.raises(SendFailed):
        await channel.show_draft(ADA, "d1", "so far")


async def test_unconfirmed_answer_fails_in_bounded_time(inbox: Inbox) -> None:
    """A terminal that never confirms holds the outbox up for a moment only."""
    channel = make_channel(shown_timeout=timedelta(milliseconds=50))
    arrivals = Arrivals(channel)

    async with serving(channel, inbox) as port, person_at(port):
        await arrivals.next()
        with pytest.raises(SendFailed, match="no terminal has confirmed it"):
            await channel.send(outbound("hi"))


async def test_draft_grows_before_the_answer(port: int, channel: TerminalChannel) -> None:
    """A growing text is shown beside the conversation and needs no confirmation."""
    arrivals = Arrivals(channel)

    async with person_at(port) as person:
        await arrivals.next()
        await channel.show_draft(ADA, "d1", "so")
        await channel.show_draft(ADA, "d1", "so far")
        previews = [await person.next(), await person.next()]

    assert previews == [Preview(id="d1", text="so"), Preview(id="d1", text="so far")]


@pytest.mark.parametrize("text", ["x" * 1_000_000, "字" * 500_000, "😀" * 250_000, '"\n' * 300_000])
async def test_a_megabyte_passes_both_ways(
    port: int, inbox: Inbox, channel: TerminalChannel, text: str
) -> None:
    """A pasted log and a long answer arrive whole."""
    async with person_at(port) as person, asyncio.TaskGroup() as group:
        event_id = await person.client.send(text)
        assert await person.next() == Accepted(event_id=event_id)
        group.create_task(channel.send(outbound(text)))
        message = await person.next()
        assert isinstance(message, Message)
        await person.client.shown(message)

    assert inbox.messages[0].text == text
    assert message.text == text


async def test_what_fits_no_frame_is_rejected_before_it_is_sent(
    port: int, channel: TerminalChannel
) -> None:
    """Neither side sends what the other must refuse, for that would be tried for ever."""
    text = "x" * (2 * 1024 * 1024)

    async with person_at(port) as person:
        with pytest.raises(SendRejected, match="2 MB"):
            await person.client.send(text)
        with pytest.raises(SendRejected, match="too long"):
            await channel.send(outbound(text))


async def test_text_is_made_wellformed(port: int, inbox: Inbox) -> None:
    """NUL and unpaired surrogates, as a terminal's bytes give them, never reach the inbox."""
    async with person_at(port) as person:
        await person.client.send("a\0b\ud800c\ud83d\ude00")
        await person.next()

    assert inbox.messages[0].text == "a\ufffdb\ufffdc😀"
    assert "\\u0000" not in inbox.messages[0].raw


async def test_a_file_is_shown_by_its_path(port: int, channel: TerminalChannel) -> None:
    """Whoever sits at the terminal is on the same machine."""
    file = OutboundFile(
        path=Path("/data/outbox/t/1-a.csv"), name="a.csv", mime_type="text/csv", size_bytes=1200
    )
    arrivals = Arrivals(channel)
    async with person_at(port) as person, asyncio.TaskGroup() as group:
        await arrivals.next()
        sending = group.create_task(channel.send_file(outbound("the figures"), file))
        shown = await person.next()
        assert isinstance(shown, Message)
        await person.client.shown(shown)

    assert sending.result() == "o1"
    assert shown.text == "the figures\n\na.csv (1,200 bytes): `/data/outbox/t/1-a.csv`"
