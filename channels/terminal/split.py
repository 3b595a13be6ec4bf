"""How a long text is divided for the terminal: hardly ever."""

from collections.abc import Sequence

from channels.text.wellformed import wellformed

MAX_CHARS = 300_000  # JSON needs six bytes for a character at worst, and a frame holds 2 MiB


def split_text(text: str) -> Sequence[str]:
    """Divide CommonMark into parts that each fit one frame."""
    if 0 < len(text) <= MAX_CHARS and text == text.strip():
        return (wellformed(text),)  # as below, without what reads CommonMark: it loads slowly
    from channels.text.split import split_markdown  # noqa: PLC0415 - see above

    return split_markdown(text, lambda part: len(part) <= MAX_CHARS)
