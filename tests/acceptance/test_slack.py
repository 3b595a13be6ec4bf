"""A whole gateway between a Slack and a model of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.scene import ScriptBook, asked, tool_outputs
from tests.doubles.gateway_process import PATIENCE_SECONDS, GatewayProcess
from tests.doubles.model_reply import Reply
from tests.doubles.model_server import ModelServer
from tests.doubles.slack_people import MENTION
from tests.doubles.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.doubles.slack_world import Message

WORDS = " ".join(f"word{number}" for number in range(40))
MANY = 1_000  # more permits than any answer has pieces
GENERAL = "C0GENERAL"
DIRECT = "D0BOB"

pytestmark = pytest.mark.asyncio(loop_scope="module")


class SlackScene:
    """A running gateway, and the Slack and the model that it talks to."""

    def __init__(
        self, slack: SlackServer, model: ModelServer, book: ScriptBook, gateway: GatewayProcess
    ) -> None:
        self.slack = slack
        self.model = model
        self.book = book
        self.gateway = gateway

    def texts(self, channel: str) -> list[str]:
        """Return what the bot's messages in a channel read now."""
        return [message.shown for message in self.slack.world.from_bot(channel)]

    async def shows(self, channel: str, holds: Callable[[list[Message]], bool]) -> list[Message]:
        """Wait until the bot's messages in a channel are as wanted, and return them."""
        world = self.slack.world
        try:
            await self.slack.wait_for(lambda: holds(world.from_bot(channel)), PATIENCE_SECONDS)
        except AssertionError as error:
            error.add_note(f"shown: {self.texts(channel)}\nthe log:\n{self.gateway.log_text}")
            raise
        return world.from_bot(channel)

    async def everything_is_acknowledged(self) -> None:
        """Wait until the gateway holds all that Slack has told it."""
        socket = self.slack.socket
        await self.slack.wait_for(lambda: not socket.unacknowledged, PATIENCE_SECONDS)

    async def asks(self, text: str, channel: str = DIRECT) -> str:
        """Let a person write, and return the next thing that the bot says there."""
        before = len(self.texts(channel))
        await self.slack.people.says(text, channel=channel)
        return (await self.shows(channel, lambda shown: len(shown) > before))[before].shown


@asynccontextmanager
async def opened(data_dir: Path) -> AsyncIterator[SlackScene]:
    """Start a gateway with a Slack and a model of its own, and end all three."""
    book = ScriptBook()
    async with SlackServer() as slack, ModelServer(script=book) as model:
        told = {
            "CREWDESK_SLACK__BOT_TOKEN": BOT_TOKEN,
            "CREWDESK_SLACK__APP_TOKEN": APP_TOKEN,
            "CREWDESK_SLACK__API_BASE": slack.api_base,
            "CREWDESK_INBOX__BUSY_MODE": "queue",  # an answer to each message
            "CREWDESK_MODEL__NAME": "double",
            "CREWDESK_ACCESS__MEMBERS": "slack:*",
            "OPENAI_API_KEY": "opens-nothing",
            "OPENAI_BASE_URL": model.base_url,
        }
        gateway = GatewayProcess(data_dir, told)
        try:
            await gateway.start()
            yield SlackScene(slack, model, book, gateway)
        finally:
            await gateway.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackScene]:
    """Start the gateway that this module's tests share."""
    async with opened(tmp_path_factory.mktemp("slack") / "data") as scene:
        yield scene


async def test_a_message_is_answered_once(scene: SlackScene) -> None:
    """The shortest way through everything."""
    assert await scene.asks("How are you?", "D0PLAIN") == "answer to How are you?"
    await scene.everything_is_acknowledged()
    assert scene.texts("D0PLAIN") == ["answer to How are you?"]


async def test_a_mention_is_answered_in_its_thread(scene: SlackScene) -> None:
    """Its two events are one task; what else is said in the channel is none of the bot's."""
    people = scene.slack.people
    await people.says("Lunch, anybody?", channel=GENERAL)
    asked = await people.says(f"{MENTION} where is the heron?", channel=GENERAL)
    await people.says("and the trout?", channel=GENERAL, thread_ts=asked.ts)
    answers = await scene.shows(GENERAL, lambda shown: len(shown) == 2)
    await scene.everything_is_acknowledged()
    assert [one.shown for one in answers] == [
        "answer to where is the heron?",
        "answer to and the trout?",
    ]
    assert {one.thread_ts for one in answers} == {asked.ts}


async def test_a_tool_is_called_and_its_result_reaches_the_model(scene: SlackScene) -> None:
    """`bash` really runs for a member in a direct message."""
    wanted = 'count [[tool:bash {"command":"echo $((6 * 7))"}]][[say:It is done.]]'
    assert await scene.asks(wanted, "D0TOOLS") == "It is done."
    assert tool_outputs(scene.model.requests[-1]) == ["42\n[exit code 0]"]


