"""CommonMark as the Markdown that DingTalk's robots may send: less of it, and HTML is HTML.

Known are headings, quotes, bold, italic, links, images and lists; fenced code is shown as code on
computers. A line ends where two spaces stand before its end. There are no tables, no tasks and no
strike-through.
Source: https://open.dingtalk.com/document/orgapp/message-type, and for code
https://github.com/eryajf/chatgpt-dingtalk/pull/209
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, assert_never

from channels.text.marked import ZERO_WIDTH_SPACE, write
from channels.text.parse import parse
from channels.text.split import NOTHING
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

_MARKS: Final = {Style.BOLD: "**", Style.ITALIC: "*", Style.STRIKE: "~~"}
_ESCAPES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
_IN_ADDRESS: Final = {
    ord("&"): "&amp;",
    ord("<"): "%3C",
    ord(">"): "%3E",
    ord("("): "%28",
    ord(")"): "%29",
    ord("\\"): "%5C",
    ord(" "): "%20",
}
_LINE_END: Final = "  \n"
_BACKTICKS: Final = re.compile(r"`+")
_LITERAL: Final = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)"  # a backslash that would escape what follows
    r"|`|~(?=~)|(?<=~)~"
    r"|(?<!\s)\*|\*(?!\s)|(?<!\w)_(?!\s)|(?<!\s)_(?!\w)"  # what may begin or end emphasis
)
_LITERAL_IN_LINK: Final = re.compile(rf"{_LITERAL.pattern}|[\[\]]")
_LINK_SEAM: Final = re.compile(r"(?<=\])(?=[(\[])")  # would make a link of text in brackets
_BLOCK_MARK: Final = re.compile(
    r"(?:#{1,6}|[-+*]|\d{1,9}[.)])(?:\s|$)"  # a heading, an entry of a list
    r"|(?:[-=_*]\s*){2,}$|~~~|[-:| ]+$"  # a rule, code, a table
    r"|\[[^\]]*(?:\]:|$)"  # a link's definition
)
_CELL_GAP: Final = " | "
_MIN_INDENT: Final = 4


def to_dingtalk(text: str) -> str:
    """Return CommonMark as DingTalk shows it; total, never blank, no visible character is lost."""
    written = _blocks(parse(text)).strip("\n")
    return written if written.strip() else _literal(wellformed(text).strip()) or NOTHING


def _blocks(blocks: Sequence[Block], *, gap: str = "\n\n") -> str:
    return gap.join(map(_block, blocks))


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            written = _text(block.runs)
        case Heading():
            written = _heading(block)
        case Code():
            written = _fence(block)
        case Table():
            written = _table(block)
        case Quote():
            written = _quote(block)
        case List():
            written = _list(block)
        case Rule():
            written = "---"
        case _:
            assert_never(block)
    return written


def _heading(heading: Heading) -> str:
    title = _inline(heading.runs).strip()
    guard = ZERO_WIDTH_SPACE if title.endswith("#") else ""  # a last "#" would be taken away
    return f"{'#' * heading.level} {title}{guard}"


def _text(runs: tuple[Run, ...]) -> str:
    lines = (line.strip() for line in _inline(runs).split(BREAK))
    return _LINE_END.join(_without_block_mark(line) for line in lines if line)


def _without_block_mark(line: str) -> str:
    """Return a line of text that can't be taken for the beginning of any other block."""
    return f"{ZERO_WIDTH_SPACE}{line}" if _BLOCK_MARK.match(line) else line


def _fence(code: Code) -> str:
    longest = max(map(len, _BACKTICKS.findall(code.text)), default=0)
    fence = "`" * max(3, longest + 1)
    language = code.language.replace("`", "")
    return f"{fence}{language}\n{code.text}\n{fence}"


def _table(table: Table) -> str:
    """Return a table as lines: its letters are not all as wide, so nothing can be aligned."""
    header, *body = table.rows
    bold = tuple(tuple(_with(run, Style.BOLD) for run in cell) for cell in header)
    return _LINE_END.join(_row(row) for row in (bold, *body))


