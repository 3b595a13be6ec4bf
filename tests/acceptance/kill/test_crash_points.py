"""The process dies at every named point, at its first and at its second hit, and recovers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import pytest

from tests.acceptance.kill.conversation import (
    REPEATED_MARK,
    Ledger,
    Question,
    Talk,
    Verdict,
    observe,
    question,
)
from tests.acceptance.kill.warm_process import Crash, WarmProcess
from tests.acceptance.messengers.dingtalk import DingtalkMessenger
from tests.acceptance.messengers.everywhere import environment
from tests.acceptance.messengers.messenger import Messenger, Place, Post
from tests.acceptance.messengers.slack import SlackMessenger
from tests.acceptance.messengers.telegram import TelegramMessenger
from tests.doubles.dingtalk_server import DingtalkServer
from tests.doubles.model_markers import scripted_by_markers
from tests.doubles.model_reply import ParsedRequest, Reply
from tests.doubles.model_server import ModelServer
from tests.doubles.slack_server import SlackServer
from tests.doubles.telegram_server import TelegramServer

PEOPLE = (1, 2)
SETTLED_WITHIN = 30.0  # seconds after the last start
SLOW_WORD = "slowly"
QUESTIONS = ("Which colour?", "Which size?")

TRANSACTIONS = (
    "accept",
    "begin_preview",
    "begin_send",
    "claim",
    "close_preview",
    "complete_step",
    "due",
    "end_job",
    "intend_tool",
    "leave_completed",
    "make_job",
    "record_answer",
    "settle_sent",
    "start_job",
    "take_seat",
)
CALLS = ("edit", "model", "send", "tool")
POINTS = tuple(
    f"{moment}:{name}" for name in (*TRANSACTIONS, *CALLS) for moment in ("before", "after")
)
SENDING = ("before:begin_send", "after:begin_send", "before:settle_sent", "after:settle_sent")


class SlowPace(asyncio.Semaphore):
    """The pace of a model that takes its time: a chunk every 30 ms."""

    async def acquire(self) -> Literal[True]:
        """Let the next chunk go a moment later."""
        await asyncio.sleep(0.03)
        return True


def slow_where_asked(request: ParsedRequest) -> Reply:
    """Answer as the markers say; where the question says so, slowly enough for a preview."""
    reply = scripted_by_markers(request)
    if SLOW_WORD in request.newest_user_text and not reply.tool_calls:
        return replace(reply, pace=SlowPace())
    return reply


class Scene:
    """Two chats, a model, and a gateway that dies."""

    def __init__(self, messenger: Messenger, model: ModelServer, folder: Path) -> None:
        self.messenger = messenger
        self._model = model
        self._folder = folder
        self.ledger = Ledger(folder / "ledger")
        self.talks = [Talk(messenger=messenger, place=Place(person=person)) for person in PEOPLE]

    @property
    def environ(self) -> dict[str, str]:
        """The settings of the gateway."""
        return {
            **environment((self.messenger,), self._model),
            "CREWDESK_DATA_DIR": str(self._folder / "data"),
            "CREWDESK_HTTP__PORT": "0",
            "CREWDESK_DELIVERY__PREVIEW_AFTER_SECONDS": "0.05",
            "CREWDESK_DELIVERY__PREVIEW_INTERVAL_SECONDS": "0.05",
        }

    def process(self, crash: Crash | None, without: str = "") -> WarmProcess:
        """Return a gateway on this scene's data."""
        return WarmProcess(self.environ, self._folder / "log", crash=crash, without=without)

    async def ask(self) -> None:
        """Let the people write: plain words, unsafe calls, slow answers, a worker."""
        worker = (
            '[[tool:dispatch_worker {"worker_id": "worker", "instruction": "look [[say:seen]]"}]]'
        )
        for talk in self.talks:
            talk.questions[:] = (
                question(self.ledger, talk, 0, calls=0),
                question(self.ledger, talk, 1, calls=2),
                Question(
                    name="w",
                    text=f"job of {talk.name} {worker}",
                    answer=f"answer to job of {talk.name}",
                ),
                Question(
                    name="s",
                    text=f"{SLOW_WORD} {talk.name}",
                    answer=f"answer to {SLOW_WORD} {talk.name}",
                ),
            )
            for one in talk.questions:
                await self.messenger.says(Post(place=talk.place, text=one.text))

    def verdict(self) -> Verdict:
        """Say what an observer sees now."""
        return observe(self.talks, self.ledger)

    async def settled(self) -> None:
        """Wait until every question has its answer; the verdict says what is missing."""
        with suppress(TimeoutError, AssertionError):
            await self.messenger.wait_for(lambda: not self.verdict().lost, SETTLED_WITHIN)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A scene with its servers."""
    async with TelegramServer() as telegram, ModelServer(script=slow_where_asked) as model:
        yield Scene(TelegramMessenger(telegram), model, tmp_path)


@pytest.fixture
async def slack_scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """The same on Slack."""
    async with SlackServer() as slack, ModelServer(script=slow_where_asked) as model:
        yield Scene(SlackMessenger(slack), model, tmp_path)


@pytest.fixture
async def dingtalk_scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """The same on DingTalk, with cards."""
    async with DingtalkServer() as dingtalk, ModelServer(script=slow_where_asked) as model:
        yield Scene(DingtalkMessenger(dingtalk), model, tmp_path)


async def die_and_recover(scene: Scene, crash: Crash, without: str = "") -> Verdict:
    """Let a gateway die at a point, start another one, and return what came of it."""
    await scene.ask()
    with scene.process(crash, without) as first:
        async with asyncio.timeout(SETTLED_WITHIN):
            await first.died()
        assert first.was_killed
    with scene.process(None, without):
        await scene.settled()
    return scene.verdict()


@pytest.mark.parametrize("hit", [1, 2])
@pytest.mark.parametrize("point", POINTS)
async def test_recovers_from_death_at_a_named_point(scene: Scene, point: str, hit: int) -> None:
    """Nothing is lost, doubled, reordered or run twice when the process dies right there."""
    verdict = await die_and_recover(scene, Crash(point=point, hit=hit))

    assert verdict.is_good, verdict


@pytest.mark.parametrize("point", SENDING)
async def test_recovers_on_slack_from_death_while_sending(slack_scene: Scene, point: str) -> None:
    """What was sent and not recorded is found in Slack's history, and not sent again."""
    verdict = await die_and_recover(slack_scene, Crash(point=point))

    assert verdict.is_good, verdict


