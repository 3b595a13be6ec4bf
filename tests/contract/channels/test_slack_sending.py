"""How messages are shown on Slack, and looked up when their fate is unknown."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from channels.errors import (
    FileUnavailable,
    LookupInconclusive,
    MessageGone,
    SendError,
    SendFailed,
    SendRejected,
    SendUnknown,
)
from channels.message import Attachment, AttachmentKind, OutboundFile, OutboundMessage
from channels.slack.outbound import client_msg_id, split
from tests.contract.channels.inbox import RecordingInbox, running
from tests.contract.channels.kit import Trouble, answer_to
from tests.contract.channels.slack_kit import GENERAL, SlackKit
from tests.doubles.slack_faults import (
    Fault,
    bad_gateway,
    cut_after_applying,
    refused,
    too_many_requests,
)
from tests.doubles.slack_people import ADAS_CHAT, MENTION
from tests.doubles.slack_world import ADA, Message


async def mentioned(slack: SlackKit, inbox: RecordingInbox) -> str:
    """Let Ada mention the bot in a channel; returns the thread, which the bot knows of then."""
    post = await slack.server.people.says(f"{MENTION} go", channel=GENERAL)
    await inbox.wait_for(2)
    return post.ts


def growing(slack: SlackKit, thread: str, text: str) -> OutboundMessage:
    """Return a preview for a thread."""
    message = answer_to(slack, text, outbox_id="preview")
    return replace(message, conversation=slack.in_thread(thread), is_growing=True)


def final(slack: SlackKit, thread: str, text: str = "It is **done**.") -> OutboundMessage:
    """Return the answer that takes a preview's place."""
    return replace(
        answer_to(slack, text, outbox_id="preview"), conversation=slack.in_thread(thread)
    )


def of_bot(slack: SlackKit) -> list[Message]:
    """Return what the bot said in the channel."""
    return slack.server.world.from_bot(GENERAL)


async def lost(slack: SlackKit, message: OutboundMessage, trouble: Trouble) -> str:
    """Send into the trouble; returns the anchor."""
    anchor = slack.channel.anchor(message, "")
    slack.befall_next_send(trouble)
    with pytest.raises(SendUnknown):
        await slack.channel.send(message)
    return anchor


async def test_a_message_carries_its_marks_and_unfurls_nothing(slack: SlackKit) -> None:
    """Markdown goes as a block, with a text for notifications, and can be found again."""
    await slack.channel.send(answer_to(slack, "**bold** and [a link](https://example.org)"))
    sent = slack.server.calls_of("chat.postMessage")[0].arguments
    assert sent["blocks"] == [
        {"type": "markdown", "text": "**bold** and [a link](https://example.org)"}
    ]
    assert sent["text"] == "*bold* and <https://example.org|a link>"
    assert sent["client_msg_id"] == client_msg_id("out-1")
    assert sent["metadata"] == {
        "event_type": "crewdesk_message",
        "event_payload": {"outbox_id": "out-1"},
    }
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


async def test_refused_markup_is_sent_in_a_simpler_form(slack: SlackKit) -> None:
    """First Slack's own markup is tried in place of Markdown, then a plain text."""
    for times, blocks in ((1, ["section"]), (2, [])):
        slack.server.fail_next("chat.postMessage", refused("invalid_blocks"), times)
        sent = await slack.channel.send(answer_to(slack, "**bold** <b>"))
        message = slack.server.world.find(ADAS_CHAT, sent)
        assert [block["type"] for block in message.blocks] == blocks
    assert slack.shown() == ["*bold* <b>", "**bold** <b>"]


