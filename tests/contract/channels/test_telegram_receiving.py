"""How Telegram's updates are polled, through every trouble of the connection."""

import pytest

from channels.errors import ChannelUnavailable
from channels.message import ConversationKind
from channels.telegram.polling import ConnectionState
from tests.contract.channels.inbox import RecordingInbox, running
from tests.contract.channels.telegram_kit import TelegramKit
from tests.doubles.telegram_faults import bad_gateway, server_error, too_many_requests

SUPERGROUP = -1001234567890


async def test_the_offset_moves_only_after_the_store(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """While the store is down Telegram keeps the update; afterwards it is confirmed."""
    server = telegram.server
    inbox.fail_next(3)
    async with running(telegram.channel, inbox):
        await server.user_says("hello")
        await inbox.wait_for_offers(3)
        assert server.world.updates
        await inbox.wait_for(1)
        await server.wait_for(lambda: not server.world.updates)


async def test_an_undecodable_update_does_not_block(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """The update behind a broken one arrives, and both are confirmed."""
    server = telegram.server
    await server.queue_update({"message": {"message_id": 1, "date": "NaN", "chat": 5}})
    async with running(telegram.channel, inbox):
        await server.user_says("behind it")
        assert (await inbox.next_message()).text == "behind it"
        await server.wait_for(lambda: not server.world.updates)


async def test_unpaired_surrogates_and_nul_are_mended(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """A text that can't be stored as it came arrives with replacement characters."""
    async with running(telegram.channel, inbox):
        await telegram.server.user_says("a\ud800b\x00c")
        message = await inbox.next_message()
    assert message.text == "a\ufffdb\ufffdc"


async def test_a_topic_is_a_conversation_of_its_own(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """A message in a topic carries the thread, and the answer goes back to it."""
    async with running(telegram.channel, inbox):
        await telegram.server.user_says("in the topic", chat_id=SUPERGROUP, thread_id=42)
        message = await inbox.next_message()
    assert message.conversation.thread_id == "42"
    assert message.conversation.kind is ConversationKind.GROUP


async def test_a_reply_to_the_bot_quotes_it(telegram: TelegramKit, inbox: RecordingInbox) -> None:
    """A reply carries the quoted text and that the bot wrote it."""
    await telegram.server.user_says("hi")
    answered = telegram.server.world.send(
        1001, (await telegram.server.user_says("which one?")).content, thread_id=None, reply_to=None
    )
    await telegram.server.user_says("the first", reply_to=answered.id)
    async with running(telegram.channel, inbox):
        quoted = (await inbox.wait_for(3))[2].reply_to
    assert quoted is not None
    assert quoted.is_from_bot
    assert (quoted.message_id, quoted.text) == (str(answered.id), "which one?")


async def test_a_second_poller_is_named_and_outlasted(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """While another process polls the state says so; when it is gone, messages arrive."""
    other = telegram.another_process()
    async with running(telegram.channel, inbox):
        async with running(other, RecordingInbox()):
            await telegram.server.wait_for(
                lambda: telegram.channel.status.state is ConnectionState.CONFLICT
            )
            assert "another process" in telegram.channel.status.reason
        await telegram.server.user_says("still there?")
        assert (await inbox.next_message()).text == "still there?"
    assert telegram.channel.status.state is ConnectionState.CONNECTED


async def test_a_wrong_token_ends_the_channel(telegram: TelegramKit, inbox: RecordingInbox) -> None:
    """A refused token is said in a sentence that names the setting, and not tried again."""
    channel = telegram.another_process(token="7000000001:wrong")
    with pytest.raises(ChannelUnavailable, match="CREWDESK_TELEGRAM__TOKEN") as unavailable:
        await channel.run(inbox.receive)
    assert unavailable.value.retry_after is None
    assert channel.status.state is ConnectionState.REFUSED


async def test_a_malformed_token_ends_the_channel(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """What is no token at all is refused like a wrong one."""
    channel = telegram.another_process(token="no token")
    with pytest.raises(ChannelUnavailable):
        await channel.run(inbox.receive)


async def test_a_restarted_server_is_found_again(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """When Telegram comes back after an outage the channel goes on by itself."""
    server = telegram.server
    async with running(telegram.channel, inbox):
        await server.wait_for(lambda: bool(server.calls_of("getUpdates")))
        await server.stop()
        await server.start()
        await server.user_says("back again")
        assert (await inbox.next_message()).text == "back again"


async def test_passing_troubles_are_outlasted(telegram: TelegramKit, inbox: RecordingInbox) -> None:
    """A server error, a proxy's page and a rate limit in a row cost nothing but time."""
    server = telegram.server
    for fault in (server_error(), bad_gateway(), too_many_requests(3)):
        server.fail_next("getUpdates", fault)
    async with running(telegram.channel, inbox):
        await server.user_says("through it all")
        assert (await inbox.next_message()).text == "through it all"
    assert len(server.calls_of("getUpdates")) >= 4


async def test_only_handled_updates_are_asked_for(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """The poll names the kinds of updates that the channel reads, and waits long."""
    server = telegram.server
    async with running(telegram.channel, inbox):
        await server.user_says("hello")
        await inbox.wait_for(1)
        await server.wait_for(lambda: len(server.calls_of("getUpdates")) >= 1)
    assert server.calls_of("getUpdates")[0].params["allowed_updates"] == (
        '["message", "edited_message", "callback_query"]'
    )
