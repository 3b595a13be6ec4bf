"""What holds for every channel."""

import asyncio

import pytest

from channels.errors import LookupInconclusive, SendFailed, SendRejected, SendUnknown
from channels.protocol import EditsMessages, FindsSent, ShowsTyping
from tests.contract.channels.inbox import RecordingInbox, running
from tests.contract.channels.kit import ChannelKit, Trouble, answer_to, needs
from tests.contract.channels.kits import kits_with


def test_each_ability_is_tested_over_the_channels_that_have_it() -> None:
    """A channel that loses an ability must not lose its tests unnoticed."""
    assert list(kits_with(ShowsTyping)) == ["telegram", "slack"]
    for ability in (EditsMessages, FindsSent):
        assert list(kits_with(ability)) == ["telegram", "slack", "dingtalk with cards"]


async def test_a_message_reaches_the_inbox(kit: ChannelKit, inbox: RecordingInbox) -> None:
    """What a person writes arrives as written, from the right conversation."""
    async with running(kit.channel, inbox):
        await kit.person_says("good morning 😀")
        message = await inbox.next_message()
    assert message.text == "good morning 😀"
    assert message.conversation == kit.conversation


async def test_messages_keep_their_order(kit: ChannelKit, inbox: RecordingInbox) -> None:
    """Messages are offered in the order in which they were written."""
    async with running(kit.channel, inbox):
        for number in range(5):
            await kit.person_says(f"message {number}")
        messages = await inbox.wait_for(5)
    assert [message.text for message in messages] == [f"message {n}" for n in range(5)]


async def test_what_is_not_stored_is_offered_again(kit: ChannelKit, inbox: RecordingInbox) -> None:
    """A store that fails twice gets the same event three times, and nothing is lost."""
    inbox.fail_next(2)
    async with running(kit.channel, inbox):
        await kit.person_says("keep me")
        await inbox.wait_for(1)
    assert len(set(inbox.offers)) == 1
    assert len(inbox.offers) == 3


async def test_what_is_not_stored_is_not_acknowledged(
    kit: ChannelKit, inbox: RecordingInbox
) -> None:
    """After a crash before the store, the next process gets the same event."""
    inbox.fail_next(1_000)
    async with running(kit.channel, inbox):
        await kit.person_says("survive")
        lost = (await inbox.wait_for_offers(1))[0]
    second = RecordingInbox()
    async with running(kit.another_process(), second):
        found = await second.next_message()
    assert (found.event_id,) == lost


async def test_sending_shows_the_message(kit: ChannelKit) -> None:
    """A sent message is shown once, and its id is returned."""
    message_id = await kit.channel.send(answer_to(kit, "the answer"))
    assert message_id
    assert kit.shown() == ["the answer"]


async def test_a_passing_refusal_says_when_to_try_again(kit: ChannelKit) -> None:
    """Nothing is shown, and the platform's waiting time comes with the error."""
    kit.befall_next_send(Trouble.REFUSED_FOR_NOW)
    with pytest.raises(SendFailed) as refused:
        await kit.channel.send(answer_to(kit, "later"))
    assert refused.value.retry_after.total_seconds() > 0
    assert kit.shown() == []


async def test_a_refusal_for_good_is_told_apart(kit: ChannelKit) -> None:
    """A person who blocked the bot can't be reached by another try."""
    kit.befall_next_send(Trouble.REFUSED_FOR_GOOD)
    with pytest.raises(SendRejected):
        await kit.channel.send(answer_to(kit, "hello?"))


@pytest.mark.parametrize(
    ("trouble", "shown"), [(Trouble.LOST, []), (Trouble.UNANSWERED, ["perhaps"])]
)
async def test_a_cut_send_is_unknown_and_never_repeated(
    kit: ChannelKit, trouble: Trouble, shown: list[str]
) -> None:
    """Whether or not the request was applied, the channel says that it does not know."""
    kit.befall_next_send(trouble)
    with pytest.raises(SendUnknown):
        await kit.channel.send(answer_to(kit, "perhaps"))
    assert kit.shown() == shown


@needs(FindsSent)
async def test_an_applied_send_is_found_and_not_shown_twice(kit: ChannelKit) -> None:
    """The lookup returns the id of the message that arrived unanswered, also to a new process."""
    message, channel = answer_to(kit, "**found** again"), kit.another_process()
    assert isinstance(kit.channel, FindsSent)
    assert isinstance(channel, FindsSent)
    anchor = kit.channel.anchor(message, "")
    kit.befall_next_send(Trouble.UNANSWERED)
    with pytest.raises(SendUnknown):
        await kit.channel.send(message)
    found = await channel.find(message, anchor, taken=())
    assert found is not None
    assert found == await kit.channel.find(message, anchor, taken=())
    assert kit.shown() == ["found again"]


@needs(FindsSent)
async def test_a_lost_send_is_never_reported_as_found(kit: ChannelKit) -> None:
    """For a message that did not arrive the lookup gives no id and shows nothing."""
    message = answer_to(kit, "never arrived")
    assert isinstance(kit.channel, FindsSent)
    anchor = kit.channel.anchor(message, "")
    kit.befall_next_send(Trouble.LOST)
    with pytest.raises(SendUnknown):
        await kit.channel.send(message)
    try:
        found = await kit.channel.find(message, anchor, taken=())
    except LookupInconclusive:
        found = None
    assert found is None
    assert kit.shown() == []


@needs(EditsMessages)
async def test_an_edit_may_be_repeated(kit: ChannelKit) -> None:
    """The same edit twice leaves one message with the new text."""
    assert isinstance(kit.channel, EditsMessages)
    message_id = await kit.channel.send(answer_to(kit, "thinking"))
    await kit.channel.edit(message_id, answer_to(kit, "the answer"))
    await kit.channel.edit(message_id, answer_to(kit, "the answer"))
    assert kit.shown() == ["the answer"]


@needs(ShowsTyping)
async def test_typing_is_shown(kit: ChannelKit) -> None:
    """A typing notice is accepted and says nothing."""
    assert isinstance(kit.channel, ShowsTyping)
    await kit.channel.show_typing(kit.conversation)
    assert kit.shown() == []


async def test_cancelling_ends_a_channel_within_a_second(
    kit: ChannelKit, inbox: RecordingInbox
) -> None:
    """A channel that waits for messages stops as soon as it is told to."""
    async with asyncio.timeout(5):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(kit.channel.run(inbox.receive))
            await kit.person_says("are you there?")
            await inbox.wait_for(1)
            begun_at = asyncio.get_running_loop().time()
            task.cancel()
    assert asyncio.get_running_loop().time() - begun_at < 1