def _row(row: tuple[tuple[Run, ...], ...]) -> str:
    cells = (_inline(cell).replace(BREAK, " ").strip() for cell in row)
    return _without_block_mark(_CELL_GAP.join(cells).strip())


def _with(run: Run, style: Style) -> Run:
    return run if run.text == BREAK else replace(run, styles=run.styles | {style})


def _quote(quote: Quote) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in _blocks(quote.blocks).split("\n"))


def _list(block: List) -> str:
    entries = (
        _entry(item, "- " if block.start is None else f"{block.start + index}. ", block)
        for index, item in enumerate(block.items)
    )
    return ("\n\n" if block.is_loose else "\n").join(entries)


def _entry(item: Item, marker: str, around: List) -> str:
    box = {None: "", True: "☑ ", False: "☐ "}[item.is_done]
    first, *rest = item.blocks or (None,)
    if first is not None and not isinstance(first, Paragraph):
        first, rest = None, list(item.blocks)
    text = _text(first.runs) if first is not None else ""
    gap = "\n\n" if around.is_loose else "\n"
    head = f"{box}{text}".strip()
    # An entry that begins with an empty line would end at a second one.
    content = gap.join([head, *map(_block, rest)]) if head else f"\n{gap.join(map(_block, rest))}"
    indent = " " * max(_MIN_INDENT, len(marker))
    lines = content.split("\n")
    return marker + "\n".join(
        [lines[0], *(f"{indent}{line}" if line else "" for line in lines[1:])]
    )


def _inline(runs: Sequence[Run]) -> str:
    return write(runs, _Markdown())


class _Markdown:
    """How text is marked."""

    @property
    def marks(self) -> Mapping[Style, str]:
        """See `Dialect.marks`."""
        return _MARKS

    def content(self, run: Run) -> str:
        """See `Dialect.content`."""
        text = run.text
        if text == BREAK:
            return text
        shown = _code(text) if Style.CODE in run.styles else _literal(text, in_link=bool(run.url))
        if not run.url:
            return shown
        return f"{'!' if run.is_image else ''}[{shown}]({run.url.translate(_IN_ADDRESS)})"

    def joint(self, left: str, closing: str, opening: str, right: str) -> str:
        """See `Dialect.joint`: a mark is not seen between punctuation and a letter."""
        if closing and opening:  # a zero-width space between them counts as a letter
            end, begin = self.joint(left, closing, "", "a"), self.joint("a", "", opening, right)
            return f"{end}{ZERO_WIDTH_SPACE}{begin}"
        if closing:
            is_hidden = _is_punctuation(left) and not _is_border(right)
            return f"{ZERO_WIDTH_SPACE}{closing}" if is_hidden else closing
        if opening:
            is_hidden = _is_punctuation(right) and not _is_border(left)
            return f"{opening}{ZERO_WIDTH_SPACE}" if is_hidden else opening
        is_misread = (left, right) in {("`", "`"), ("!", "["), ("]", "["), ("]", "(")}
        return ZERO_WIDTH_SPACE if is_misread else ""


def _code(code: str) -> str:
    longest = max(map(len, _BACKTICKS.findall(code)), default=0)
    mark = "`" * (longest + 1)
    pad = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{mark}{pad}{code}{pad}{mark}"


def _literal(text: str, *, in_link: bool = False) -> str:
    unlinked = text if in_link else _LINK_SEAM.sub(ZERO_WIDTH_SPACE, text)
    pattern = _LITERAL_IN_LINK if in_link else _LITERAL
    return pattern.sub(r"\\\g<0>", unlinked).translate(_ESCAPES)


def _is_border(character: str) -> bool:
    return not character or character.isspace() or _is_punctuation(character)


def _is_punctuation(character: str) -> bool:
    return character != "" and unicodedata.category(character)[0] in "PS"
