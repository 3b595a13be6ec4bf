"""Blocks of HTML in a text: shown as they are written, and so also where one is divided."""

import re
from typing import Final

from channels.text.outline import elements

_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")
"""What a backslash may stand before: https://spec.commonmark.org/0.31.2/#backslash-escapes"""


def html_as_text(text: str) -> str:
    """Return a well-formed text that reads the same and holds no block of HTML.

    Nothing could open a block of HTML again without being seen itself; as text it can be cut
    anywhere.
    """
    pieces: list[str] = []
    last = 0
    for name, _, start, end in elements(text):
        if name == "Html":
            pieces += [text[last:start], _literal(text[start:end])]
            last = end
    return "".join([*pieces, text[last:]])


def _literal(line: str) -> str:
    return _PUNCTUATION.sub(r"\\\g<0>", line.lstrip(" \t"))
