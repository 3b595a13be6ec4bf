"""CommonMark as Slack's own markup, mrkdwn, for the places that take no other.

Rules: https://docs.slack.dev/messaging/formatting-message-text. They say nothing of what stands
around a mark; that one is only seen between white space, punctuation or a zero-width space, and
that nothing escapes one, is known from
https://github.com/seratch/ChatGPT-in-Slack/issues/61 and
https://github.com/slackhq/slack-api-docs/issues/34.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from channels.text.layout import Line, laid_out
from channels.text.marked import ZERO_WIDTH_SPACE, write
from channels.text.parse import parse
from channels.text.split import NOTHING
from channels.text.tree import BREAK, Run, Style
from channels.text.wellformed import wellformed

_MARKS: Final = {Style.BOLD: "*", Style.ITALIC: "_", Style.STRIKE: "~", Style.CODE: "`"}
_MARK: Final = re.compile(r"[*_~`]")
_FIRST_MARKS: Final = re.compile(r"\s*[*_~`][\s*_~`]*")
_LAST_MARKS: Final = re.compile(r"(?:(?<=[^\s*_~`])|^)\s*[*_~`][\s*_~`]*$")
_ESCAPES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_LINKED: Final = ("http://", "https://", "mailto:", "tel:")
_IN_ADDRESS: Final = {
    ord("&"): "&amp;",
    ord("<"): "%3C",
    ord(">"): "%3E",
    ord("|"): "%7C",
    ord(" "): "%20",
}
_BEFORE_MARK: Final = frozenset("([{\"'“‘")
_AFTER_MARK: Final = frozenset(".,;:!?)]}\"'”’")


def to_mrkdwn(text: str) -> str:
    """Return CommonMark as mrkdwn; total, never blank, and no visible character is lost."""
    written = "\n".join(map(_written, laid_out(parse(text)))).strip("\n")
    return written if written.strip() else _unfenced(wellformed(text).strip()) or NOTHING


def _written(line: Line) -> str:
    if line.code is not None:
        return _fence(line.code.text)  # in a quote, its marks would be seen in the code
    text = f"{line.prefix}{_inline(line.runs)}".rstrip()
    if line.is_quoted:
        return f"> {text}".rstrip()
    # What begins with ">" would be a quote; nothing escapes it.
    return f"{ZERO_WIDTH_SPACE}{text}" if text.startswith("&gt;") else text


def _fence(code: str) -> str:
    return f"```\n{_unfenced(code)}\n```"


def _unfenced(text: str) -> str:
    """Return text, escaped, in which no block of code begins or ends."""
    return _escaped(text).replace("```", f"`{ZERO_WIDTH_SPACE}`{ZERO_WIDTH_SPACE}`")


def _inline(runs: tuple[Run, ...]) -> str:
    shown = tuple(piece for run in runs for piece in _markable(_codable(run)))
    return write(shown, _Mrkdwn(crowded=_crowded(shown)))


def _codable(run: Run) -> Run:
    """Return a run whose code mrkdwn can mark: without a backtick, in no link, not blank."""
    if Style.CODE not in run.styles:
        return run
    code = run.text.strip()
    if "`" in code or run.url is not None or not code:
        return replace(run, styles=run.styles - {Style.CODE})
    return replace(run, text=code)


def _markable(run: Run) -> Iterator[Run]:
    """Yield a run, the marks at its ends without style, for beside ours they would be misread."""
    if not run.styles or Style.CODE in run.styles or run.url is not None:
        yield run
        return
    first, last = _FIRST_MARKS.match(run.text), _LAST_MARKS.search(run.text)
    start = first.end() if first else 0
    end = max(start, last.start()) if last else len(run.text)
    ends = frozenset[Style]()
    texts = ((run.text[:start], ends), (run.text[start:end], run.styles), (run.text[end:], ends))
    for text, styles in texts:
        if text:
            yield replace(run, text=text, styles=styles)


def _crowded(runs: tuple[Run, ...]) -> frozenset[str]:
    """Return the marks of which a text has so many that two could be taken for a pair."""
    counts = Counter[str]()
    for run in runs:
        counts.update(_MARK.findall(run.text) if Style.CODE not in run.styles else ())
        counts.update(_MARK.findall(run.url or ""))
        counts.update(_MARKS[style] for style in run.styles)
    return frozenset(mark for mark, count in counts.items() if count > 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mrkdwn:
    """How text is marked in a paragraph in which `crowded` marks may be misread."""

    crowded: frozenset[str]

    @property
    def marks(self) -> Mapping[Style, str]:
        return _MARKS

    def content(self, run: Run) -> str:
        """See `Dialect.content`."""
        if run.url is not None:
            return self._link(run.text.strip() or run.url, run.url)
        return _escaped(run.text if Style.CODE in run.styles else self._apart(run.text))

    def joint(self, left: str, closing: str, opening: str, right: str) -> str:
        """See `Dialect.joint`: a mark is only seen at the border of a word."""
        if closing and opening:
            return f"{closing}{ZERO_WIDTH_SPACE}{opening}"
        if closing:
            is_seen = not right or right.isspace() or right in _AFTER_MARK
            return closing if is_seen else f"{closing}{ZERO_WIDTH_SPACE}"
        if opening:
            is_seen = not left or left.isspace() or left in _BEFORE_MARK
            return opening if is_seen else f"{ZERO_WIDTH_SPACE}{opening}"
        return ""

    def _link(self, text: str, url: str) -> str:
        label = _escaped(self._apart(text.replace(BREAK, " ")))
        if url.lower().startswith(_LINKED):
            return f"<{url.translate(_IN_ADDRESS)}|{label}>"
        return label if text == url else f"{label} ({_escaped(self._apart(url))})"

    def _apart(self, text: str) -> str:
        """Return text in which no mark can be taken for the beginning or the end of a style."""
        if not self.crowded:
            return text
        return _MARK.sub(lambda mark: self._guarded(text, mark.start()), text)

    def _guarded(self, text: str, at: int) -> str:
        mark, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
        if mark not in self.crowded:
            return mark
        opens = not before.isalnum() and not after.isspace()
        closes = not after.isalnum() and not before.isspace()
        return f"{ZERO_WIDTH_SPACE}{mark}{ZERO_WIDTH_SPACE}" if opens or closes else mark


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
