"""CommonMark as Slack's markdown blocks read it.

They follow the book, where Chinese beside a bold word hides its marks, and definitions of links
are not shown. Angle brackets are Slack's own notation there too: `<!channel>` would call everybody,
and a tag may be taken for notation that is broken. So what would be either is parted by a
zero-width space; only a mention of one person, `<@U01>`, stays what it is.
Sources: https://docs.slack.dev/reference/block-kit/blocks/markdown-block, and for what is seen
https://github.com/darkgaldragon/slack-markdown-parser/blob/main/docs/spec.md
"""

import re
from typing import Final

from channels.text.commonmark import Flavour, to_commonmark
from channels.text.marked import ZERO_WIDTH_SPACE

_NOTATION: Final = re.compile(r"<(?!@[UW][A-Z0-9]+>)(?=[A-Za-z/!?@#\\])|&(?=#?\w+;)")
_CALL: Final = re.compile(r"<(?=!)")


def to_markdown_block(text: str) -> str:
    """Return CommonMark as a markdown block; total, never blank, no visible character is lost."""
    return to_commonmark(text, _flavour())


def without_calls(text: str) -> str:
    """Return a text, code or not, in which nothing calls everybody; what goes on keeps it."""
    return _CALL.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", text)


def _flavour() -> Flavour:
    return Flavour(
        text=_without_notation,
        code=without_calls,
        address=_without_entities,
        boxes={True: "[x]", False: "[ ]"},
        has_tables=True,
    )


def _without_notation(text: str) -> str:
    return _NOTATION.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", text)


def _without_entities(address: str) -> str:
    return re.sub(r"&(?=#?\w+;)", "&amp;", address)