async def test_every_part_of_a_long_text_is_accepted_in_every_form(slack: SlackKit) -> None:
    """Slack takes each part of a long text, as Markdown and as its own markup, sent and edited."""
    text = "# Report\n\n" + "Line 😀 with **bold** & `code` <b>.\n\n" * 600
    text += "```python\n" + "print('hello' < 'x')\n" * 600 + "```\n"
    for part in split(text):
        sent = await slack.channel.send(answer_to(slack, part))
        slack.server.fail_next("chat.update", refused("invalid_blocks"))
        await slack.channel.edit(sent, replace(answer_to(slack, part), is_growing=True))
    assert len(slack.shown()) > 2
    assert {call.outcome for call in slack.server.calls_of("chat.postMessage")} == {"ok"}
    assert {call.outcome for call in slack.server.calls_of("chat.update")} == {
        "ok",
        "invalid_blocks",
    }


async def test_options_become_buttons(slack: SlackKit) -> None:
    """Each option has a button, whose label is shortened where Slack has no room."""
    options = ("red", "b" * 100)
    sent = await slack.channel.send(replace(answer_to(slack, "Which?"), options=options))
    actions = slack.server.world.find(ADAS_CHAT, sent).blocks[1]
    assert actions["type"] == "actions"
    elements = actions["elements"]
    assert isinstance(elements, list)
    assert [element["value"] for element in elements] == list(options)


async def test_retry_after_is_slacks_own(slack: SlackKit) -> None:
    """The waiting time of a 429 is passed on as it is, and nothing is tried again."""
    slack.server.fail_next("chat.postMessage", too_many_requests(31))
    with pytest.raises(SendFailed) as failed:
        await slack.channel.send(answer_to(slack, "later"))
    assert failed.value.retry_after.total_seconds() == 31
    assert len(slack.server.calls_of("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (bad_gateway(), SendUnknown),
        (refused("fatal_error"), SendUnknown),
        (refused("rate_limited"), SendFailed),
        (refused("invalid_auth"), SendFailed),
        (refused("not_in_channel"), SendRejected),
        (refused("account_inactive"), SendRejected),
    ],
)
async def test_each_failure_says_what_may_be_done(
    slack: SlackKit, fault: Fault, error: type[SendError]
) -> None:
    """Slack's own trouble leaves a send unknown, some refusals pass, the others are final."""
    slack.server.fail_next("chat.postMessage", fault)
    with pytest.raises(error):
        await slack.channel.send(answer_to(slack, "perhaps"))


async def test_without_a_connection_nothing_was_sent(slack: SlackKit) -> None:
    """A refused connection is a failure that may be tried again."""
    await slack.server.stop()
    with pytest.raises(SendFailed):
        await slack.channel.send(answer_to(slack, "nobody hears"))


async def test_editing_a_missing_message_says_so(slack: SlackKit) -> None:
    """An edit of what was deleted tells the caller that it may send anew."""
    sent = await slack.channel.send(answer_to(slack, "draft"))
    slack.server.world.find(ADAS_CHAT, sent).is_deleted = True
    with pytest.raises(MessageGone):
        await slack.channel.edit(sent, answer_to(slack, "final"))


async def test_the_lookup_turns_pages_and_spares_other_messages(slack: SlackKit) -> None:
    """The message is found among many by its marks alone, and nothing is edited."""
    message = answer_to(slack, "the lost one")
    anchor = await lost(slack, message, Trouble.UNANSWERED)
    for number in range(9):
        await slack.channel.send(answer_to(slack, f"other {number}", outbox_id=f"other-{number}"))
    found = await slack.another_process().find(message, anchor, taken=())
    assert slack.server.world.find(ADAS_CHAT, found).shown == "the lost one"
    assert len(slack.server.calls_of("conversations.history")) > 1
    assert slack.server.calls_of("chat.update") == []


async def test_a_lost_send_in_a_thread_is_looked_for_there(slack: SlackKit) -> None:
    """Two threads of a channel don't see each other's messages."""
    threads = [slack.server.world.say(GENERAL, ADA, "root").ts for _ in range(2)]
    messages = [
        replace(
            answer_to(slack, "same words", outbox_id=thread), conversation=slack.in_thread(thread)
        )
        for thread in threads
    ]
    anchor = await lost(slack, messages[0], Trouble.UNANSWERED)
    assert await slack.channel.find(messages[1], anchor, taken=()) is None
    assert await slack.channel.find(messages[0], anchor, taken=()) == of_bot(slack)[0].ts


