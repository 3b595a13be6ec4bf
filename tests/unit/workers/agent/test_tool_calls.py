"""How the tool calls of one answer are carried out."""

import asyncio
import json

import pytest

from tests.doubles.model_answering import AnsweringModel, asks_for, call, says
from tests.doubles.tools import (
    EndlessTool,
    LoggedTool,
    MeetingTool,
    MemorySpill,
    ParallelMeetingTool,
    asking_tool,
)
from tests.unit.workers.agent.scene import Scene
from workers.agent.toolbox import EXCERPT, OUTPUT_LIMIT
from workers.errors import Suspended, ToolError
from workers.models.errors import ModelUnavailable
from workers.models.protocol import ToolCall
from workers.tools.protocol import Effect, Tool

PATIENCE_SECONDS = 5


def scene_of(*calls: ToolCall, tools: list[Tool]) -> Scene:
    """Return a run in which the model makes some calls in one answer and then ends."""
    return Scene(model=AnsweringModel(asks_for(*calls), says("done")), tools=tools)


async def test_reads_run_side_by_side() -> None:
    """Each of three waits for the other two, so one after the other they would never end."""
    calls = [call("meet", what=name) for name in "abc"]
    scene = scene_of(*calls, tools=[MeetingTool("meet", Effect.READ, party=3)])

    async with asyncio.timeout(PATIENCE_SECONDS):
        await scene.text()

    assert scene.outputs == ["met as a", "met as b", "met as c"]


async def test_a_tool_that_disturbs_nobody_may_run_beside_others() -> None:
    """It says so itself."""
    calls = call("meet", what="a"), call("meet", what="b")
    scene = scene_of(*calls, tools=[ParallelMeetingTool("meet", Effect.IDEMPOTENT, party=2)])

    async with asyncio.timeout(PATIENCE_SECONDS):
        await scene.text()

    assert scene.outputs == ["met as a", "met as b"]


@pytest.mark.parametrize("effect", [Effect.UNSAFE, Effect.IDEMPOTENT])
async def test_calls_that_change_something_run_alone_and_in_order(effect: Effect) -> None:
    """Nothing else is begun before such a call is recorded as done."""
    tools: list[Tool] = [LoggedTool("look"), LoggedTool("change", effect)]
    names = ("look", "look", "change", "change", "look")
    calls = [call(name, what=str(place)) for place, name in enumerate(names)]
    scene = scene_of(*calls, tools=tools)

    await scene.text()

    records = [record for write in scene.journal.writes for record in write]
    order = [f"{one.split()[0]} {one[-1]}" for one in records if "tool" in one]
    assert order[:4] == ["intent 1", "intent 2", "done 1", "done 2"]
    assert order[4:] == [f"{state} {place}" for place in "345" for state in ("intent", "done")]


async def test_outputs_come_in_the_order_of_the_calls() -> None:
    """Whichever of them is done first."""
    calls = call("slow", what="1"), call("quick", what="2"), call("change", what="3")
    meeting = MeetingTool("slow", Effect.READ, party=1)
    tools: list[Tool] = [meeting, LoggedTool("quick"), LoggedTool("change", Effect.UNSAFE)]
    scene = scene_of(*calls, tools=tools)

    await scene.text()

    assert scene.outputs == ["met as 1", "fine 2", "fine 3"]


async def test_what_a_tool_could_not_do_is_for_the_model_to_read() -> None:
    """As an error with a code, recorded like any output."""
    tool = LoggedTool("look", outcome=ToolError("not_found", "there is no 'x'"))
    scene = scene_of(call("look", what="x"), tools=[tool])

    await scene.text()

    assert json.loads(scene.outputs[0]) == {
        "ok": False,
        "error": "not_found",
        "message": "there is no 'x'",
    }
    assert scene.journal.results["tool-1-1"] == scene.outputs[0]


@pytest.mark.parametrize("error", [ModelUnavailable("down"), RuntimeError("the lease is lost")])
async def test_other_errors_go_through_as_themselves(error: Exception) -> None:
    """Even from beside other calls, which are ended: callers act on the error's class."""
    endless = EndlessTool("wait")
    scene = scene_of(
        call("wait"), call("look", what="x"), tools=[endless, LoggedTool("look", outcome=error)]
    )

    with pytest.raises(type(error)) as raised:
        await scene.run()

    assert raised.value is error
    assert endless.is_cancelled


