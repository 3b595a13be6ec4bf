"""How Slack's events come in, through every trouble of the connection."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
import structlog

from channels.errors import ChannelUnavailable
from channels.message import ConversationKind, EventKind, InboundMessage
from tests.contract.channels.inbox import RecordingInbox, running
from tests.contract.channels.kit import answer_to
from tests.contract.channels.slack_kit import GENERAL, SlackKit
from tests.doubles.slack_faults import (
    Fault,
    bad_gateway,
    refused,
    too_many_requests,
)
from tests.doubles.slack_people import ADAS_CHAT, MENTION
from tests.doubles.slack_rules import JsonObject
from tests.doubles.slack_server import APP_TOKEN, BOT_TOKEN
from tests.doubles.slack_world import ADA, BOT_USER, SlackWorld


async def test_an_event_is_acknowledged_only_after_the_store(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """While the store is down nothing is confirmed; afterwards the event is, once."""
    inbox.fail_next(3)
    async with running(slack.channel, inbox):
        await slack.person_says("hello")
        await inbox.wait_for_offers(3)
        assert slack.server.socket.acknowledged == []
        await inbox.wait_for(1)
        await slack.server.wait_for(lambda: not slack.server.socket.unacknowledged)
    assert len(slack.server.socket.acknowledged) == 1


async def test_events_behind_one_that_is_not_stored_keep_their_place(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """What comes later waits, so that nothing overtakes what is offered again."""
    inbox.fail_next(2)
    async with running(slack.channel, inbox):
        await slack.person_says("first")
        await slack.person_says("second")
        messages = await inbox.wait_for(2)
    assert [message.text for message in messages] == ["first", "second"]
    assert len(inbox.offers) == 4


async def test_a_redelivery_has_the_same_event_id(slack: SlackKit) -> None:
    """Slack's new envelope of an old event is recognised by what it is about."""
    slow = SlowInbox()
    async with running(slack.channel, slow):
        await slack.person_says("hello")
        await slow.is_asked.wait()
        await slack.server.socket.redeliver()
        slow.go_on.set()
        first, second = await slow.wait_for(2)
        await slack.server.wait_for(lambda: not slack.server.socket.unacknowledged)
    assert first.event_id == second.event_id
    assert slack.server.socket.envelopes[0].ids == ["envelope-1", "envelope-2"]


