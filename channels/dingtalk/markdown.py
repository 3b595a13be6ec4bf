"""CommonMark as the Markdown that DingTalk's robots may send: less of it, and HTML is HTML.

Known are headings, quotes, bold, italic, links, images and lists; fenced code is shown as code on
computers. A line ends where two spaces stand before its end. There are no tables, no tasks and no
strike-through.
Source: https://open.dingtalk.com/document/orgapp/message-type, and for code
https://github.com/eryajf/chatgpt-dingtalk/pull/209
"""

from typing import Final

from channels.text.commonmark import Flavour, to_commonmark

_ESCAPES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


def to_dingtalk(text: str) -> str:
    """Return CommonMark as DingTalk shows it; total, never blank, no visible character is lost."""
    return to_commonmark(text, _flavour())


def _flavour() -> Flavour:
    return Flavour(
        text=_without_html,
        code=_as_it_is,
        address=_without_html,
        boxes={True: "☑", False: "☐"},
        has_tables=False,
    )


def _without_html(text: str) -> str:
    return text.translate(_ESCAPES)


def _as_it_is(code: str) -> str:
    return code