@pytest.mark.parametrize("point", SENDING)
async def test_recovers_on_dingtalk_from_death_while_sending(
    dingtalk_scene: Scene, point: str
) -> None:
    """A card has the same id in every process, so there is never a second one."""
    verdict = await die_and_recover(dingtalk_scene, Crash(point=point))

    assert verdict.is_good, verdict


@pytest.mark.parametrize("hit", [1, 2])
@pytest.mark.parametrize("point", ["before:leave_waiting_input", "after:leave_waiting_input"])
async def test_recovers_from_death_while_asking(scene: Scene, point: str, hit: int) -> None:
    """Each question is asked, once, so that no task waits for an answer to an unasked one."""
    conversation = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(answer_two_questions(scene, conversation))
        with scene.process(Crash(point=point, hit=hit)) as first:
            async with asyncio.timeout(SETTLED_WITHIN):
                await first.died()
            assert first.was_killed
        with scene.process(None):
            await conversation.wait()

    shown = scene.messenger.shown(scene.talks[0].place)
    assert [REPEATED_MARK.sub("", one.text) for one in shown] == [*QUESTIONS, "Painted."]


async def answer_two_questions(scene: Scene, ended: asyncio.Event) -> None:
    """Write something that is answered by two questions, and answer each when it is asked."""
    place = scene.talks[0].place
    asking = " ".join(f'[[tool:ask_user {{"question": "{one}"}}]]' for one in QUESTIONS)
    answers = (f"Paint it {asking}[[say:Painted.]]", "red", "large")
    try:
        for number, text in enumerate(answers, start=1):
            await scene.messenger.says(Post(place=place, text=text))
            await scene.messenger.wait_for(
                partial(has_as_many, scene.messenger, place, number), SETTLED_WITHIN
            )
    finally:
        ended.set()


def has_as_many(messenger: Messenger, place: Place, number: int) -> bool:
    """Tell whether the bot shows that many messages in a place."""
    return len(messenger.shown(place)) >= number


async def test_notices_on_slack_that_nothing_is_looked_up(slack_scene: Scene) -> None:
    """Without the look-up an answer stands there twice."""
    crash = Crash(point="before:settle_sent")
    verdict = await die_and_recover(slack_scene, crash, without="read-back")

    assert verdict.doubled


@pytest.mark.parametrize(
    ("mechanism", "point"),
    [
        ("journal", "after:tool"),
        ("deduplication", "after:accept"),
        ("read-back", "before:settle_sent"),
    ],
)
async def test_notices_a_mechanism_that_is_off(scene: Scene, mechanism: str, point: str) -> None:
    """With a mechanism switched off, the same death does harm, and the verdict says so."""
    verdict = await die_and_recover(scene, Crash(point=point), without=mechanism)

    assert not verdict.is_good