async def test_a_mention_that_comes_as_two_events_is_one(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """`message` and `app_mention` of one post have two ids at Slack and one here."""
    async with running(slack.channel, inbox):
        post = await slack.server.people.says(f"{MENTION} hello", channel=GENERAL)
        as_message, as_mention = await inbox.wait_for(2)
    assert as_message.event_id == as_mention.event_id
    assert as_message.is_mention
    assert as_message.conversation == as_mention.conversation == slack.in_thread(post.ts)
    assert as_message.text == "hello"


async def test_only_mentions_and_threads_of_the_bot_are_addressed_to_it(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """In a thread in which the bot was mentioned or speaks, people need not mention it again."""
    people = slack.server.people
    async with running(slack.channel, inbox):
        root = await people.says(f"{MENTION} hello", channel=GENERAL)
        await people.says("and now?", channel=GENERAL, thread_ts=root.ts)
        other = await people.says("lunch?", channel=GENERAL)
        await people.says("yes", channel=GENERAL, thread_ts=other.ts)
        messages = (await inbox.wait_for(5))[2:]
    assert [is_for_bot(message) for message in messages] == [True, False, False]
    assert [message.conversation.kind for message in messages] == [ConversationKind.GROUP] * 3


async def test_an_answer_in_a_thread_of_the_bots_own_is_addressed_to_it(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """The payload alone tells that the thread hangs on a message of the bot's."""
    announced = slack.server.world.say(GENERAL, BOT_USER, "Good morning")
    async with running(slack.channel, inbox):
        await slack.server.people.says("Thanks!", channel=GENERAL, thread_ts=announced.ts)
        message = await inbox.next_message()
    assert is_for_bot(message)


async def test_edits_and_deletions_are_events_of_their_own(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """Both name the message that they are about, in the same conversation."""
    people = slack.server.people
    async with running(slack.channel, inbox):
        post = await people.says("teh")
        await people.edits(post, "the")
        await people.deletes(post)
        said, edited, deleted = await inbox.wait_for(3)
    assert [one.kind for one in (edited, deleted)] == [EventKind.EDIT, EventKind.DELETION]
    assert {said.message_id, edited.message_id, deleted.message_id} == {post.ts}
    assert (edited.text, deleted.text) == ("the", "")
    assert len({said.event_id, edited.event_id, deleted.event_id}) == 3


async def test_people_are_called_by_their_names(slack: SlackKit, inbox: RecordingInbox) -> None:
    """Slack is asked once for each; their language comes with it."""
    async with running(slack.channel, inbox):
        for _ in range(2):
            await slack.server.people.says("hello")
        messages = await inbox.wait_for(2)
    assert {(one.sender_name, one.language) for one in messages} == {(f"name of {ADA}", "en-GB")}
    assert len(slack.server.calls_of("users.info")) == 1


@pytest.mark.parametrize("fault", [refused("missing_scope"), bad_gateway()])
async def test_without_names_people_are_known_by_their_ids(
    slack: SlackKit, inbox: RecordingInbox, fault: Fault
) -> None:
    """No message waits for a name, and Slack is left alone for a while."""
    slack.server.fail_next("users.info", fault)
    async with running(slack.channel, inbox):
        for _ in range(2):
            await slack.server.people.says("hello")
        messages = await inbox.wait_for(2)
    assert {one.sender_name for one in messages} == {ADA}
    assert len(slack.server.calls_of("users.info")) <= 1


async def test_slash_commands_become_our_commands(slack: SlackKit, inbox: RecordingInbox) -> None:
    """The app's own command names one of ours, or carries any text."""
    await slack.channel.publish_commands({"en": {"tasks": "Show tasks"}})
    people = slack.server.people
    async with running(slack.channel, inbox):
        await people.commands("/crewdesk", "tasks all")
        await people.commands("/crewdesk", "what is new?")
        await people.commands("/crewdesk", "")
        await people.commands("/report", "today", channel=GENERAL)
        messages = await inbox.wait_for(4)
        await slack.server.wait_for(lambda: not slack.server.socket.unacknowledged)
    assert [one.text for one in messages] == [
        "/tasks all",
        "what is new?",
        "/help",
        "/report today",
    ]
    assert len({one.event_id for one in messages}) == 4
    assert "hooks.slack.com" not in messages[0].raw


async def test_a_press_is_an_answer_and_takes_the_buttons_away(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """The option comes as the text, and stands where the buttons were."""
    server = slack.server
    question = replace(answer_to(slack, "Which one?"), options=("red", "blue"))
    async with running(slack.channel, inbox):
        sent = await slack.channel.send(question)
        await server.people.presses(server.world.find(ADAS_CHAT, sent), "blue")
        pressed = await inbox.next_message()
        await server.wait_for(lambda: bool(server.calls_of("chat.update")))
    assert (pressed.kind, pressed.text) == (EventKind.PRESS, "blue")
    assert pressed.reply_to is not None
    assert (pressed.reply_to.message_id, pressed.reply_to.is_from_bot) == (sent, True)
    kinds = [block["type"] for block in server.world.find(ADAS_CHAT, sent).blocks]
    assert kinds == ["markdown", "context"]


async def test_what_no_person_said_is_acknowledged_and_dropped(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """Own messages, other bots, joins, unknown events and broken ones never reach the inbox."""
    people, world = slack.server.people, slack.server.world
    async with running(slack.channel, inbox):
        for event in noise(world):
            await people.event(event)
        await slack.person_says("a person at last")
        messages = await inbox.wait_for(1)
        await slack.server.wait_for(lambda: not slack.server.socket.unacknowledged)
    assert [message.text for message in messages] == ["a person at last"]


async def test_a_new_connection_is_opened_where_slack_asks_for_one(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """What comes over the next connection arrives, and so does what the old one brought."""
    async with running(slack.channel, inbox):
        await slack.server.wait_for(lambda: slack.server.socket.is_open)
        await slack.person_says("before")
        await slack.server.socket.ask_to_reconnect()
        await slack.server.wait_for(lambda: slack.server.socket.connected == 2)
        await slack.person_says("after")
        messages = await inbox.wait_for(2)
    assert [message.text for message in messages] == ["before", "after"]


async def test_a_dropped_connection_is_made_again_and_loses_nothing(
    slack: SlackKit, inbox: RecordingInbox
) -> None:
    """What was said while nobody listened is delivered on the next connection."""
    async with running(slack.channel, inbox):
        await slack.server.wait_for(lambda: slack.server.socket.is_open)
        await slack.server.socket.drop()
        await slack.person_says("anybody there?")
        assert (await inbox.next_message()).text == "anybody there?"
    assert slack.channel.trouble() == ""


async def test_a_restarted_slack_is_found_again(slack: SlackKit, inbox: RecordingInbox) -> None:
    """Refused connections are outlasted, and while they last the channel says so."""
    async with running(slack.channel, inbox):
        await slack.server.wait_for(lambda: slack.server.socket.is_open)
        await slack.server.stop()
        async with asyncio.timeout(5):
            while not slack.channel.trouble():  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.01)
        await slack.server.start()
        await slack.person_says("back again")
        assert (await inbox.next_message()).text == "back again"


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_passing_troubles_are_outlasted(
    slack: SlackKit, inbox: RecordingInbox, method: str
) -> None:
    """A proxy's page, Slack's own trouble and a rate limit in a row cost nothing but time."""
    for fault in (bad_gateway(), refused("internal_error"), too_many_requests(3)):
        slack.server.fail_next(method, fault)
    async with running(slack.channel, inbox):
        await slack.person_says("through it all")
        assert (await inbox.next_message()).text == "through it all"
    assert len(slack.server.calls_of(method)) == 4


@pytest.mark.parametrize(
    ("bot_token", "app_token", "setting"),
    [
        ("xoxb-wrong", APP_TOKEN, "CREWDESK_SLACK__BOT_TOKEN"),
        (BOT_TOKEN, "xapp-wrong", "CREWDESK_SLACK__APP_TOKEN"),
        (BOT_TOKEN, BOT_TOKEN, "CREWDESK_SLACK__APP_TOKEN"),
    ],
)
async def test_a_wrong_token_ends_the_channel(
    slack: SlackKit, inbox: RecordingInbox, bot_token: str, app_token: str, setting: str
) -> None:
    """A refused token is said in a sentence that names the setting, and not tried again."""
    channel = slack.another_process(bot_token=bot_token, app_token=app_token)
    with pytest.raises(ChannelUnavailable, match=setting) as unavailable:
        await channel.run(inbox.receive)
    assert unavailable.value.retry_after is None
    assert setting in channel.trouble()


async def test_why_slack_cannot_be_asked_is_logged(slack: SlackKit, inbox: RecordingInbox) -> None:
    """A trouble before the first connection is one line in the log, however often it comes."""
    slack.server.fail_next("auth.test", bad_gateway(), times=3)
    with structlog.testing.capture_logs() as lines:
        async with running(slack.channel, inbox):
            await slack.person_says("are you there?")
            await inbox.wait_for(1)
    told = [line["trouble"] for line in lines if line["event"] == "slack_connection"]
    assert len(told) == 2
    assert "502" in told[0]
    assert told[1] == ""


async def test_a_missing_permission_is_named(slack: SlackKit, inbox: RecordingInbox) -> None:
    """An app-level token without its scope can't open a connection, and says what it lacks."""
    slack.server.fail_next("apps.connections.open", refused("missing_scope"))
    with pytest.raises(ChannelUnavailable, match="connections:write"):
        await slack.channel.run(inbox.receive)


async def test_cancelling_while_the_store_hangs_acknowledges_nothing(slack: SlackKit) -> None:
    """The channel stops at once; the event belongs to the next process."""
    slow = SlowInbox()
    async with running(slack.channel, slow):
        await slack.person_says("hold on")
        await slow.is_asked.wait()
        begun_at = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun_at < 1
    assert slack.server.socket.acknowledged == []


class SlowInbox(RecordingInbox):
    """An inbox that stores nothing before it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def receive(self, messages: Sequence[InboundMessage]) -> None:
        """Wait, then store."""
        self.is_asked.set()
        await self.go_on.wait()
        await super().receive(messages)


def is_for_bot(message: InboundMessage) -> bool:
    """Tell whether the gateway would take a message in a channel."""
    return message.is_mention or (message.reply_to is not None and message.reply_to.is_from_bot)


def noise(world: SlackWorld) -> list[JsonObject]:
    """Return events that no person made by writing."""
    place: JsonObject = {"type": "message", "channel": ADAS_CHAT, "ts": world.timestamp()}
    person: JsonObject = {"user": ADA, "text": "hi", "ts": world.timestamp()}
    return [
        place | {"user": BOT_USER, "text": "my own words"},
        place | {"user": "U0OTHERBOT", "bot_id": "B0OTHER", "text": "beep"},
        place | {"subtype": "bot_message", "bot_id": "B0OTHER", "text": "beep"},
        place | {"subtype": "channel_join", "user": ADA, "text": "has joined"},
        place | {"subtype": "message_changed", "message": person, "previous_message": person},
        place | {"ts": "no time", "user": ADA, "text": "broken"},
        {"type": "reaction_added", "user": ADA, "item": {}},
    ]
