"""Each mechanism that keeps a promise, switched off: the promise is broken, and that is noticed.

Where the promise itself is not tried elsewhere in this folder, it stands beside its control.
"""

import asyncio

import pytest

from tests.acceptance.kill.conversation import Verdict
from tests.acceptance.kill.two_chats import (
    ATTEMPTS,
    HELD_WORD,
    SETTLED_WITHIN,
    WORKERS_WORD,
    Scene,
    die_and_recover,
)
from tests.acceptance.kill.warm_process import Crash
from tests.acceptance.messengers.messenger import Post

LOST_WITHIN = 10.0  # seconds; long enough for a whole process to have answered


@pytest.mark.parametrize(
    ("mechanism", "point", "harm"),
    [
        ("journal", "after:tool", "repeated_calls"),
        ("deduplication", "after:accept", "doubled"),
        ("read-back", "before:settle_sent", "doubled"),
        ("leases", "before:model", "lost"),
    ],
)
async def test_a_death_does_harm_without_the_mechanism(
    scene: Scene, mechanism: str, point: str, harm: str
) -> None:
    """With it on, the same death is survived: see the crash points."""
    verdict = await die_and_recover(scene, Crash(point=point), mechanism, LOST_WITHIN)

    assert getattr(verdict, harm), verdict


async def test_an_answer_stands_there_twice_where_nothing_is_looked_up(slack_scene: Scene) -> None:
    """On Slack the history is read before anything is sent again."""
    crash = Crash(point="before:settle_sent")
    verdict = await die_and_recover(slack_scene, crash, "read-back", LOST_WITHIN)

    assert verdict.doubled


async def test_what_was_acknowledged_survives_a_kill(scene: Scene) -> None:
    """The platform forgets it, so the gateway must not."""
    assert not (await die_when_all_is_acknowledged(scene)).lost


async def test_what_was_acknowledged_and_not_stored_is_lost(scene: Scene) -> None:
    """The control of the above."""
    assert (await die_when_all_is_acknowledged(scene, without="storing")).lost


async def die_when_all_is_acknowledged(scene: Scene, without: str = "") -> Verdict:
    """Kill a gateway as soon as the platform keeps nothing any more, and start another one."""
    await scene.ask()
    with scene.process(without=without):
        await scene.messenger.wait_for(lambda: not scene.messenger.unconfirmed, SETTLED_WITHIN)
    with scene.process():
        await scene.settled(LOST_WITHIN if without else SETTLED_WITHIN)
    return scene.verdict()


async def test_the_later_message_overtakes_where_there_are_no_lanes(scene: Scene) -> None:
    """The first one's answer is held back, and the second one's is there."""
    talk = scene.talks[0]
    await scene.messenger.says(Post(place=talk.place, text=f"to be {HELD_WORD}"))
    await scene.messenger.says(Post(place=talk.place, text="the later one"))
    with scene.process(without="lanes"):
        await scene.messenger.wait_for(lambda: bool(scene.texts), SETTLED_WITHIN)

    assert scene.texts == ["answer to the later one"]


async def test_a_message_that_kills_the_gateway_is_set_aside(scene: Scene) -> None:
    """The person is told, and their next message is answered."""
    quarantined, answered = await kill_again_and_again(scene)

    assert f"this {ATTEMPTS} times" in quarantined
    assert answered == "answer to the good one"


async def test_a_message_that_kills_the_gateway_is_tried_for_ever(scene: Scene) -> None:
    """The control of the above: the third attempt is made as the first two were."""
    assert (await kill_again_and_again(scene, without="quarantine"))[0] == "answer to the bad one"


async def kill_again_and_again(scene: Scene, without: str = "") -> list[str]:
    """Let two gateways die over a message; return what a third one says to it and to the next."""
    place = scene.talks[0].place
    await scene.messenger.says(Post(place=place, text="the bad one"))
    await scene.messenger.says(Post(place=place, text="the good one"))
    for _ in range(ATTEMPTS):
        with scene.process(Crash(point="before:model"), without) as gateway:
            async with asyncio.timeout(SETTLED_WITHIN):
                await gateway.died()
    with scene.process(without=without):
        await scene.messenger.wait_for(lambda: len(scene.texts) == 2, SETTLED_WITHIN)
    return scene.texts


async def test_a_workers_words_are_in_the_chat_where_it_may_speak(scene: Scene) -> None:
    """That they are not is part of every verdict here: words that nobody expects are strange."""
    await scene.ask()
    with scene.process(without="silence"):
        await scene.settled()

    assert any(WORKERS_WORD in words for words in scene.verdict().strange)