async def test_a_send_is_looked_for_after_the_last_known_message_only(slack: SlackKit) -> None:
    """The anchor is a time of Slack's own, so nothing older is read."""
    message = answer_to(slack, "never arrived")
    heard = slack.server.world.say(ADAS_CHAT, ADA, "hello")
    assert slack.channel.anchor(message, heard.ts) == heard.ts
    assert await slack.channel.find(message, heard.ts, taken=()) is None
    assert slack.server.calls_of("conversations.history")[0].arguments["oldest"] == heard.ts


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (too_many_requests(4), SendFailed),
        (bad_gateway(), SendFailed),
        (refused("missing_scope"), LookupInconclusive),
        (refused("channel_not_found"), LookupInconclusive),
    ],
)
async def test_a_lookup_that_is_refused_proves_nothing(
    slack: SlackKit, fault: Fault, error: type[Exception]
) -> None:
    """Where Slack can't be asked now it is asked later; where it never answers, nobody knows."""
    slack.server.fail_next("conversations.history", fault)
    with pytest.raises(error):
        await slack.channel.find(answer_to(slack, "perhaps"), "0.0", taken=())


async def test_a_growing_answer_is_streamed_in_a_thread(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """It is appended to, and the final text takes its place in the same message."""
    async with running(slack.channel, inbox):
        thread = await mentioned(slack, inbox)
    sent = await slack.channel.send(growing(slack, thread, "It is"))
    await slack.channel.edit(sent, growing(slack, thread, "It is **do"))
    assert of_bot(slack)[0].is_streaming
    await slack.channel.edit(sent, final(slack, thread))
    (message,) = of_bot(slack)
    assert (message.shown, message.is_streaming) == ("It is done.", False)
    assert message.history == ["It is", "It is **do", "It is done."]
    assert [one.arguments["chunks"] for one in slack.server.calls_of("chat.appendStream")] == [
        [{"type": "markdown_text", "text": " **do"}]
    ]


async def test_an_answer_that_begins_again_is_not_appended(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """What was streamed can't be taken back, so the message is edited from then on."""
    async with running(slack.channel, inbox):
        thread = await mentioned(slack, inbox)
    sent = await slack.channel.send(growing(slack, thread, "It is"))
    await slack.channel.edit(sent, growing(slack, thread, "On second thought"))
    assert [one.shown for one in of_bot(slack)] == ["On second thought …"]
    await slack.channel.edit(sent, final(slack, thread))
    assert [one.shown for one in of_bot(slack)] == ["It is done."]


@pytest.mark.parametrize("is_over", [True, False])
async def test_another_process_finishes_a_stream(
    slack: SlackKit, inbox: RecordingInbox, *, is_over: bool
) -> None:
    """It need not know that the message is one, nor whether Slack has ended it meanwhile."""
    async with running(slack.channel, inbox):
        thread = await mentioned(slack, inbox)
    sent = await slack.channel.send(growing(slack, thread, "It is"))
    slack.server.world.find(GENERAL, sent).is_streaming = not is_over
    await slack.another_process().edit(sent, final(slack, thread))
    assert [(one.shown, one.is_streaming) for one in of_bot(slack)] == [("It is done.", False)]


async def test_a_stream_that_slack_ended_goes_on_as_edits(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """After some minutes Slack appends no more; the answer still grows."""
    async with running(slack.channel, inbox):
        thread = await mentioned(slack, inbox)
    sent = await slack.channel.send(growing(slack, thread, "It is"))
    slack.server.world.find(GENERAL, sent).is_streaming = False
    await slack.channel.edit(sent, growing(slack, thread, "It is nearly"))
    assert [one.shown for one in of_bot(slack)] == ["It is nearly …"]


async def test_a_stream_whose_id_was_lost_becomes_the_answer(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """It began and nobody was told: another process finds it and makes it the whole answer."""
    async with running(slack.channel, inbox):
        thread = await mentioned(slack, inbox)
    message = growing(slack, thread, "It is")
    anchor = slack.channel.anchor(message, thread)
    slack.server.fail_next("chat.startStream", cut_after_applying())
    with pytest.raises(SendUnknown):
        await slack.channel.send(message)
    found = await slack.another_process().find(final(slack, thread), anchor, taken=())
    assert [(one.ts, one.shown, one.is_streaming) for one in of_bot(slack)] == [
        (found, "It is done.", False)
    ]


async def test_a_preview_whose_id_was_lost_becomes_the_answer(slack: SlackKit) -> None:
    """The same where the preview was an ordinary message."""
    message = replace(answer_to(slack, "It is"), is_growing=True)
    anchor = await lost(slack, message, Trouble.UNANSWERED)
    found = await slack.another_process().find(answer_to(slack, "It is done."), anchor, taken=())
    assert slack.server.world.find(ADAS_CHAT, found).history == ["It is …", "It is done."]
    assert slack.shown() == ["It is done."]


@pytest.mark.parametrize("code", ["unknown_method", "ratelimited", "missing_recipient_user_id"])
async def test_where_slack_does_not_stream_a_message_grows_by_edits(
    slack: SlackKit, inbox: RecordingInbox, code: str
) -> None:
    """A refused stream is an ordinary message from the start."""
    async with running(slack.channel, inbox):
        thread = await mentioned(slack, inbox)
    slack.server.fail_next("chat.startStream", refused(code))
    sent = await slack.channel.send(growing(slack, thread, "It is"))
    await slack.channel.edit(sent, growing(slack, thread, "It is nearly"))
    await slack.channel.edit(sent, final(slack, thread))
    assert of_bot(slack)[0].history == ["It is …", "It is nearly …", "It is done."]
    assert slack.server.calls_of("chat.stopStream") == []


async def test_one_message_a_second_goes_to_a_channel_and_others_need_not_wait(
    slack: SlackKit,
) -> None:
    """The third message in a row waits two seconds; another channel's goes at once."""
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(round(seconds, 1))

    channel = slack.another_process(sleep=note, interval=1)
    elsewhere = replace(slack.conversation, chat_id=GENERAL)
    for number in range(3):
        await channel.send(answer_to(slack, f"{number}", outbox_id=f"{number}"))
    await channel.send(replace(answer_to(slack, "here"), conversation=elsewhere))
    assert len(waits) == 2
    assert 0.5 < waits[0] <= 1 < waits[1] <= 2


async def test_typing_is_a_status_where_slack_has_one(slack: SlackKit) -> None:
    """It is shown in threads; once Slack refuses it, nobody asks again."""
    thread = slack.in_thread(slack.server.world.say(GENERAL, ADA, "root").ts)
    await slack.channel.show_typing(thread)
    assert [one[:2] for one in slack.server.world.statuses] == [(GENERAL, thread.thread_id)]
    slack.server.fail_next("assistant.threads.setStatus", refused("not_allowed_token_type"))
    slack.server.fail_next("assistant.threads.setStatus", refused("unknown_method"))
    with pytest.raises(SendFailed):
        await slack.channel.show_typing(thread)
    await slack.channel.show_typing(thread)
    await slack.channel.show_typing(thread)
    assert len(slack.server.calls_of("assistant.threads.setStatus")) == 3


async def test_a_message_is_marked_as_seen_once(slack: SlackKit) -> None:
    """The same mark again does no harm."""
    post = slack.server.world.say(ADAS_CHAT, ADA, "hello")
    await slack.channel.show_seen(slack.conversation, post.ts)
    await slack.channel.show_seen(slack.conversation, post.ts)
    assert {name for name, _ in post.reactions} == {"eyes"}


async def test_a_file_of_a_persons_can_be_fetched(slack: SlackKit, inbox: RecordingInbox) -> None:
    """It comes as an attachment, and the bot's token opens it."""
    content = b"\x89PNG" * 600_000
    file = slack.server.world.add_file(
        "heron.png", len(content), mimetype="image/png", content=content
    )
    async with running(slack.channel, inbox):
        await slack.server.people.says("look", files=(file,))
        (attachment,) = (await inbox.next_message()).attachments
    assert (attachment.kind, attachment.name) == ("photo", "heron.png")
    pieces = [piece async for piece in slack.channel.fetch_file(attachment)]
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 1 << 20


async def test_a_file_that_can_not_be_had_says_why(slack: SlackKit) -> None:
    """One that is gone is gone for good; trouble of Slack's passes."""
    with pytest.raises(FileUnavailable, match="file_not_found") as gone:
        [
            _
            async for _ in slack.channel.fetch_file(
                Attachment(kind=AttachmentKind.DOCUMENT, file_id="F0")
            )
        ]
    assert gone.value.retry_after is None
    slack.server.fail_next("files.info", too_many_requests(9))
    with pytest.raises(FileUnavailable) as later:
        [
            _
            async for _ in slack.channel.fetch_file(
                Attachment(kind=AttachmentKind.DOCUMENT, file_id="F0")
            )
        ]
    assert later.value.retry_after is not None
    assert later.value.retry_after.total_seconds() == 9


async def test_the_token_is_shown_to_slack_alone(slack: SlackKit) -> None:
    """A file that lies elsewhere is not fetched: whoever is asked for it would learn the token."""
    file = slack.server.world.add_file("elsewhere.txt", 3)
    for address in ("http://files.slack.com/x", "https://files.slack.com.example.org/x"):
        file.address = address
        with pytest.raises(FileUnavailable, match="does not lie at Slack"):
            [
                _
                async for _ in slack.channel.fetch_file(
                    Attachment(kind=AttachmentKind.DOCUMENT, file_id=file.id)
                )
            ]


async def test_a_file_is_sent_into_its_thread_with_the_text_beside_it(
    slack: SlackKit, tmp_path: Path
) -> None:
    """One message holds both, and its id is returned."""
    root = slack.server.world.say(GENERAL, ADA, "root")
    message = replace(answer_to(slack, "the **report**"), conversation=slack.in_thread(root.ts))
    sent = await slack.channel.send_file(message, report(tmp_path))
    (shown,) = of_bot(slack)
    assert (shown.ts, shown.thread_ts, shown.text) == (sent, root.ts, "the *report*")
    stored = slack.server.world.file(shown.file_ids[0])
    assert (stored.name, stored.content) == ("report.txt", b"all is well")


async def test_a_file_that_was_not_completed_was_not_sent(slack: SlackKit, tmp_path: Path) -> None:
    """Before the last request nothing is shown, so a cut there is a failure; in it, unknown."""
    message = answer_to(slack, "the report")
    slack.server.fail_next("files.getUploadURLExternal", bad_gateway())
    with pytest.raises(SendFailed):
        await slack.channel.send_file(message, report(tmp_path))
    slack.server.fail_next("files.completeUploadExternal", cut_after_applying())
    with pytest.raises(SendUnknown):
        await slack.channel.send_file(message, report(tmp_path))
    with pytest.raises(LookupInconclusive):
        await slack.channel.find(message, "0.0", taken=())


async def test_sends_side_by_side_are_all_shown(slack: SlackKit) -> None:
    """Conversations don't hinder one another."""
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            message = answer_to(slack, f"message {number}", outbox_id=f"out-{number}")
            group.create_task(slack.channel.send(message))
    assert sorted(slack.shown()) == sorted(f"message {number}" for number in range(20))


def report(folder: Path) -> OutboundFile:
    """Return a small file."""
    path = folder / "report.txt"
    path.write_bytes(b"all is well")
    return OutboundFile(path=path, name="report.txt", mime_type="text/plain", size_bytes=11)
