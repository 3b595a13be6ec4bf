"""What holds for every channel."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from channels.errors import LookupInconclusive, SendFailed, SendRejected, SendUnknown
from channels.message import AttachmentKind, ConversationKind, EventKind, OutboundFile
from channels.protocol import EditsMessages, FetchesFiles, FindsSent, SendsFiles, ShowsTyping
from tests.contract.channels.inbox import RecordingInbox, running
from tests.contract.channels.kit import (
    BreaksSends,
    BringsFiles,
    ChannelKit,
    HasGroups,
    HasThreads,
    KeepsEvents,
    RefusesMarkup,
    ShowsFiles,
    TellsEdits,
    TellsReplies,
    Trouble,
    answer_to,
    needs,
)
from tests.contract.channels.kits import kits_with

SPECIFICATION = Path(__file__).parents[2] / "payloads/commonmark/spec.json"


def test_each_ability_is_tested_over_the_channels_that_have_it() -> None:
    """A channel that loses an ability must not lose its tests unnoticed."""
    messengers = ["telegram", "slack", "dingtalk", "dingtalk with cards"]
    for ability, names in (
        (KeepsEvents, [*messengers, "double"]),
        (BreaksSends, [*messengers, "double"]),
        (ShowsTyping, ["telegram", "slack", "terminal"]),
        (EditsMessages, ["telegram", "slack", "dingtalk with cards", "double"]),
        (FindsSent, ["telegram", "slack", "dingtalk with cards", "double"]),
        (FetchesFiles, [*messengers, "double"]),
        (SendsFiles, [*messengers, "terminal", "double"]),
        (ShowsFiles, [*messengers, "double"]),
        (HasGroups, [*messengers, "double"]),
        (TellsReplies, [*messengers, "double"]),
        (RefusesMarkup, messengers),
        (HasThreads, ["telegram", "slack"]),
        (TellsEdits, ["telegram", "slack", "double"]),
    ):
        assert list(kits_with(ability)) == names, ability


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


@needs(KeepsEvents)
async def test_what_is_not_stored_is_offered_again(kit: ChannelKit, inbox: RecordingInbox) -> None:
    """A store that fails twice gets the same event three times, and nothing is lost."""
    inbox.fail_next(2)
    async with running(kit.channel, inbox):
        await kit.person_says("keep me")
        await inbox.wait_for(1)
    assert len(set(inbox.offers)) == 1
    assert len(inbox.offers) == 3


@needs(KeepsEvents)
async def test_what_is_not_stored_is_not_acknowledged(
    kit: ChannelKit, inbox: RecordingInbox
) -> None:
    """After a crash before the store, the next process gets the same event."""
    assert isinstance(kit, KeepsEvents)
    inbox.fail_next(1_000)
    async with running(kit.channel, inbox):
        await kit.person_says("survive")
        lost = (await inbox.wait_for_offers(1))[0]
        assert kit.kept() == 1
    second = RecordingInbox()
    async with running(kit.another_process(), second):
        found = await second.next_message()
    assert (found.event_id,) == lost


async def test_an_event_that_comes_again_is_the_same(
    kit: ChannelKit, inbox: RecordingInbox
) -> None:
    """However often the platform delivers it, its id tells that it is known."""
    async with running(kit.channel, inbox):
        await kit.heard_again("once")
        await kit.person_says("another")
        stored = await inbox.until("another")
    assert len({message.event_key for message in stored if message.text == "once"}) == 1
    assert len({message.event_key for message in stored}) == 2


async def test_a_connection_that_ends_is_made_again(kit: ChannelKit, inbox: RecordingInbox) -> None:
    """What is said afterwards arrives all the same."""
    async with running(kit.channel, inbox):
        await kit.person_says("before")
        await inbox.until("before")
        await kit.disconnect()
        await kit.person_says("after")
        await inbox.until("after")


@needs(HasGroups)
async def test_in_a_group_a_mention_is_told_from_talk(
    kit: ChannelKit, inbox: RecordingInbox
) -> None:
    """What people say among themselves is not addressed to the bot, or not told to it at all."""
    assert isinstance(kit, HasGroups)
    async with running(kit.channel, inbox):
        await kit.group_says("among us", mentions_bot=False)
        await kit.group_says("for you", mentions_bot=True)
        stored = await inbox.until("for you")
    assert {message.conversation.kind for message in stored} == {ConversationKind.GROUP}
    assert {message.text for message in stored if message.is_mention} == {"for you"}
    assert not any(message.reply_to for message in stored)


@needs(HasThreads)
async def test_an_answer_stays_in_its_thread(kit: ChannelKit, inbox: RecordingInbox) -> None:
    """A thread is a conversation, and what goes to it stands there."""
    assert isinstance(kit, HasThreads)
    async with running(kit.channel, inbox):
        await kit.thread_says("one")
        await kit.thread_says("two")
        first, second = await inbox.wait_for(2)
        assert first.conversation.thread_id
        assert first.conversation == second.conversation
        await kit.channel.send(replace(answer_to(kit, "here"), conversation=first.conversation))
    assert kit.shown_in_thread() == ["here"]


@needs(TellsReplies)
async def test_a_reply_names_what_it_answers(kit: ChannelKit, inbox: RecordingInbox) -> None:
    """And that the bot said it."""
    assert isinstance(kit, TellsReplies)
    async with running(kit.channel, inbox):
        quoted_id = await kit.replies_to_bot("the first")
        quoted = (await inbox.until("the first"))[-1].reply_to
    assert quoted is not None
    assert (quoted.message_id, quoted.is_from_bot) == (quoted_id, True)


@needs(TellsEdits)
async def test_an_edit_is_an_event_about_its_message(
    kit: ChannelKit, inbox: RecordingInbox
) -> None:
    """It has an id of its own."""
    assert isinstance(kit, TellsEdits)
    async with running(kit.channel, inbox):
        await kit.rewrites("teh", "the")
        before, after = await inbox.wait_for(2)
    assert (before.kind, after.kind, after.text) == (EventKind.MESSAGE, EventKind.EDIT, "the")
    assert before.message_id == after.message_id
    assert before.event_id != after.event_id


@needs(FetchesFiles, BringsFiles)
async def test_a_persons_file_can_be_fetched(kit: ChannelKit, inbox: RecordingInbox) -> None:
    """Byte for byte, by what its message says."""
    assert isinstance(kit, BringsFiles)
    assert isinstance(kit.channel, FetchesFiles)
    content = bytes(range(256)) * 1_000
    async with running(kit.channel, inbox):
        await kit.sends_file("heron.bin", content)
        (file,) = (await inbox.next_message()).attachments
        pieces = [piece async for piece in kit.channel.fetch_file(file)]
    assert (file.kind, file.name) == (AttachmentKind.DOCUMENT, "heron.bin")
    assert b"".join(pieces) == content


@needs(SendsFiles, ShowsFiles)
async def test_a_file_is_sent(kit: ChannelKit, tmp_path: Path) -> None:
    """The person sees it under its name."""
    assert isinstance(kit, ShowsFiles)
    assert isinstance(kit.channel, SendsFiles)
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF all is well")
    file = OutboundFile(
        path=path, name=path.name, mime_type="application/pdf", size_bytes=path.stat().st_size
    )
    assert await kit.channel.send_file(answer_to(kit, "the report"), file)
    assert kit.files_shown() == [("report.pdf", b"%PDF all is well")]


@pytest.mark.usefixtures("there")
async def test_a_long_text_is_shown_in_parts(kit: ChannelKit) -> None:
    """Each part of the messenger's own division is taken, and together they say it all."""
    words = [f"word{number}" for number in range(6_000)]
    for number, part in enumerate(kit.split(" ".join(words))):
        await kit.channel.send(answer_to(kit, part, outbox_id=f"out-{number}"))
    assert " ".join(kit.shown()).split() == words


