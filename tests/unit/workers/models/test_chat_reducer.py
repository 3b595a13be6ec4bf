"""Quirks of compatible servers that `workers.models.chat` puts up with."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from workers.models.answer import AnswerBuilder
from workers.models.chat import ChatReducer
from workers.models.errors import ModelUnavailable
from workers.models.protocol import ModelAnswer, ModelRequest, ToolCall

NO_REQUEST = ModelRequest(instructions="", items=())


def reducer() -> ChatReducer:
    """Return a new reducer."""
    return ChatReducer(AnswerBuilder("m", NO_REQUEST))


def chunk(finish: str | None = None, **delta: object) -> object:
    """Return a chunk with that delta."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def reduced(*events: object) -> ModelAnswer:
    """Fold events into an answer."""
    folding = reducer()
    for event in events:
        folding.feed(event)
    assert folding.is_finished
    folding.end_text()
    return folding.build(timedelta(0))


def piece(name: str, arguments: str, **more: object) -> object:
    """Return a piece of a tool call."""
    return {"function": {"name": name, "arguments": arguments}, **more}


def test_calls_that_all_have_the_number_zero_are_told_apart_by_their_ids() -> None:
    """As Gemini's compatible endpoint sends them."""
    answer = reduced(
        chunk(tool_calls=[piece("a", "{}", index=0, id="x")]),
        chunk(tool_calls=[piece("b", "{}", index=0, id="y")]),
        chunk("tool_calls"),
    )
    assert [call.name for call in answer.tool_calls] == ["a", "b"]


def test_calls_without_number_are_told_apart_by_their_place() -> None:
    """Some servers leave the index out."""
    answer = reduced(
        chunk(tool_calls=[piece("a", '{"n":'), piece("b", "{}")]),
        chunk(tool_calls=[piece("", "1}")]),
        chunk("stop"),
    )
    assert [(call.name, call.arguments) for call in answer.tool_calls] == [
        ("a", '{"n":1}'),
        ("b", "{}"),
    ]


def test_an_id_that_is_repeated_with_every_piece_is_one_call() -> None:
    """And the name with it."""
    answer = reduced(
        chunk(tool_calls=[piece("a", '{"n"', index=0, id="x")]),
        chunk(tool_calls=[piece("a", ":1}", index=0, id="x")]),
        chunk("tool_calls"),
    )
    assert answer.tool_calls == (ToolCall(call_id="x", name="a", arguments='{"n":1}'),)


def test_content_in_parts_keeps_its_text_only() -> None:
    """Mistral's reasoning models send parts."""
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    answer = reduced(
        chunk(content=[thought]), chunk(content=[{"type": "text", "text": "yes"}]), chunk("stop")
    )
    assert answer.text == "yes"


def test_a_refusal_is_what_the_model_said() -> None:
    """It is shown to the person like any text."""
    assert reduced(chunk(refusal="I can't."), chunk("stop")).text == "I can't."


def test_usage_beside_the_finish_reason_counts() -> None:
    """As llama.cpp sends it."""
    answer = reduced(
        {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}}
    )
    assert answer.usage.input_tokens == 3


def test_other_choices_and_empty_chunks_add_nothing() -> None:
    """We asked for one answer."""
    other = {"choices": [{"index": 1, "delta": {"content": "no"}, "finish_reason": "stop"}]}
    answer = reduced({}, {"choices": []}, {"choices": None}, other, chunk("stop", content="yes"))
    assert answer.text == "yes"


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (chunk(content=5), "content"),
        (chunk(tool_calls="none"), "tool_calls"),
        (chunk(tool_calls=[piece("a", "{}", index="first")]), "index"),
        (chunk(tool_calls=[{"function": {"arguments": {"n": 1}}}]), "arguments"),
        ({"choices": {}}, "choices"),
        ({"usage": {"prompt_tokens": "many"}}, "prompt_tokens"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(event: object, field: str) -> None:
    """The error says where it is."""
    with pytest.raises(ValidationError) as caught:
        reducer().feed(event)
    assert field in {str(part) for error in caught.value.errors() for part in error["loc"]}


def test_a_call_without_name_is_no_answer() -> None:
    """Nothing could be run."""
    folding = reducer()
    folding.feed(chunk(tool_calls=[{"index": 0, "id": "x", "function": {"arguments": "{}"}}]))
    with pytest.raises(ModelUnavailable, match="name"):
        folding.feed(chunk("tool_calls"))


def test_an_answer_that_the_provider_broke_off_is_no_answer() -> None:
    """OpenRouter's way of saying that its upstream failed."""
    with pytest.raises(ModelUnavailable, match="error"):
        reducer().feed(chunk("error"))
