"""What DingTalk refuses of a robot's Markdown, or would show other than it is meant.

Source: https://open.dingtalk.com/document/orgapp/message-type
"""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.doubles.markup import MarkupRefusal

MAX_BYTES = 20_000
"""Of a message as UTF-8: https://open.dingtalk.com/document/orgapp/custom-robot-access"""

_UNKNOWN = frozenset({"html_block", "html_inline", "table_open", "code_block"})


def check_markdown(text: str) -> str:
    """Return what is seen of a Markdown message; raises `MarkupRefusal`."""
    if not text.strip():
        raise MarkupRefusal("miss param : markdown->text")
    if len(text.encode()) > MAX_BYTES:
        raise MarkupRefusal("message too long")
    return "".join(
        _texts(MarkdownIt("commonmark", {"maxNesting": 200}).enable("table").parse(text))
    )


def _texts(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in _UNKNOWN:
            raise MarkupRefusal(f"DingTalk shows no {token.type}")
        if token.children is not None:
            yield from _texts(token.children)
        elif token.type == "list_item_open":
            yield f"{token.info}{token.markup} "
        elif token.type.endswith("break"):
            yield "\n"
        else:
            yield token.content
