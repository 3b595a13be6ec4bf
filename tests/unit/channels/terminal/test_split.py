"""How a text is divided for the terminal."""

from channels.terminal.frames import MAX_FRAME_BYTES, Message
from channels.terminal.split import MAX_CHARS, split_text


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
