"""How messages are shown on Telegram, and looked up when their fate is unknown."""

import json
from dataclasses import replace

import pytest

from channels.errors import LookupInconclusive, MessageGone, SendFailed, SendUnknown
from channels.message import EventKind, OutboundMessage
from channels.telegram.lookup import ACCOUNT_WINDOW
from channels.telegram.outbound import split, utf16_units
from tests.contract.channels.inbox import RecordingInbox, running
from tests.contract.channels.kit import Trouble, answer_to
from tests.contract.channels.telegram_kit import ADAS_CHAT, TelegramKit
from tests.doubles.telegram_faults import Fault, markup_refused, server_error, too_many_requests

GRACES_CHAT = 1002


async def unknown_send(telegram: TelegramKit, message: OutboundMessage, trouble: Trouble) -> str:
    """Send into the trouble; returns the anchor."""
    anchor = telegram.channel.anchor(message, "")
    telegram.befall_next_send(trouble)
    with pytest.raises(SendUnknown):
        await telegram.channel.send(message)
    return anchor


async def test_markup_is_sent_as_entities(telegram: TelegramKit) -> None:
    """CommonMark becomes entities; no parse mode is named and links are not unfurled."""
    await telegram.channel.send(answer_to(telegram, "**bold** and [a link](https://example.org)"))
    params = telegram.server.calls_of("sendMessage")[0].params
    assert params["text"] == "bold and a link"
    assert [entity["type"] for entity in json.loads(params["entities"])] == ["bold", "text_link"]
    assert "parse_mode" not in params
    assert json.loads(params["link_preview_options"])["is_disabled"] is True


async def test_refused_markup_is_sent_plain(telegram: TelegramKit) -> None:
    """Where Telegram does not take the entities, the same text is shown without them."""
    telegram.server.fail_next("sendMessage", markup_refused())
    await telegram.channel.send(answer_to(telegram, "**bold**"))
    assert telegram.shown() == ["bold"]
    assert "entities" not in telegram.server.calls_of("sendMessage")[1].params


async def test_a_reply_goes_out_although_its_question_is_gone(telegram: TelegramKit) -> None:
    """A reply to a message that was deleted is sent as a plain message."""
    question = await telegram.server.user_says("delete me")
    telegram.server.world.delete(question.chat.id, question.id)
    message = replace(answer_to(telegram, "anyway"), reply_to=str(question.id))
    await telegram.channel.send(message)
    assert telegram.server.world.from_bot(question.chat.id)[0].reply_to is None


async def test_an_answer_goes_to_its_topic(telegram: TelegramKit) -> None:
    """A message for a thread is sent to that topic."""
    chat_id = -1001234567890
    await telegram.server.user_says("hi", chat_id=chat_id, thread_id=42)
    address = replace(telegram.conversation, chat_id=str(chat_id), thread_id="42")
    await telegram.channel.send(replace(answer_to(telegram, "hi"), conversation=address))
    assert [message.thread_id for message in telegram.server.world.from_bot(chat_id)] == [42]


async def test_every_part_of_a_long_text_is_accepted(telegram: TelegramKit) -> None:
    """Telegram takes each part of a long text with code, emoji and a list."""
    text = "# Report\n\n" + "Line 😀 with **bold** and `code`.\n\n" * 200
    text += "```python\n" + "print('hello')\n" * 600 + "```\n"
    for part in split(text):
        await telegram.channel.send(answer_to(telegram, part))
    assert len(telegram.shown()) > 2
    assert all(utf16_units(shown) <= 4096 for shown in telegram.shown())


async def test_retry_after_is_telegrams_own(telegram: TelegramKit) -> None:
    """The waiting time of a 429 is passed on as it is, and nothing is tried again."""
    telegram.server.fail_next("sendMessage", too_many_requests(31))
    with pytest.raises(SendFailed) as failed:
        await telegram.channel.send(answer_to(telegram, "later"))
    assert failed.value.retry_after.total_seconds() == 31
    assert len(telegram.server.calls_of("sendMessage")) == 1


