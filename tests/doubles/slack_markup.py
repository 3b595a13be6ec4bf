"""What Slack refuses of a text, and how it reads its own markup.

Source: https://docs.slack.dev/messaging/formatting-message-text and
https://docs.slack.dev/reference/block-kit/blocks/markdown-block
"""

import html
import re
from functools import reduce

from markdown_it import MarkdownIt

from tests.doubles.markup import MarkupRefusal, texts_of_tokens

MAX_TEXT_CHARS = 40_000
"""Of a message's `text`: https://docs.slack.dev/reference/methods/chat.postMessage"""

MAX_MARKDOWN_CHARS = 12_000
"""Of all markdown blocks of a message together."""

_CALL = re.compile(r"<!")
_FIRST_PLACE = 0xF0000  # of the private characters that stand for code and links meanwhile
_STRAY = re.compile(r"&(?!(?:amp|lt|gt);)")
_TOKEN = re.compile(r"<([^<>\n]*)>")
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^|\s]*(?:\|[^\n]*)?", re.IGNORECASE)
_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_CODE = re.compile(r"(?<![^\W_])(?<!`)`(?![\s\u200b])([^`\n]*[^`\s\u200b])`(?![^\W_])(?!`)")
_STYLED = {
    # A mark between letters is none; one beside another mark may be.
    name: re.compile(
        rf"(?<![^\W_])(?<!{mark}){mark}(?![\s\u200b{mark}])([^\n]*?[^\s\u200b]){mark}(?![^\W_])"
    )
    for name, mark in {"b": r"\*", "i": "_", "s": "~"}.items()
}


def check_mrkdwn(text: str) -> str:
    """Return what is seen of a `text` in mrkdwn; raises `MarkupRefusal`."""
    _check_size(text, MAX_TEXT_CHARS)
    if text.count("```") % 2:
        raise MarkupRefusal("a block of code is not closed")
    if _STRAY.search(text):
        raise MarkupRefusal("an ampersand is not escaped")
    for token in _TOKEN.findall(text):
        if not _LINK.fullmatch(token):
            raise MarkupRefusal("something in angle brackets is no link")
    if re.search(r"<|(?<!^)>", _TOKEN.sub("", text), re.MULTILINE):
        raise MarkupRefusal("an angle bracket is not escaped")
    return shown_of_mrkdwn(text)


def check_markdown_block(text: str) -> str:
    """Return what is seen of a markdown block, read by the book; raises `MarkupRefusal`.

    Tags are taken for Slack's own notation, and refused here: they are parted before.
    Source: https://github.com/darkgaldragon/slack-markdown-parser/blob/main/docs/spec.md
    """
    _check_size(text, MAX_MARKDOWN_CHARS)
    if calls_somebody(text):
        raise MarkupRefusal("somebody is called who must not be")
    parser = MarkdownIt("commonmark", {"maxNesting": 200}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    if any(
        one.type.startswith("html_") for token in tokens for one in [token, *(token.children or ())]
    ):
        raise MarkupRefusal("an angle bracket begins a tag")
    return "".join(texts_of_tokens(tokens))


def calls_somebody(text: str) -> bool:
    """Tell whether a markdown text notifies a whole channel or group."""
    return _CALL.search(text) is not None


def mrkdwn_to_html(text: str) -> str:
    """Return mrkdwn as HTML, read as Slack's clients read it; its line ends stand for lines."""
    pieces = _FENCE.split(text)
    shown = [
        f"<pre>{piece}</pre>" if index % 2 else _lines_to_html(piece)
        for index, piece in enumerate(pieces)
    ]
    return "".join(shown)


def shown_of_mrkdwn(text: str) -> str:
    """Return what is seen of mrkdwn, as text."""
    return html.unescape(re.sub(r"</?[^>]*>", "", mrkdwn_to_html(text)))


def _lines_to_html(text: str) -> str:
    return "\n".join(
        f"<blockquote>{_inline_to_html(line[1:].lstrip())}</blockquote>"
        if line.startswith(">")
        else _inline_to_html(line)
        for line in text.split("\n")
    )


def _inline_to_html(line: str) -> str:
    """Return one line with its links, then its code, then its styles, which may hold both."""
    kept: list[str] = []

    def keep(shown: str) -> str:
        kept.append(shown)
        return chr(_FIRST_PLACE + len(kept) - 1)

    linked = re.sub(r"<[^<>]*>", lambda token: keep(_link_to_html(token[0])), line)
    coded = _CODE.sub(lambda code: keep(f"<code>{code[1]}</code>"), linked)
    styled = reduce(_with_style, _STYLED, coded)
    for number in range(len(kept), 0, -1):  # code may hold a link
        styled = styled.replace(chr(_FIRST_PLACE + number - 1), kept[number - 1])
    return styled


def _with_style(text: str, name: str) -> str:
    return _STYLED[name].sub(rf"<{name}>\1</{name}>", text)


def _link_to_html(token: str) -> str:
    url, _, label = token[1:-1].partition("|")
    return f'<a href="{url}">{reduce(_with_style, _STYLED, label or url)}</a>'


def _check_size(text: str, most: int) -> None:
    if not text.strip():
        raise MarkupRefusal("no_text")
    if len(text) > most:
        raise MarkupRefusal("msg_too_long")
