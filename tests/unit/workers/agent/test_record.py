"""A model's answer as the journal keeps it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workers.agent.record import decode, encode
from workers.models.protocol import ModelAnswer, ToolCall, Usage

TEXTS = st.text(max_size=20)
COUNTS = st.integers(0, 10**9)
CALLS = st.builds(ToolCall, call_id=TEXTS, name=TEXTS, arguments=TEXTS)
ANSWERS = st.builds(
    ModelAnswer,
    text=TEXTS,
    model=TEXTS,
    tool_calls=st.lists(CALLS, max_size=3).map(tuple),
    usage=st.builds(Usage, input_tokens=COUNTS, cached_tokens=COUNTS, output_tokens=COUNTS),
    is_truncated=st.booleans(),
    duration=COUNTS.map(lambda ms: timedelta(milliseconds=ms)),
)


@given(ANSWERS)
def test_an_answer_comes_back_as_it_was(answer: ModelAnswer) -> None:
    """In every field, and through text that any database takes."""
    text = encode(answer)

    assert text.isascii()
    assert "\0" not in text
    assert decode(text) == answer


@pytest.mark.parametrize(
    "text", ["", "{}", '{"text": "a"}', encode(ModelAnswer(text="", model=""))[:-1]]
)
def test_anything_else_is_refused(text: str) -> None:
    """A journal that holds half an answer is not read as a whole one."""
    with pytest.raises(ValidationError):
        decode(text)
