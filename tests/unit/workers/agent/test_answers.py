"""How the loop gets from a request to an answer."""

import asyncio

import pytest

from tests.doubles.model_answering import NAME, USAGE, AnsweringModel, asks_for, call, says
from tests.doubles.tools import LoggedTool
from tests.unit.workers.agent.scene import Scene
from workers.agent.journal import ModelCost, StepKind
from workers.agent.loop import CUT, NUDGE
from workers.agent.result import AgentAnswer, StopReason
from workers.models.errors import ModelRejected, ModelUnavailable
from workers.models.protocol import (
    AssistantTurn,
    StreamRestarted,
    TextDelta,
    ToolOutput,
    UserText,
)


class Reader:
    """A report that shows what a person would see."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._text = ""

    def text(self, delta: str) -> None:
        """Show the text so far."""
        self._text += delta
        self.seen.append(self._text)

    def restarted(self) -> None:
        """Begin again."""
        self._text = ""


async def test_a_plain_answer_ends_the_run() -> None:
    """The model is asked once, with the soul's instructions before those of the request."""
    scene = Scene(model=AnsweringModel(says("Hello!")))

    result = await scene.run()

    assert result == AgentAnswer(text="Hello!", model=NAME, steps=1, tokens=110)
    (request,) = scene.model.requests
    assert request.instructions == "Be a worker.\n\nHere and now."
    assert request.items == (UserText(text="Do it."),)


async def test_outputs_of_tools_go_back_to_the_model() -> None:
    """Each round adds the model's turn and what its calls returned."""
    first, second = call("look", what="a"), call("look", what="b")
    model = AnsweringModel(asks_for(first, text="Well."), asks_for(second), says("done"))
    scene = Scene(model=model, tools=[LoggedTool("look")])

    assert await scene.text() == "done"

    assert scene.last_items == (
        UserText(text="Do it."),
        AssistantTurn(text="Well.", tool_calls=(first,)),
        ToolOutput(call_id=first.call_id, output="fine a"),
        AssistantTurn(text="", tool_calls=(second,)),
        ToolOutput(call_id=second.call_id, output="fine b"),
    )


async def test_the_model_is_offered_the_tools() -> None:
    """All of the box, in every call."""
    tools = [LoggedTool("look"), LoggedTool("listen")]
    model = AnsweringModel(asks_for(call("look", what="a")), says("done"))

    await Scene(model=model, tools=tools).text()

    assert [request.tools for request in model.requests] == [tuple(t.spec for t in tools)] * 2


async def test_an_answer_is_recorded_with_what_follows_from_it() -> None:
    """A tool call is an intent, then done; what the model said is recorded before or with it."""
    model = AnsweringModel(asks_for(call("look", what="a")), says("done"))
    scene = Scene(model=model, tools=[LoggedTool("look")])

    await scene.text()

    assert scene.journal.writes == [
        ["done model-1", "intent tool-1-1"],
        ["done tool-1-1"],
        ["done model-2"],
    ]
    step = scene.journal.steps["tool-1-1"]
    assert (step.kind, step.name, step.request) == (StepKind.TOOL, "look", '{"what": "a"}')


async def test_what_a_model_call_cost_is_recorded_with_it() -> None:
    """Under the name of the model that answered."""
    scene = Scene(model=AnsweringModel(says("done")))

    await scene.text()

    cost = ModelCost(model=NAME, usage=USAGE, duration=says("").duration)
    assert scene.journal.costs == {"model-1": cost}


async def test_a_tool_learns_which_call_it_serves() -> None:
    """Its step's id is the same whenever the call is repeated, and no other call's."""
    tool = LoggedTool("look")
    calls = call("look", what="a"), call("look", what="b")

    await Scene(model=AnsweringModel(asks_for(*calls), says("done")), tools=[tool]).text()

    assert [(one.task_id, one.step_id) for one in tool.contexts] == [
        ("task", "run/tool-1-1"),
        ("task", "run/tool-1-2"),
    ]


async def test_an_empty_answer_is_asked_for_again() -> None:
    """Twice at most, and the model is told why."""
    scene = Scene(model=AnsweringModel(says(""), says(" \n"), says("at last")))

    assert await scene.text() == "at last"

    assert scene.last_items.count(UserText(text=NUDGE)) == 2


async def test_a_third_empty_answer_ends_the_run() -> None:
    """With its own reason."""
    stopped = await Scene(model=AnsweringModel(says(""), says(""), says(""))).stop()

    assert stopped.reason is StopReason.EMPTY_ANSWER


async def test_an_answer_that_was_cut_off_says_so() -> None:
    """A person must not take a half answer for a whole one."""
    scene = Scene(model=AnsweringModel(says("Once upon", is_truncated=True)))

    assert await scene.text() == f"Once upon{CUT}"


async def test_a_growing_answer_is_shown() -> None:
    """Piece by piece; a new try of the model takes back what the first one said."""
    line = (TextDelta(text="I th"), StreamRestarted(), TextDelta(text="Yes"), says("Yes"))
    reader = Reader()

    await Scene(model=AnsweringModel(line), report=reader).text()

    assert reader.seen == ["I th", "Yes"]


async def test_each_answer_is_shown_on_its_own() -> None:
    """Words that came along with tool calls are no part of the answer that follows."""
    reader = Reader()
    model = AnsweringModel(asks_for(call("look", what="a"), text="Well."), says("Done!"))

    await Scene(model=model, tools=[LoggedTool("look")], report=reader).text()

    assert reader.seen == ["We", "Well.", "Do", "Done!"]


async def test_a_recorded_answer_is_not_shown_again() -> None:
    """Only what is said now is."""
    scene = Scene(model=AnsweringModel(says("Done!")))
    await scene.text()
    scene.report = reader = Reader()

    assert await scene.text() == "Done!"

    assert reader.seen == []


async def test_a_refusal_of_the_provider_ends_the_run() -> None:
    """Nothing would be gained by asking again."""
    stopped = await Scene(model=AnsweringModel(ModelRejected("no credit"))).stop()

    assert (stopped.reason, stopped.detail) == (StopReason.MODEL_REJECTED, "no credit")


async def test_a_model_that_is_down_is_the_callers_matter() -> None:
    """The run can go on later: the call is an intent without a result."""
    scene = Scene(model=AnsweringModel(ModelUnavailable("down"), says("back")))
    with pytest.raises(ModelUnavailable, match="down"):
        await scene.run()

    assert await scene.text() == "back"


async def test_a_stream_without_an_answer_is_a_passing_trouble() -> None:
    """Its words are not taken for the answer."""
    with pytest.raises(ModelUnavailable, match="without an answer"):
        await Scene(model=AnsweringModel((TextDelta(text="half"),))).run()


async def test_the_stream_is_closed_after_the_answer() -> None:
    """A connection must not wait for the garbage collector."""
    scene = Scene(model=AnsweringModel((says("Hello!"), asyncio.Event())))

    await scene.text()

    assert scene.model.closed == 1


async def test_cancelling_ends_the_model_call() -> None:
    """The stream is closed, nothing is recorded as done, and the cancellation goes on."""
    never = asyncio.Event()
    scene = Scene(model=AnsweringModel((TextDelta(text="half"), never)))
    async with asyncio.TaskGroup() as group:
        run = group.create_task(scene.run())
        await scene.model.begun.wait()
        run.cancel()

    assert run.cancelled()
    assert scene.model.closed == 1
    assert scene.journal.results == {}
