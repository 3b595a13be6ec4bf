"""The process dies at every named point, at its first and at its second hit, and recovers."""

import asyncio
from functools import partial

import pytest

from tests.acceptance.kill.conversation import REPEATED_MARK, question
from tests.acceptance.kill.two_chats import SETTLED_WITHIN, Scene, die_and_recover
from tests.acceptance.kill.warm_process import Crash
from tests.acceptance.messengers.messenger import Post

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


@pytest.mark.parametrize("hit", [1, 2])
@pytest.mark.parametrize("point", POINTS)
async def test_recovers_from_death_at_a_named_point(scene: Scene, point: str, hit: int) -> None:
    """Nothing is lost, doubled, reordered or run twice when the process dies right there."""
    verdict = await die_and_recover(scene, Crash(point=point, hit=hit))

    assert verdict.is_good, verdict


async def test_recovers_from_three_deaths_at_one_answer(scene: Scene) -> None:
    """An answer of which no try has left the machine is tried until one has."""
    (talk, *_) = scene.talks
    talk.questions.append(question(scene.ledger, talk, 0, calls=0))
    await scene.messenger.says(Post(place=talk.place, text=talk.questions[0].text))
    for _ in range(3):
        with scene.process(Crash(point="before:send")) as victim:
            async with asyncio.timeout(SETTLED_WITHIN):
                await victim.died()
            assert victim.was_killed
    with scene.process():
        await scene.settled()

    verdict = scene.verdict()
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
        with scene.process():
            await conversation.wait()

    assert [REPEATED_MARK.sub("", text) for text in scene.texts] == [*QUESTIONS, "Painted."]


async def answer_two_questions(scene: Scene, ended: asyncio.Event) -> None:
    """Write something that is answered by two questions, and answer each when it is asked."""
    place = scene.talks[0].place
    asking = " ".join(f'[[tool:ask_user {{"question": "{one}"}}]]' for one in QUESTIONS)
    answers = (f"Paint it {asking}[[say:Painted.]]", "red", "large")
    try:
        for number, text in enumerate(answers, start=1):
            await scene.messenger.says(Post(place=place, text=text))
            await scene.messenger.wait_for(partial(has_said, scene, number), SETTLED_WITHIN)
    finally:
        ended.set()


def has_said(scene: Scene, number: int) -> bool:
    """Tell whether the bot has said that much in the first chat."""
    return len(scene.texts) >= number