async def test_cancelling_ends_running_tools() -> None:
    """All of them, and the cancellation goes on."""
    tools: list[Tool] = [EndlessTool("one"), EndlessTool("two")]
    scene = scene_of(call("one"), call("two"), tools=tools)
    async with asyncio.TaskGroup() as group:
        run = group.create_task(scene.run())
        for tool in tools:
            assert isinstance(tool, EndlessTool)
            await tool.begun.wait()
        run.cancel()

    assert run.cancelled()
    assert [tool.is_cancelled for tool in tools if isinstance(tool, EndlessTool)] == [True, True]
    assert set(scene.journal.results) == {"model-1"}


async def test_a_question_suspends_the_run_once_the_other_calls_are_recorded() -> None:
    """Those before it and those after it."""
    log: list[str] = []
    tools: list[Tool] = [LoggedTool("change", Effect.UNSAFE, log=log), asking_tool(log)]
    calls = call("change", what="a"), call("ask", what="?"), call("change", what="b")
    scene = scene_of(*calls, tools=tools)

    with pytest.raises(Suspended) as raised:
        await scene.run()

    assert raised.value.question == "Which?"
    assert log == ["change a", "ask ?", "change b"]
    assert set(scene.journal.results) == {"model-1", "tool-1-1", "tool-1-3"}


async def test_a_suspended_run_goes_on_with_the_answer() -> None:
    """Nothing that was done is done again."""
    log: list[str] = []
    tools: list[Tool] = [LoggedTool("change", Effect.UNSAFE, log=log), asking_tool(log)]
    scene = scene_of(call("ask", what="?"), call("change", what="a"), tools=tools)
    with pytest.raises(Suspended):
        await scene.run()

    scene.journal.answer_open("tool-1-1", "the blue one")

    assert await scene.text() == "done"
    assert scene.outputs == ["the blue one", "fine a"]
    assert log == ["ask ?", "change a"]


async def test_questions_are_asked_one_by_one() -> None:
    """While one is open no other is begun, so that its answer cannot be taken for another's."""
    log: list[str] = []
    scene = scene_of(
        call("ask", what="first"), call("ask", what="second"), tools=[asking_tool(log)]
    )
    with pytest.raises(Suspended):
        await scene.run()
    assert "tool-1-2" not in scene.journal.steps
    scene.journal.answer_open("tool-1-1", "one")
    with pytest.raises(Suspended):
        await scene.run()
    scene.journal.answer_open("tool-1-2", "two")

    assert await scene.text() == "done"
    assert scene.outputs == ["one", "two"]
    assert log == ["ask first", "ask second"]


async def test_long_output_goes_to_a_file() -> None:
    """The model sees both ends and where the whole is; the journal keeps what the model saw."""
    long = "a" * EXCERPT + "b" * OUTPUT_LIMIT + "c" * EXCERPT
    scene = scene_of(call("look", what="."), tools=[LoggedTool("look", outcome=long)])

    await scene.text()

    (output,) = scene.outputs
    assert scene.spill.kept == {"run-tool-1-1": f"{long} ."}
    assert output.startswith("a" * EXCERPT + "\n[… 16,002 characters left out; ")
    assert "the whole text is in outputs/run-tool-1-1 …]\n" in output
    assert output.endswith("c ."), output[-10:]
    assert "b\n" not in output[EXCERPT:-EXCERPT]
    assert scene.journal.results["tool-1-1"] == output


async def test_output_up_to_the_limit_stays_whole() -> None:
    """Not a character is left out."""
    tool = LoggedTool("look", outcome="x" * (OUTPUT_LIMIT - 2))
    scene = scene_of(call("look", what="."), tools=[tool])

    await scene.text()

    assert scene.outputs == ["x" * (OUTPUT_LIMIT - 2) + " ."]
    assert scene.spill.kept == {}


async def test_a_full_disk_does_not_lose_what_a_tool_did() -> None:
    """The call is recorded as done, and its output says what could not be kept."""
    tool = LoggedTool("change", Effect.UNSAFE, outcome="x" * (OUTPUT_LIMIT + 1))
    scene = scene_of(call("change", what="."), tools=[tool])
    scene.spill = MemorySpill(is_full=True)

    assert await scene.text() == "done"

    assert "they could not be kept: the disk is full" in scene.outputs[0]
    assert tool.log == ["change ."]


async def test_output_is_made_well_formed() -> None:
    """No database takes a NUL or half a surrogate pair."""
    scene = scene_of(call("look", what="."), tools=[LoggedTool("look", outcome="a\0b\ud800c")])

    await scene.text()

    assert scene.outputs == ["a\ufffdb\ufffdc ."]
