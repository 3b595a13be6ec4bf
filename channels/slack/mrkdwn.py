"""CommonMark as Slack's own markup, mrkdwn, for the places that take no other.

Rules: https://docs.slack.dev/messaging/formatting-message-text. They say nothing of what stands
around a mark; that one is only seen between white space, punctuation or a zero-width space, and
that nothing escapes one, is known from
https://github.com/seratch/ChatGPT-in-Slack/issues/61 and
https://github.com/slackhq/slack-api-docs/issues/34.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from channels.text.marked import ZERO_WIDTH_SPACE, write
from channels.text.parse import parse
from channels.text.split import NOTHING
from channels.text.table import aligned
from channels.text.tree import (
    BREAK,
    Block,
    Code,
    Heading,
    Item,
    List,
    Paragraph,
    Quote,
    Rule,
    Run,
    Style,
    Table,
)
from channels.text.wellformed import wellformed

_MARKS: Final = {Style.BOLD: "*", Style.ITALIC: "_", Style.STRIKE: "~", Style.CODE: "`"}
_MARK: Final = re.compile(r"[*_~`]")
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
_BULLETS: Final = ("•", "◦", "▪")
_INDENT: Final = "    "
_RULE: Final = "─" * 10


def to_mrkdwn(text: str) -> str:
    """Return CommonMark as mrkdwn; total, never blank, and no visible character is lost."""
    lines = _lines(parse(text), depth=0)
    written = "\n".join(line.text for line in lines).strip("\n")
    return written if written.strip() else _escaped(wellformed(text).strip()) or NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line; one of code takes no indentation and no quote's mark: they would be seen in it."""

    text: str
    is_code: bool = False


def _lines(blocks: Sequence[Block], *, depth: int) -> Iterator[_Line]:
    """Yield the lines of blocks, with an empty one between two of them."""
    for index, block in enumerate(blocks):
        if index:
            yield _Line(text="")
        yield from _block(block, depth=depth)


def _block(block: Block, *, depth: int) -> Iterator[_Line]:
    match block:
        case Paragraph():
            yield from _text(block.runs)
        case Heading():
            bold = (replace(run, styles=run.styles | {Style.BOLD}) for run in block.runs)
            yield from _text(tuple(bold))
        case Code():
            yield from _fence(block.text)
        case Table():
            yield from _fence(aligned(block))
        case Quote():
            yield from map(_quoted, _lines(block.blocks, depth=depth))
        case List():
            yield from _list(block, depth=depth)
        case Rule():
            yield _Line(text=_RULE)
        case _:
            assert_never(block)


def _text(runs: tuple[Run, ...]) -> Iterator[_Line]:
    for line in _inline(runs).split(BREAK):
        # What begins with ">" would be a quote; nothing escapes it.
        yield _Line(text=f"{ZERO_WIDTH_SPACE}{line}" if line.startswith("&gt;") else line)


def _fence(code: str) -> Iterator[_Line]:
    apart = _escaped(code).replace("```", f"`{ZERO_WIDTH_SPACE}`{ZERO_WIDTH_SPACE}`")
    for line in ("```", *apart.split("\n"), "```"):
        yield _Line(text=line, is_code=True)


def _quoted(line: _Line) -> _Line:
    """Return a line of a quote; Slack knows no quote in a quote."""
    is_done = line.is_code or line.text.startswith(">")
    return line if is_done else replace(line, text=f"> {line.text}".rstrip())


def _list(block: List, *, depth: int) -> Iterator[_Line]:
    for index, item in enumerate(block.items):
        if index and block.is_loose:
            yield _Line(text="")
        marker = _BULLETS[depth % len(_BULLETS)]
        if item.is_done is not None:
            marker = "☑" if item.is_done else "☐"
        elif block.start is not None:
            marker = f"{block.start + index}."
        yield from _item(item, marker, is_loose=block.is_loose, depth=depth)


def _item(item: Item, marker: str, *, is_loose: bool, depth: int) -> Iterator[_Line]:
    """Yield an item's lines: the first behind its marker, those of code at the margin."""
    first, *rest = _item_lines(item, is_loose=is_loose, depth=depth) or [_Line(text="")]
    if first.is_code or first.text.startswith(">"):
        yield _Line(text=marker)
        rest = [first, *rest]
    else:
        yield _Line(text=f"{marker} {first.text}".rstrip())
    for line in rest:
        at_margin = line.is_code or line.text.startswith(">") or not line.text
        yield line if at_margin else replace(line, text=f"{_INDENT}{line.text}")


def _item_lines(item: Item, *, is_loose: bool, depth: int) -> list[_Line]:
    if is_loose:
        return list(_lines(item.blocks, depth=depth + 1))
    return [line for block in item.blocks for line in _block(block, depth=depth + 1)]


def _inline(runs: tuple[Run, ...]) -> str:
    shown = tuple(map(_codable, runs))
    return write(shown, _Mrkdwn(crowded=_crowded(shown)))


def _codable(run: Run) -> Run:
    """Return a run whose code mrkdwn can mark: without a backtick, in no link, not blank."""
    if Style.CODE not in run.styles:
        return run
    code = run.text.strip()
    if "`" in code or run.url is not None or not code:
        return replace(run, styles=run.styles - {Style.CODE})
    return replace(run, text=code)


def _crowded(runs: tuple[Run, ...]) -> frozenset[str]:
    """Return the marks of which a text has so many that two could be taken for a pair."""
    counts = Counter[str]()
    for run in runs:
        counts.update(_MARK.findall(run.text) if Style.CODE not in run.styles else ())
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
        front = ZERO_WIDTH_SPACE if closes else ""
        return f"{front}{mark}{ZERO_WIDTH_SPACE}" if opens else f"{front}{mark}"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
