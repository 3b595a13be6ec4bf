"""How a long text is divided for the terminal: hardly ever."""

from collections.abc import Sequence

from channels.text.split import split_markdown

MAX_CHARS = 300_000  # JSON needs six bytes for a character at worst, and a frame holds 2 MiB


def split_text(text: str) -> Sequence[str]:
    """Divide CommonMark into parts that each fit one frame."""
    return split_markdown(text, lambda part: len(part) <= MAX_CHARS)