async def test_a_server_error_leaves_the_send_unknown(telegram: TelegramKit) -> None:
    """After a 500 nobody knows whether the message was shown."""
    telegram.server.fail_next("sendMessage", server_error())
    with pytest.raises(SendUnknown):
        await telegram.channel.send(answer_to(telegram, "perhaps"))


async def test_without_a_connection_nothing_was_sent(telegram: TelegramKit) -> None:
    """A refused connection is a failure that may be tried again, without the token in its text."""
    await telegram.server.stop()
    with pytest.raises(SendFailed) as failed:
        await telegram.channel.send(answer_to(telegram, "nobody hears"))
    assert telegram.server.token not in str(failed.value)


async def test_editing_a_missing_message_says_so(telegram: TelegramKit) -> None:
    """An edit of what was deleted tells the caller that it may send anew."""
    message_id = await telegram.channel.send(answer_to(telegram, "draft"))
    telegram.server.world.delete(1001, int(message_id))
    with pytest.raises(MessageGone):
        await telegram.channel.edit(message_id, answer_to(telegram, "final"))


async def test_the_lookup_spares_other_messages(telegram: TelegramKit) -> None:
    """Messages that are known to be others keep their text, also those of another process."""
    before = await telegram.another_process().send(answer_to(telegram, "older answer"))
    message = answer_to(telegram, "the lost one")
    telegram.befall_next_send(Trouble.UNANSWERED)
    with pytest.raises(SendUnknown):
        await telegram.channel.send(message)
    found = await telegram.channel.find(message, "0", taken={before})
    assert found is not None
    assert found != before
    assert telegram.shown() == ["older answer", "the lost one"]


async def test_a_later_message_proves_a_send_absent(telegram: TelegramKit) -> None:
    """When all ids up to a younger one are tried, the lost message can't exist."""
    message = answer_to(telegram, "never arrived")
    await telegram.channel.send(answer_to(telegram, "before", outbox_id="out-0"))
    anchor = await unknown_send(telegram, message, Trouble.LOST)
    telegram.server.world.skip_ids(1001, 3)
    await telegram.channel.send(answer_to(telegram, "after", outbox_id="out-2"))
    assert await telegram.channel.find(message, anchor, taken=()) is None
    assert telegram.shown() == ["before", "after"]


