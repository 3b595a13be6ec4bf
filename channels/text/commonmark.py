"""Writes a tree as CommonMark again, for messengers that read it, each in its own way.

What is written reads the same by the book and by a parser that knows less of it: every literal
mark is escaped or parted from its neighbour by a zero-width space.
Source: https://spec.commonmark.org/0.31.2
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from channels.text.marked import ZERO_WIDTH_SPACE, write
from channels.text.parse import parse
from channels.text.split import NOTHING
from channels.text.tree import (
    BREAK,
    Alignment,
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
_LINE_END: Final = "  \n"
_BACKTICKS: Final = re.compile(r"`+")
_LITERAL: Final = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)"  # a backslash that would escape what follows
    r"|`|~(?=~)|(?<=~)~"
    r"|(?<!\s)\*|\*(?!\s)"  # what may begin or end emphasis
    r"|(?<!_)(?:(?<![^\W_])_+(?![\s_])|(?<!\s)_+(?![^\W_]|_))"
)
_LITERAL_IN_LINK: Final = re.compile(rf"{_LITERAL.pattern}|[\[\]]")
_LINK_SEAM: Final = re.compile(r"(?<=\])(?=[(\[])")  # would make a link of text in brackets
_BOTH: Final = frozenset({Style.BOLD, Style.ITALIC})
_TWO_WAY_STARS: Final = re.compile(
    r"(?<=[\w\u200b])\*+(?=[\w\u200b])"  # between letters
    r"|(?<=[^\w\u200b\s*\\])\*+(?=[^\w\u200b\s*])"  # between punctuation
)
_MARK_SEAM: Final = re.compile(r"(?<=\*)(?=~)|(?<=~)(?=\*)")  # one mark is punctuation to the other
_BLOCK_MARK: Final = re.compile(
    r"(?:#{1,6}|[-+*]|\d{1,9}[.)])(?:\s|$)|>"  # a heading, an entry of a list, a quote
    r"|([-_*])\s*(?:\1\s*)+$|=+\s*$|~~~|[-:| ]+$"  # a rule, a heading's underline, code, a table
    r"|\[[^\]]*(?:\]:|$)"  # a link's definition
)
_UNSAFE_IN_ADDRESS: Final = {
    ord("<"): "%3C",
    ord(">"): "%3E",
    ord("("): "%28",
    ord(")"): "%29",
    ord("\\"): "%5C",
    ord(" "): "%20",
}
_CELL_GAP: Final = " | "
_DASHES: Final = {Alignment.LEFT: ":--", Alignment.CENTER: ":-:", Alignment.RIGHT: "--:"}
_MIN_INDENT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """What one messenger's reading of CommonMark has of its own; all functions are pure.

    `text`, `code` and `address` guard what the messenger would take for notation that is none of
    CommonMark's, such as HTML: in a text whose marks are escaped already, in code, in a link's
    address. `boxes` stand before a task that is done (True) or not. Without tables, each row is a
    line.
    """

    text: Callable[[str], str]
    code: Callable[[str], str]
    address: Callable[[str], str]
    boxes: Mapping[bool, str]
    has_tables: bool


def to_commonmark(text: str, flavour: Flavour) -> str:
    """Return CommonMark as one messenger reads it; total, never blank, and no text is lost."""
    written = _Writer(flavour).blocks(parse(text)).strip("\n")
    if written.strip():
        return written
    return _escaped(wellformed(text).strip(), flavour) or NOTHING


class _Writer:
    """Writes blocks in one flavour."""

    def __init__(self, flavour: Flavour) -> None:
        self._flavour = flavour
        self._dialect = _Markdown(flavour=flavour)

    def blocks(self, blocks: Sequence[Block], *, gap: str = "\n\n") -> str:
        """Return blocks, `gap` between two of them."""
        return gap.join(map(self._block, blocks))

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph():
                written = self._text(block.runs)
            case Heading():
                written = self._heading(block)
            case Code():
                written = self._fence(block)
            case Table():
                written = self._table(block)
            case Quote():
                written = self._quote(block)
            case List():
                written = self._list(block)
            case Rule():
                written = "---"
            case _:
                assert_never(block)
        return written

    def _inline(self, runs: Sequence[Run]) -> str:
        """Return runs with their marks, without italics where these could not be told from bold.

        Both are stars; between two letters or two marks, one that ends might as well begin.
        """
        written = write(runs, self._dialect)
        if _TWO_WAY_STARS.search(written) and any(run.styles >= _BOTH for run in runs):
            upright = [replace(run, styles=run.styles - {Style.ITALIC}) for run in runs]
            return write(upright, self._dialect)
        return written

    def _heading(self, heading: Heading) -> str:
        title = self._inline(heading.runs).strip()
        guard = ZERO_WIDTH_SPACE if title.endswith("#") else ""  # a last "#" would be taken away
        return f"{'#' * heading.level} {title}{guard}"

    def _text(self, runs: tuple[Run, ...]) -> str:
        lines = (line.strip() for line in self._inline(runs).split(BREAK))
        return _LINE_END.join(_without_block_mark(line) for line in lines if line)

    def _fence(self, code: Code) -> str:
        fence = "`" * max(3, _longest_backticks(code.text) + 1)
        language = code.language.replace("`", "")
        return f"{fence}{language}\n{self._flavour.code(code.text)}\n{fence}"

    def _table(self, table: Table) -> str:
        header, *body = table.rows
        if self._flavour.has_tables:
            dashes = f"| {_CELL_GAP.join(map(_DASHES.__getitem__, table.alignments))} |"
            return "\n".join([self._row(header), dashes, *map(self._row, body)])
        bold = tuple(tuple(_with(run, Style.BOLD) for run in cell) for cell in header)
        return _LINE_END.join(self._line(row) for row in (bold, *body))

    def _row(self, row: tuple[tuple[Run, ...], ...]) -> str:
        cells = (cell.replace("|", r"\|") for cell in self._cells(row))
        return f"| {_CELL_GAP.join(cells)} |"

    def _line(self, row: tuple[tuple[Run, ...], ...]) -> str:
        return _without_block_mark(_CELL_GAP.join(self._cells(row)).strip())

    def _cells(self, row: tuple[tuple[Run, ...], ...]) -> list[str]:
        return [self._inline(cell).replace(BREAK, " ").strip() for cell in row]

    def _quote(self, quote: Quote) -> str:
        lines = self.blocks(quote.blocks).split("\n")
        return "\n".join(f"> {line}" if line else ">" for line in lines)

    def _list(self, block: List) -> str:
        entries = (
            self._entry(item, "- " if block.start is None else f"{block.start + index}. ", block)
            for index, item in enumerate(block.items)
        )
        return ("\n\n" if block.is_loose else "\n").join(entries)

    def _entry(self, item: Item, marker: str, around: List) -> str:
        first, *rest = item.blocks or (None,)
        if first is not None and not isinstance(first, Paragraph):
            first, rest = None, list(item.blocks)
        gap = "\n\n" if around.is_loose else "\n"
        head = self._head(item, self._text(first.runs) if first is not None else "")
        # An entry that begins with an empty line would end at a second one.
        after = self.blocks(rest, gap=gap)
        content = gap.join([head, after] if after else [head]) if head else f"\n{after}"
        indent = " " * max(_MIN_INDENT, len(marker))
        lines = content.split("\n")
        return marker + "\n".join(
            [lines[0], *(f"{indent}{line}" if line else "" for line in lines[1:])]
        )

    def _head(self, item: Item, text: str) -> str:
        """Return the first text of an entry, behind its box if it is a task."""
        if item.is_done is not None:
            return f"{self._flavour.boxes[item.is_done]} {text}".strip()
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Markdown:
    """How text is marked."""

    flavour: Flavour

    @property
    def marks(self) -> Mapping[Style, str]:
        """See `Dialect.marks`."""
        return _MARKS

    def content(self, run: Run) -> str:
        """See `Dialect.content`."""
        text = run.text
        if text == BREAK:
            return text
        is_code = Style.CODE in run.styles
        shown = self._code(text) if is_code else _escaped(text, self.flavour, run.url)
        if not run.url:
            return shown
        address = self.flavour.address(run.url.translate(_UNSAFE_IN_ADDRESS))
        return f"{'!' if run.is_image else ''}[{shown}]({address})"

    def joint(self, left: str, closing: str, opening: str, right: str) -> str:
        """See `Dialect.joint`: a mark is not seen between punctuation and a letter."""
        if closing and opening:  # a zero-width space between them counts as a letter
            end, begin = self.joint(left, closing, "", "a"), self.joint("a", "", opening, right)
            return f"{end}{ZERO_WIDTH_SPACE}{begin}"
        if closing and not _is_border(right):
            guard = ZERO_WIDTH_SPACE if _is_punctuation(left) else ""
            return guard + _MARK_SEAM.sub(ZERO_WIDTH_SPACE, closing)
        if opening and not _is_border(left):
            guard = ZERO_WIDTH_SPACE if _is_punctuation(right) else ""
            return _MARK_SEAM.sub(ZERO_WIDTH_SPACE, opening) + guard
        if closing or opening:
            return closing + opening
        is_misread = f"{left}{right}" in {"``", "![", "][", "](", "<!"}
        return ZERO_WIDTH_SPACE if is_misread else ""

    def _code(self, code: str) -> str:
        mark = "`" * (_longest_backticks(code) + 1)
        pad = " " if code.startswith("`") or code.endswith("`") else ""
        return f"{mark}{pad}{self.flavour.code(code)}{pad}{mark}"


def _escaped(text: str, flavour: Flavour, url: str | None = None) -> str:
    """Return a text, maybe that of a link to `url`, of which nothing is taken for a mark."""
    unlinked = text if url else _LINK_SEAM.sub(ZERO_WIDTH_SPACE, text)
    pattern = _LITERAL_IN_LINK if url else _LITERAL
    return flavour.text(pattern.sub(_with_backslashes, unlinked))


def _with_backslashes(marks: re.Match[str]) -> str:
    return "".join(f"\\{mark}" for mark in marks[0])


def _without_block_mark(line: str) -> str:
    """Return a line of text that can't be taken for the beginning of any other block."""
    return f"{ZERO_WIDTH_SPACE}{line}" if _BLOCK_MARK.match(line) else line


def _with(run: Run, style: Style) -> Run:
    return run if run.text == BREAK else replace(run, styles=run.styles | {style})


def _longest_backticks(code: str) -> int:
    return max(map(len, _BACKTICKS.findall(code)), default=0)


def _is_border(character: str) -> bool:
    return not character or character.isspace() or _is_punctuation(character)


def _is_punctuation(character: str) -> bool:
    return character != "" and unicodedata.category(character)[0] in "PS"