@needs(RefusesMarkup)
async def test_refused_markup_is_shown_otherwise(kit: ChannelKit) -> None:
    """The words are what counts."""
    assert isinstance(kit, RefusesMarkup)
    kit.refuse_markup_once()
    await kit.channel.send(answer_to(kit, "**all** is well"))
    (shown,) = kit.shown()
    assert shown.replace("*", "") == "all is well"


@needs(RefusesMarkup)
async def test_the_examples_of_commonmark_are_taken(kit: ChannelKit) -> None:
    """Each one of the specification is sent, and none has to be sent again in a simpler form."""
    assert isinstance(kit, RefusesMarkup)
    examples: list[str] = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    for number, example in enumerate(examples):
        for part in kit.split(example):
            await kit.channel.send(answer_to(kit, part, outbox_id=f"out-{number}"))
    assert kit.refusals() == []
    assert len(kit.shown()) == len(examples)


@pytest.mark.usefixtures("there")
async def test_sending_shows_the_message(kit: ChannelKit) -> None:
    """A sent message is shown once, and its id is returned."""
    message_id = await kit.channel.send(answer_to(kit, "the answer"))
    assert message_id
    assert kit.shown() == ["the answer"]


@needs(BreaksSends)
async def test_a_passing_refusal_says_when_to_try_again(kit: ChannelKit) -> None:
    """Nothing is shown, and the platform's waiting time comes with the error."""
    assert isinstance(kit, BreaksSends)
    kit.befall_next_send(Trouble.REFUSED_FOR_NOW)
    with pytest.raises(SendFailed) as refused:
        await kit.channel.send(answer_to(kit, "later"))
    assert refused.value.retry_after.total_seconds() > 0
    assert kit.shown() == []


@needs(BreaksSends)
async def test_a_refusal_for_good_is_told_apart(kit: ChannelKit) -> None:
    """A person who blocked the bot can't be reached by another try."""
    assert isinstance(kit, BreaksSends)
    kit.befall_next_send(Trouble.REFUSED_FOR_GOOD)
    with pytest.raises(SendRejected):
        await kit.channel.send(answer_to(kit, "hello?"))


@needs(BreaksSends)
@pytest.mark.parametrize(
    ("trouble", "shown"), [(Trouble.LOST, []), (Trouble.UNANSWERED, ["perhaps"])]
)
async def test_a_cut_send_is_unknown_and_never_repeated(
    kit: ChannelKit, trouble: Trouble, shown: list[str]
) -> None:
    """Whether or not the request was applied, the channel says that it does not know."""
    assert isinstance(kit, BreaksSends)
    kit.befall_next_send(trouble)
    with pytest.raises(SendUnknown):
        await kit.channel.send(answer_to(kit, "perhaps"))
    assert kit.shown() == shown


@needs(FindsSent, BreaksSends, KeepsEvents)
async def test_an_applied_send_is_found_and_not_shown_twice(kit: ChannelKit) -> None:
    """The lookup returns the id of the message that arrived unanswered, also to a new process."""
    assert isinstance(kit, KeepsEvents)
    assert isinstance(kit, BreaksSends)
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


@needs(FindsSent, BreaksSends)
async def test_a_lost_send_is_never_reported_as_found(kit: ChannelKit) -> None:
    """For a message that did not arrive the lookup gives no id and shows nothing."""
    assert isinstance(kit, BreaksSends)
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


@pytest.mark.usefixtures("there")
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