async def test_a_person_s_message_after_an_empty_poll_proves_it_too(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """What comes after a poll that left nothing waiting is younger than the lost send."""
    message, server = answer_to(telegram, "never arrived"), telegram.server
    anchor = await unknown_send(telegram, message, Trouble.LOST)
    async with running(telegram.channel, inbox):
        await server.wait_for(lambda: bool(server.calls_of("getUpdates")))
        await telegram.person_says("did you say something?")
        await inbox.wait_for(1)
        assert await telegram.channel.find(message, anchor, taken=()) is None


async def test_a_backlog_proves_nothing(telegram: TelegramKit, inbox: RecordingInbox) -> None:
    """Messages that may be older than the send don't show that it is absent."""
    message = answer_to(telegram, "arrived behind a backlog")
    anchor = telegram.channel.anchor(message, "")
    for _ in range(2):
        await telegram.person_says("waiting since the outage")
    telegram.server.world.skip_ids(GRACES_CHAT, ACCOUNT_WINDOW)
    telegram.befall_next_send(Trouble.UNANSWERED)
    with pytest.raises(SendUnknown):
        await telegram.channel.send(message)
    async with running(telegram.channel, inbox):
        await inbox.wait_for(2)
        with pytest.raises(LookupInconclusive):
            await telegram.channel.find(message, anchor, taken=())


async def test_what_is_nowhere_to_be_seen_is_unlikely(telegram: TelegramKit) -> None:
    """On a quiet bot nothing proves that a send is absent, but no id that it may have is it."""
    message = answer_to(telegram, "never arrived")
    anchor = await unknown_send(telegram, message, Trouble.LOST)
    with pytest.raises(LookupInconclusive) as finding:
        await telegram.channel.find(message, anchor, taken=())
    assert finding.value.is_unlikely
    assert len(telegram.server.calls_of("editMessageText")) == ACCOUNT_WINDOW


async def test_a_lookup_told_to_wait_goes_on_where_it_stopped(telegram: TelegramKit) -> None:
    """After a 429 the next lookup tries only the ids that are left."""
    message = answer_to(telegram, "the lost one")
    telegram.server.world.skip_ids(GRACES_CHAT, 5)
    anchor = await unknown_send(telegram, message, Trouble.UNANSWERED)
    telegram.server.fail_next("editMessageText", Fault(), times=3)
    telegram.server.fail_next("editMessageText", too_many_requests(4))
    with pytest.raises(SendFailed) as failed:
        await telegram.channel.find(message, anchor, taken=())
    assert failed.value.retry_after.total_seconds() == 4
    assert await telegram.channel.find(message, anchor, taken=()) == "6"
    assert len(telegram.server.calls_of("editMessageText")) == 7


async def test_the_lookup_keeps_topics_apart(telegram: TelegramKit) -> None:
    """Two lost sends of one group are each found in their own topic, and show their own text."""
    chat_id, sent = -1001234567890, {}
    for thread_id in (42, 43):
        await telegram.server.user_says("hi", chat_id=chat_id, thread_id=thread_id)
        address = replace(telegram.conversation, chat_id=str(chat_id), thread_id=str(thread_id))
        message = answer_to(telegram, f"to {thread_id}", outbox_id=f"out-{thread_id}")
        sent[thread_id] = replace(message, conversation=address)
        await unknown_send(telegram, sent[thread_id], Trouble.UNANSWERED)
    restarted = telegram.another_process()
    found = {
        thread_id: await restarted.find(sent[thread_id], "0", taken=()) for thread_id in (43, 42)
    }
    shown = telegram.server.world.from_bot(chat_id)
    assert found == {message.thread_id: str(message.id) for message in shown}
    assert {message.thread_id: message.text for message in shown} == {42: "to 42", 43: "to 43"}


async def test_commands_are_published_for_all_and_each_language(telegram: TelegramKit) -> None:
    """The first language serves everybody whose language has no menu."""
    await telegram.channel.publish_commands(
        {"en": {"help": "Show help"}, "zh-Hans": {"help": "显示帮助"}}
    )
    assert telegram.server.world.menus == {
        "": {"help": "Show help"},
        "en": {"help": "Show help"},
        "zh": {"help": "显示帮助"},
    }


async def test_a_question_has_a_button_for_each_option(telegram: TelegramKit) -> None:
    """In their order, one on each line."""
    asked = replace(answer_to(telegram, "Which?"), options=("tea", "coffee"))

    await telegram.channel.send(asked)

    (message,) = telegram.server.world.from_bot(ADAS_CHAT)
    assert message.labels == ["tea", "coffee"]


async def test_a_press_is_stored_and_then_shown(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """The waiting sign on the button ends, and one button says what was chosen."""
    server = telegram.server
    await telegram.channel.send(replace(answer_to(telegram, "Which?"), options=("tea", "coffee")))
    (message,) = server.world.from_bot(ADAS_CHAT)

    async with running(telegram.channel, inbox):
        await server.user_presses(message, "coffee")
        press = await inbox.next_message()
        await server.wait_for(lambda: message.labels == ["✓ coffee"])

    assert (press.kind, press.text) == (EventKind.PRESS, "2")
    assert len(server.answered_presses) == 1


async def test_a_press_that_cannot_be_shown_holds_nothing_up(
    telegram: TelegramKit, inbox: RecordingInbox
) -> None:
    """It is stored all the same, and so is what comes after it."""
    server = telegram.server
    await telegram.channel.send(replace(answer_to(telegram, "Which?"), options=("tea",)))
    (message,) = server.world.from_bot(ADAS_CHAT)
    server.fail_next("answerCallbackQuery", server_error())

    async with running(telegram.channel, inbox):
        await server.user_presses(message, "tea")
        await server.user_says("and then")
        heard = await inbox.wait_for(2)

    assert [one.text for one in heard] == ["1", "and then"]


async def test_a_message_that_was_seen_gets_eyes(telegram: TelegramKit) -> None:
    """A second time changes nothing."""
    message = await telegram.server.user_says("hello")

    for _ in range(2):
        await telegram.channel.show_seen(telegram.conversation, str(message.id))

    assert message.reactions == ("👀",)
