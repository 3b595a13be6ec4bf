"""How a text is divided for the terminal."""

from hypothesis import given
from hypothesis import strategies as st

from channels.terminal.frames import MAX_FRAME_BYTES, Message
from channels.terminal.split import MAX_CHARS, split_text
from channels.text.split import split_markdown


def test_long_answer_stays_in_one_part() -> None:
    """A terminal scrolls, so an answer is not cut into messages."""
    text = "A line of an answer.\n" * 10_000

    assert split_text(text) == (text.strip(),)


def test_every_part_fits_a_frame_at_its_worst() -> None:
    """Even characters that JSON must escape stay under the frame's limit."""
    parts = split_text("\x1b" * (2 * MAX_CHARS))

    frames = [Message(id="x" * 200, text=part).model_dump_json().encode() for part in parts]

    assert len(parts) >= 2
    assert max(map(len, frames)) <= MAX_FRAME_BYTES


MARKDOWN = st.lists(
    st.sampled_from(
        ["a", "b ", "\n", "```", "```py\n", "- ", "  ", "> ", "1. ", "|", "\ud800", "\u200b"]
    )
    | st.text(max_size=5),
    max_size=14,
)


@given(pieces=MARKDOWN)
def test_short_answer_is_divided_as_any_other(pieces: list[str]) -> None:
    """The short way for what fits anyway gives what dividing gives."""
    text = "".join(pieces)

    assert split_text(text) == split_markdown(text, lambda part: len(part) <= MAX_CHARS)