async def test_an_event_delivered_twice_is_answered_once(scene: SlackScene) -> None:
    """Slack sends it again under another envelope and the same event."""
    await scene.asks("Once, please", "D0TWICE")
    envelope = scene.slack.socket.envelopes[-1]
    await scene.slack.socket.deliver(envelope.kind, envelope.payload)
    await scene.everything_is_acknowledged()
    assert await scene.asks("And now?", "D0TWICE") == "answer to And now?"
    assert scene.texts("D0TWICE") == ["answer to Once, please", "answer to And now?"]


async def test_a_slash_command_is_answered_without_a_model(scene: SlackScene) -> None:
    """`/crewdesk workers` is `/workers`."""
    before = len(scene.model.requests)
    await scene.slack.people.commands("/crewdesk", "workers", channel="D0SLASH")
    (answer,) = await scene.shows("D0SLASH", lambda shown: len(shown) == 1)
    assert "code-review" in answer.shown
    assert len(scene.model.requests) == before


async def test_a_question_is_answered_by_a_button(scene: SlackScene) -> None:
    """The choice takes the place of the buttons, and the task goes on with it."""
    question = '[[tool:ask_user {"question":"Which?","options":["red","blue"]}]]'
    assert "Which?" in await scene.asks(f"Paint it {question}[[say:Painted.]]", "D0ASK")
    asked = scene.slack.world.from_bot("D0ASK")[0]
    await scene.slack.people.presses(asked, "blue")
    await scene.shows("D0ASK", lambda shown: [one.shown for one in shown[1:]] == ["Painted."])
    assert tool_outputs(scene.model.requests[-1]) == ["blue"]
    await scene.slack.wait_for(lambda: asked.blocks[-1]["type"] == "context", PATIENCE_SECONDS)


async def test_what_is_edited_or_deleted_before_its_turn_counts_so(scene: SlackScene) -> None:
    """The running task is left alone; what waits behind it follows what people do."""
    pace, people, channel = asyncio.Semaphore(0), scene.slack.people, "D0EVE"
    scene.book.on("Begin", lambda _: Reply(text="begun", pace=pace))
    await people.says("Begin", channel=channel)
    await asked(scene.model, "Begin")
    edited = await people.says("Teh second", channel=channel)
    deleted = await people.says("Forget it", channel=channel)
    await people.edits(edited, "The second")
    await people.deletes(deleted)
    await scene.everything_is_acknowledged()
    for _ in range(MANY):
        pace.release()
    await scene.shows(channel, lambda messages: len(messages) == 2)
    assert scene.texts(channel) == ["begun", "answer to The second"]


async def test_an_answer_streams_and_ends_as_one_message(scene: SlackScene) -> None:
    """In a thread a slow model's words are appended, and the final text takes their place."""
    pace = asyncio.Semaphore(0)
    scene.book.on("speak slowly", lambda _: Reply(text=WORDS, pace=pace))
    await scene.slack.people.says(f"{MENTION} speak slowly", channel="C0SLOW")
    release(pace, 20)
    (preview,) = await scene.shows("C0SLOW", bool)
    assert preview.is_streaming
    assert WORDS.startswith(preview.shown)
    release(pace, MANY)
    await scene.shows("C0SLOW", lambda shown: [one.shown for one in shown] == [WORDS])
    await scene.everything_is_acknowledged()
    assert [(one.shown, one.is_streaming) for one in scene.slack.world.from_bot("C0SLOW")] == [
        (WORDS, False)
    ]


async def test_what_is_said_while_the_gateway_is_stopped_is_answered_after_its_start(
    tmp_path: Path,
) -> None:
    """Slack keeps what was not acknowledged, and a stream that a kill cut off becomes whole."""
    pace = asyncio.Semaphore(0)
    async with opened(tmp_path / "data") as scene:
        scene.book.on("speak slowly", lambda _: Reply(text=WORDS, pace=pace))
        await scene.slack.people.says(f"{MENTION} speak slowly", channel=GENERAL)
        release(pace, 20)
        await scene.shows(GENERAL, bool)
        await scene.gateway.kill()
        await scene.slack.people.says("Are you back?", channel=DIRECT)
        release(pace, MANY)
        await scene.gateway.start()
        await scene.shows(DIRECT, lambda shown: len(shown) == 1)
        (answer,) = await scene.shows(
            GENERAL, lambda shown: [one.shown for one in shown] == [WORDS]
        )
        assert not answer.is_streaming
        assert await scene.asks("Good") == "answer to Good"
        assert scene.texts(DIRECT) == ["answer to Are you back?", "answer to Good"]
        assert await scene.gateway.terminate() == 0


def release(pace: asyncio.Semaphore, pieces: int) -> None:
    """Let so many pieces of an answer go."""
    for _ in range(pieces):
        pace.release()
