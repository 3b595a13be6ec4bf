"""Quirks of compatible servers that `workers.models.responses` puts up with."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from workers.models.answer import AnswerBuilder
from workers.models.errors import ModelUnavailable
from workers.models.protocol import ModelAnswer, ModelRequest, ToolCall
from workers.models.responses import ResponsesReducer

NO_REQUEST = ModelRequest(instructions="", items=())
CREATED = {"type": "response.created", "response": {}}
COMPLETED = {"type": "response.completed", "response": {}}
MESSAGE = {"type": "message", "content": [{"type": "output_text", "text": "It rains."}]}
CALL = {"type": "function_call", "call_id": "c1", "name": "clock", "arguments": "{}"}
CLOCK = ToolCall(call_id="c1", name="clock", arguments="{}")


def reducer() -> ResponsesReducer:
    """Return a new reducer."""
    return ResponsesReducer(AnswerBuilder("m", NO_REQUEST))


def reduced(*events: object) -> ModelAnswer:
    """Fold events into an answer and check that the text was shown."""
    folding = reducer()
    shown = "".join([folding.feed(event) for event in events]) + folding.end_text()
    assert folding.is_finished
    answer = folding.build(timedelta(0))
    assert answer.text == shown
    return answer


def delta(text: object) -> object:
    """Return a text delta without numbers, as llama.cpp sends it."""
    return {"type": "response.output_text.delta", "delta": text}


def done(item: object) -> object:
    """Return the end of an item."""
    return {"type": "response.output_item.done", "item": item}


def test_repeated_beginnings_and_unknown_events_add_nothing() -> None:
    """llama.cpp sends `response.created` many times."""
    answer = reduced(CREATED, CREATED, {"type": "response.new"}, delta("hi"), CREATED, COMPLETED)
    assert answer.text == "hi"


def test_a_message_without_deltas_is_taken_from_its_item() -> None:
    """And not twice where there were deltas."""
    assert reduced(done(MESSAGE), COMPLETED).text == "It rains."
    assert reduced(delta("It rains."), done(MESSAGE), COMPLETED).text == "It rains."


def test_an_answer_that_is_only_in_the_terminal_event_is_taken_from_there() -> None:
    """Text and calls alike."""
    output = [{"type": "reasoning", "content": "?"}, MESSAGE, CALL]
    answer = reduced({"type": "response.completed", "response": {"output": output}})
    assert (answer.text, answer.tool_calls) == ("It rains.", (CLOCK,))


def test_what_the_stream_told_is_not_taken_twice_from_the_terminal_event() -> None:
    """The whole output is repeated there."""
    terminal = {"type": "response.completed", "response": {"output": [MESSAGE, CALL]}}
    answer = reduced(delta("It rains."), done(MESSAGE), done(CALL), terminal)
    assert (answer.text, answer.tool_calls) == ("It rains.", (CLOCK,))


def test_two_messages_are_two_paragraphs() -> None:
    """A model may speak before and after its reasoning."""
    answer = reduced(delta("One."), done(MESSAGE), delta("Two."), done(MESSAGE), COMPLETED)
    assert answer.text == "One.\n\nTwo."


def test_a_refusal_is_what_the_model_said() -> None:
    """It is shown to the person like any text."""
    event = {"type": "response.refusal.delta", "delta": "I can't."}
    assert reduced(event, COMPLETED).text == "I can't."


def test_complete_arguments_are_no_complete_call() -> None:
    """Only the end of the item is: its name and id are certain then."""
    arguments = {"type": "response.function_call_arguments.done", "arguments": "{}", "name": "x"}
    assert reduced(arguments, COMPLETED).tool_calls == ()


def test_a_call_that_was_cut_is_left_out() -> None:
    """It ends as incomplete, even if its text happens to be JSON."""
    answer = reduced(
        done({**CALL, "status": "incomplete"}),
        {"type": "response.incomplete", "response": {}},
    )
    assert answer.tool_calls == ()
    assert answer.is_truncated


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"type": 5}, "type"),
        (delta(5), "delta"),
        (done(None), ""),
        (done({**CALL, "arguments": {"n": 1}}), "arguments"),
        (done({**CALL, "name": None}), "name"),
        (done({**MESSAGE, "content": "text"}), "content"),
        ({"type": "response.completed"}, "response"),
        ({"type": "response.completed", "response": {"usage": {"input_tokens": "x"}}}, "usage"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(event: object, field: str) -> None:
    """The error says where it is."""
    with pytest.raises(ValidationError) as caught:
        reducer().feed(event)
    assert field in {"", *(str(part) for error in caught.value.errors() for part in error["loc"])}


def test_a_failure_without_reason_is_unavailable() -> None:
    """There is always a sentence."""
    with pytest.raises(ModelUnavailable, match="without a reason"):
        reducer().feed({"type": "response.failed", "response": {"error": None}})
