"""How DingTalk's messages are received, through every trouble of the connection."""

import asyncio
import json

import pytest
import structlog

from channels.errors import ChannelUnavailable
from channels.message import ConversationKind, InboundMessage
from tests.contract.channels.dingtalk_kit import DingtalkKit
from tests.contract.channels.inbox import RecordingInbox, running
from tests.doubles.dingtalk_faults import hanging, refused, server_error, too_many_requests
from tests.doubles.dingtalk_server import CLIENT_SECRET, OPEN
from tests.doubles.dingtalk_world import ADA, CREW, ROBOT

NOT_CONNECTED = "connecting"


async def test_a_message_is_acknowledged_only_after_the_store(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """While the store is down DingTalk keeps the message; afterwards it is acknowledged."""
    stream = dingtalk.server.stream
    inbox.fail_next(3)
    async with running(dingtalk.channel, inbox):
        await dingtalk.person_says("hello")
        await inbox.wait_for_offers(3)
        assert stream.unacknowledged
        await inbox.wait_for(1)
        await dingtalk.server.wait_for(lambda: len(stream.acknowledged) == 1)


async def test_a_message_that_comes_again_is_the_same_event(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """DingTalk sends what was not acknowledged again, in another frame."""
    inbox.fail_next(1)
    async with running(dingtalk.channel, inbox):
        await dingtalk.server.wait_for(lambda: dingtalk.server.stream.count == 1)
        await dingtalk.person_says("once")
        await dingtalk.server.stream.redeliver()
        first, second = await inbox.wait_for(2)
    assert first.event_key == second.event_key == f"dingtalk:{ROBOT}:{first.message_id}"


async def test_a_mention_in_a_group_is_a_message_of_the_group(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """The conversation is the group, the sender the person, and the robot is meant."""
    async with running(dingtalk.channel, inbox):
        await dingtalk.server.person_says("what is new?", group=CREW)
        message = await inbox.next_message()
    assert (message.conversation.chat_id, message.sender_id) == (CREW, ADA)
    assert message.conversation.kind is ConversationKind.GROUP
    assert message.is_mention
    assert message.text == "what is new?"


async def test_an_unreadable_message_does_not_block(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """What is no frame, no message or nothing to read is passed over, and does not come again."""
    server = dingtalk.server
    async with running(dingtalk.channel, inbox):
        await server.wait_for(lambda: server.stream.count == 1)
        for text in ("{not JSON", "[]", '{"type":"CALLBACK","headers":{},"data":"x"}'):
            await server.stream.send_text(text)
        await server.person_says("", more={"createAt": "soon"})
        await server.person_says("", more={"msgtype": "dance"})
        await server.person_says("behind them")
        assert (await inbox.next_message()).text == "behind them"
        await server.wait_for(lambda: not server.stream.unacknowledged)


async def test_a_frame_of_another_kind_is_answered_as_not_wanted(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """An event that nobody asked for is neither stored nor taken for a message."""
    frame = {"type": "EVENT", "headers": {"messageId": "e1", "topic": "*"}, "data": "{}"}
    async with running(dingtalk.channel, inbox):
        await dingtalk.server.wait_for(lambda: dingtalk.server.stream.count == 1)
        await dingtalk.server.stream.send_text(json.dumps(frame))
        await dingtalk.person_says("after it")
        assert [one.text for one in await inbox.wait_for(1)] == ["after it"]
    assert 404 in dingtalk.server.stream.codes


async def test_a_ping_is_answered_while_the_store_is_down(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """A message that can't be stored does not keep the connection from being answered."""
    server = dingtalk.server
    inbox.fail_next(1_000)
    async with running(dingtalk.channel, inbox):
        await dingtalk.person_says("hello")
        await inbox.wait_for_offers(2)
        await server.stream.ping("42")
        await server.wait_for(lambda: server.stream.answers == [{"opaque": "42"}])


async def test_a_disconnect_is_followed_at_once_and_nothing_is_lost(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """A new connection is opened; what the old one brought is acknowledged on the old one."""
    server = dingtalk.server
    server.stream.redelivers_at_once = False
    inbox.fail_next(3)
    async with running(dingtalk.channel, inbox):
        await server.wait_for(lambda: server.stream.count == 1)
        await server.person_says("before")
        await inbox.wait_for_offers(1)
        await server.stream.disconnect()
        await server.wait_for(lambda: server.stream.opened == 2)
        await server.person_says("after")
        await server.wait_for(lambda: not server.stream.unacknowledged)
    assert server.stream.disconnects_answered == 1
    assert {message.text for message in inbox.stored} == {"before", "after"}


async def test_only_a_connection_that_brought_something_is_replaced_at_once(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """Otherwise the two sides could open and end connections as fast as they can."""
    stream = dingtalk.server.stream
    async with running(dingtalk.channel, inbox):
        await dingtalk.server.wait_for(lambda: stream.count == 1)
        await stream.ping("1")
        await stream.disconnect()
        await dingtalk.server.wait_for(lambda: stream.count == 1 and stream.opened == 2)
        assert dingtalk.waits == []
        await stream.disconnect()
        await dingtalk.server.wait_for(lambda: stream.opened == 3)
        assert dingtalk.waits == [1.0]


async def test_dropped_connections_and_outages_are_outlasted(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """A drop, a server error, a rate limit and an odd refusal in a row cost nothing but time."""
    server = dingtalk.server
    async with running(dingtalk.channel, inbox):
        await server.wait_for(lambda: server.stream.count == 1)
        for fault in (server_error(), too_many_requests(3), refused("param.error")):
            server.fail_next(OPEN, fault)
        await server.stream.drop()
        await server.person_says("through it all")
        assert (await inbox.next_message()).text == "through it all"
        assert dingtalk.channel.trouble() == ""
    assert len(server.calls_of(OPEN)) == 5


async def test_a_connection_that_is_turned_away_is_tried_again(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """With another ticket; the words for people don't hold the old one."""
    dingtalk.server.stream.refused_next = 2
    with structlog.testing.capture_logs() as lines:
        async with running(dingtalk.channel, inbox):
            await dingtalk.person_says("hello")
            await inbox.wait_for(1)
    reasons = [line["reason"] for line in lines if line["event"] == "dingtalk_connection"]
    assert reasons == ["the connection is refused with 503", "connected"]


async def test_a_restarted_server_is_found_again(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """While DingTalk is out of reach the channel says why; afterwards it goes on by itself."""
    server = dingtalk.server
    async with running(dingtalk.channel, inbox):
        await server.wait_for(lambda: server.stream.count == 1)
        await server.stop()
        async with asyncio.timeout(5):
            while "cannot connect" not in dingtalk.channel.trouble():  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.01)
        await server.start()
        await server.person_says("back again")
        assert (await inbox.next_message()).text == "back again"


async def test_the_order_is_kept_across_a_slow_store(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """What comes while an earlier message is being stored waits for its turn."""
    inbox.fail_next(2)
    async with running(dingtalk.channel, inbox):
        for number in range(20):
            await dingtalk.person_says(f"{number}")
        messages = await inbox.wait_for(20)
    assert [message.text for message in messages] == [f"{n}" for n in range(20)]


async def test_a_wrong_secret_ends_the_channel(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """It is said in a sentence that names the settings, and not tried again."""
    channel = dingtalk.another_process(secret="of-another-app")
    with pytest.raises(ChannelUnavailable, match="CREWDESK_DINGTALK__CLIENT_SECRET") as unavailable:
        async with asyncio.timeout(5):
            await channel.run(inbox.receive)
    assert unavailable.value.retry_after is None
    assert "CLIENT_SECRET" in channel.trouble()
    assert len(dingtalk.server.calls_of(OPEN)) == 1


async def test_the_loop_stays_free_while_the_endpoint_hangs(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """Opening a connection that takes for ever holds up nothing, and can be cancelled."""
    until = asyncio.Event()
    dingtalk.server.fail_next(OPEN, hanging(until))
    begun_at = asyncio.get_running_loop().time()
    async with running(dingtalk.channel, inbox):
        for _ in range(10):
            await asyncio.sleep(0.01)
        assert dingtalk.channel.trouble() == NOT_CONNECTED
    until.set()
    assert asyncio.get_running_loop().time() - begun_at < 1


async def test_neither_ticket_nor_secret_nor_webhook_is_logged_or_recorded(
    dingtalk: DingtalkKit, inbox: RecordingInbox
) -> None:
    """Whoever reads the log or the stored payload can do nothing with them."""
    server = dingtalk.server
    with structlog.testing.capture_logs() as lines:
        async with running(dingtalk.channel, inbox):
            await server.person_says("hello")
            message = await inbox.next_message()
            await server.stream.drop()
            server.fail_next(OPEN, refused("authentication.odd"))
            await server.wait_for(lambda: server.stream.opened == 2)
    written = repr(lines) + message.raw
    assert not [secret for secret in ("ticket-", CLIENT_SECRET, "session-") if secret in written]
    assert isinstance(message, InboundMessage)
