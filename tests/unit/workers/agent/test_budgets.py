"""What ends a run that does not end by itself."""

import asyncio
import json
from dataclasses import replace

import pytest

from tests.doubles.model_answering import AnsweringModel, asks_for, call, says
from tests.doubles.tools import LoggedTool, TellingTool
from tests.unit.workers.agent.scene import SOUL, Scene
from workers.agent.result import StopReason
from workers.models.protocol import ToolCall

BROKEN = [
    ToolCall(call_id="1", name="look", arguments='{"what": "a'),
    ToolCall(call_id="2", name="look", arguments='{"what": 5}'),
    ToolCall(call_id="3", name="stare", arguments="{}"),
]


def scene_of(*rounds: str | tuple[ToolCall, ...]) -> Scene:
    """Return a run of rounds, each a call of `look` with those words, or these calls."""
    lines = [
        asks_for(call("look", what=one)) if isinstance(one, str) else asks_for(*one)
        for one in rounds
    ]
    return Scene(model=AnsweringModel(*lines, says("done")), tools=[LoggedTool("look")])


async def test_steps_are_bounded() -> None:
    """A model that calls for something new each time is stopped after the soul's `max_steps`."""
    scene = scene_of(*(str(number) for number in range(20)))

    stopped = await scene.stop()

    assert (stopped.reason, stopped.detail) == (StopReason.TOO_MANY_STEPS, "10 model calls")
    assert len(scene.model.requests) == 10


async def test_the_last_step_may_answer() -> None:
    """As many model calls as the budget says are made, not one less."""
    scene = scene_of("1", "2")
    scene.soul = replace(SOUL, max_steps=3)

    assert await scene.text() == "done"


async def test_tokens_are_bounded() -> None:
    """Each call takes 110: after the second they are more than 200, and no third is made."""
    scene = scene_of("1", "2", "3")
    scene.soul = replace(SOUL, max_tokens=200)

    stopped = await scene.stop()

    assert (stopped.reason, stopped.detail) == (StopReason.TOO_MANY_TOKENS, "220 of 200 tokens")


async def test_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the wall; a tool takes all of it here."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    tool = TellingTool("idle", lambda: monkeypatch.setattr(loop, "time", lambda: began + 100.0))
    scene = Scene(model=AnsweringModel(asks_for(call("idle")), says("late")), tools=[tool])

    stopped = await scene.stop()

    assert (stopped.reason, stopped.detail) == (StopReason.TOO_LONG, "100 of 60 s")


async def test_the_same_call_three_times_in_a_row_ends_the_run() -> None:
    """The third is not carried out."""
    tool = LoggedTool("look")
    scene = scene_of("a", "a", "a")
    scene.tools = [tool]

    stopped = await scene.stop()

    assert stopped.reason is StopReason.REPEATED_CALL
    assert tool.log == ["look a"] * 2


async def test_the_same_call_may_come_again_after_another() -> None:
    """Only a row of equal calls counts."""
    assert await scene_of("a", "a", "b", "a", "a").text() == "done"


async def test_two_calls_that_take_turns_end_the_run() -> None:
    """A-B-A-B; arguments count."""
    stopped = await scene_of("z", "a", "b", "a", "b").stop()

    assert stopped.reason is StopReason.ALTERNATING_CALLS


async def test_calls_of_one_answer_count_like_those_of_several() -> None:
    """A row is a row."""
    calls = tuple(call("look", what="a") for _ in range(3))

    stopped = await scene_of(calls).stop()

    assert stopped.reason is StopReason.REPEATED_CALL


async def test_a_call_that_cannot_be_understood_gets_an_error_back() -> None:
    """The model reads what to mend, and nothing was run."""
    tool = LoggedTool("look")
    scene = scene_of((BROKEN[0],), (BROKEN[2],))
    scene.tools = [tool]

    assert await scene.text() == "done"

    malformed, unknown = (json.loads(output) for output in scene.outputs)
    assert (malformed["ok"], malformed["error"]) == (False, "bad_arguments")
    assert (unknown["ok"], unknown["error"]) == (False, "unknown_tool")
    assert "'stare'; there are: look" in unknown["message"]
    assert tool.log == []


async def test_wrong_types_are_named() -> None:
    """Down to the field."""
    scene = scene_of((BROKEN[1],))

    await scene.text()

    assert "what: 5 is not of type 'string'" in json.loads(scene.outputs[0])["message"]


async def test_a_good_call_beside_a_broken_one_is_carried_out() -> None:
    """Each call gets its own output."""
    scene = scene_of((BROKEN[0], call("look", what="a")))

    await scene.text()

    assert json.loads(scene.outputs[0])["error"] == "bad_arguments"
    assert scene.outputs[1] == "fine a"


async def test_a_third_broken_answer_in_a_row_ends_the_run() -> None:
    """Two repairs are all that there is."""
    stopped = await scene_of(*((one,) for one in BROKEN)).stop()

    assert stopped.reason is StopReason.BROKEN_CALLS


async def test_a_good_answer_makes_repairs_count_anew() -> None:
    """Only those in a row count."""
    first, second, third = BROKEN

    assert await scene_of((first,), (second,), "a", (third,), (first,)).text() == "done"
