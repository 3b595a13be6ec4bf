"""What DingTalk refuses of a robot's Markdown, or would show other than it is meant.

Source: https://open.dingtalk.com/document/orgapp/message-type
"""

from markdown_it import MarkdownIt

from tests.doubles.markup import MarkupRefusal, texts_of_tokens

MAX_BYTES = 20_000
"""Of a message as UTF-8: https://open.dingtalk.com/document/orgapp/custom-robot-access"""

_UNKNOWN = frozenset({"html_block", "html_inline", "table_open", "code_block"})


def check_markdown(text: str) -> str:
    """Return what is seen of a Markdown message; raises `MarkupRefusal`."""
    if not text.strip():
        raise MarkupRefusal("miss param : markdown->text")
    if len(text.encode()) > MAX_BYTES:
        raise MarkupRefusal("message too long")
    tokens = MarkdownIt("commonmark", {"maxNesting": 200}).enable("table").parse(text)
    for token in tokens:
        for one in (token, *(token.children or ())):
            if one.type in _UNKNOWN:
                raise MarkupRefusal(f"DingTalk shows no {one.type}")
    return "".join(texts_of_tokens(tokens))
