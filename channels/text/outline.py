"""Where a CommonMark text may be divided, as its parser sees it."""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyromark

_OPTIONS: Final = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
)
_INDIVISIBLE: Final = frozenset(
    {"Emphasis", "Strong", "Strikethrough", "Link", "Image", "TableHead", "TableRow"}
    | {"Code", "InlineHtml"}
)
_TEXTS: Final = frozenset({"Text", "Code", "Html", "InlineHtml"})
_FENCE: Final = re.compile(r"(?P<marker>`{3,}|~{3,})[ \t]*(?P<language>[^\s`]*)")
_CONTAINER_MARKS: Final = " \t>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced code block or a table: divided, it is closed and opened again.

    `start`, `body` and `end` are offsets: of its first line's marker, of the first line after what
    `opener` repeats, and of what follows it. `prefix` is what its container (a quote, a list item)
    puts before its lines. `is_closed` tells whether its own last line closes it.
    """

    start: int
    body: int
    end: int
    opener: str
    closer: str
    prefix: str
    is_closed: bool

    def without_container(self, lines: str, column: int) -> str:
        """Return `lines` of this block as they would stand outside quotes and lists.

        The first of them begins at `column` of its line.
        """
        return _without_prefix(lines, self.prefix, column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The structure of a text, in offsets of its characters, each tuple in ascending order.

    `paragraphs` are the starts of the outermost blocks. `spans` are what should stay whole, such as
    a link or a heading with the line after it; they don't overlap. `indents` are the places from
    which on the lines of a list item are indented by so many columns. `texts` are what holds no
    markup; `indented_codes` are blocks of code without a fence.
    """

    paragraphs: tuple[int, ...]
    blocks: tuple[Block, ...]
    spans: tuple[tuple[int, int], ...]
    indents: tuple[tuple[int, int], ...]
    texts: tuple[tuple[int, int], ...]
    indented_codes: tuple[tuple[int, int], ...]

    def block_at(self, offset: int) -> Block | None:
        """Return the block that a cut at `offset` would divide."""
        index = bisect.bisect_right(self.blocks, offset, key=lambda block: block.body) - 1
        return self.blocks[index] if index >= 0 and offset < self.blocks[index].end else None

    def span_end(self, offset: int) -> int:
        """Return the end of the span that a cut at `offset` would divide, or `offset`."""
        index = bisect.bisect_left(self.spans, (offset, 0)) - 1
        return max(offset, self.spans[index][1]) if index >= 0 else offset

    def is_text(self, offset: int) -> bool:
        """Tell whether what stands at `offset` is text, whatever mark it looks like."""
        return _holds(self.texts, offset)

    def is_indented_code(self, offset: int) -> bool:
        """Tell whether `offset` is in code that its indentation alone makes code."""
        return _holds(self.indented_codes, offset)

    def indent_at(self, offset: int) -> int:
        """Return by how many columns the innermost list item around `offset` is indented."""
        index = bisect.bisect_right(self.indents, offset, key=lambda indent: indent[0]) - 1
        return self.indents[index][1] if index >= 0 else 0

    def indent_change_after(self, offset: int) -> int | None:
        """Return the next place after `offset` where a list item begins or ends."""
        index = bisect.bisect_right(self.indents, offset, key=lambda indent: indent[0])
        return self.indents[index][0] if index < len(self.indents) else None


def outline(text: str) -> Outline:
    """Parse `text`, which must be well-formed, in time linear to its length."""
    found = _Findings()
    for name, depth, start, end in elements(text):
        found.add(text, name, depth, start, end)
    return Outline(
        paragraphs=tuple(sorted(set(found.paragraphs))),
        blocks=tuple(found.blocks),
        spans=tuple(_merged(found.spans)),
        indents=tuple(_indents(found.items)),
        texts=tuple(found.texts),
        indented_codes=tuple(found.indented_codes),
    )


class _Findings:
    """What a pass over the elements collects."""

    def __init__(self) -> None:
        self.paragraphs: list[int] = []
        self.blocks: list[Block] = []
        self.spans: list[tuple[int, int]] = []
        self.items: list[tuple[int, int, int]] = []  # start, end, columns before the content
        self.texts: list[tuple[int, int]] = []
        self.indented_codes: list[tuple[int, int]] = []
        self._opened_item: tuple[int, int] | None = None

    def add(self, text: str, name: str, depth: int, start: int, end: int) -> None:
        """Take one element, in the order of their starts."""
        if self._opened_item is not None:
            self._open_item(text, *self._opened_item, content=start)
        self._opened_item = (start, end) if name == "Item" else None
        if depth == 0 and name not in _INDIVISIBLE:
            self.paragraphs.append(text.rfind("\n", 0, start) + 1)
        if name in _TEXTS:
            self.texts.append((start, end))
        if name in _INDIVISIBLE:
            self.spans.append((start, end))
        elif name == "Heading":
            self.spans.append((start, _start_of_text(text, end)))
        elif name == "Table":
            self.blocks.append(_table(text, start, end))
            self.spans.append((start, min(self.blocks[-1].body + 1, end)))
        elif name == "CodeBlock":
            self._add_code(text, start, end)

    def _add_code(self, text: str, start: int, end: int) -> None:
        fence = _FENCE.match(text, start)
        if fence is None:
            self.indented_codes.append((start, end))
            return
        self.blocks.append(_code(text, fence, end))
        self.spans += _bare_fences(text, self.blocks[-1])

    def _open_item(self, text: str, start: int, end: int, *, content: int) -> None:
        line = text.rfind("\n", 0, start) + 1
        is_on_same_line = "\n" not in text[start:content]
        self.items.append((start, end, content - line if is_on_same_line else start - line + 2))


def _holds(ranges: tuple[tuple[int, int], ...], offset: int) -> bool:
    index = bisect.bisect_right(ranges, offset, key=lambda range_: range_[0]) - 1
    return index >= 0 and offset < ranges[index][1]


def _start_of_text(text: str, after: int) -> int:
    """Return the offset after the first character of what follows: a title stays with it."""
    while after < len(text) and text[after].isspace():
        after += 1
    return after + 1


def _code(text: str, fence: re.Match[str], end: int) -> Block:
    marker, body = fence["marker"], _next_line(text, fence.end())
    last_line = text[text.rfind("\n", 0, end) + 1 : end]
    return Block(
        start=fence.start(),
        body=min(body, end),
        end=end,
        opener=f"{marker}{fence['language']}\n",
        closer=marker,
        prefix=_container_prefix(text, fence.start()),
        is_closed=body < end and last_line.strip(_CONTAINER_MARKS).startswith(marker),
    )


def _table(text: str, start: int, end: int) -> Block:
    prefix = _container_prefix(text, start)
    delimiter = min(_next_line(text, start), end)
    body = min(_next_line(text, delimiter), end)
    return Block(
        start=start,
        body=body,
        end=end,
        opener=text[start:delimiter] + _without_prefix(text[delimiter:body], prefix),
        closer="",
        prefix=prefix,
        is_closed=True,
    )


def _bare_fences(text: str, block: Block) -> Iterator[tuple[int, int]]:
    """Yield spans that keep a cut from leaving a fence without a line of code."""
    yield block.start, block.body + 1
    if block.is_closed:
        yield text.rfind("\n", 0, block.end), block.end


def _indents(items: list[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Yield where the indentation changes; `items` come in the order of their starts."""
    around: list[tuple[int, int]] = []  # the ends and columns of the items not yet ended
    for start, end, columns in items:
        yield from _ended(around, start)
        around.append((end, columns))
        yield start + 1, columns
    yield from _ended(around, None)


def _ended(around: list[tuple[int, int]], by: int | None) -> Iterator[tuple[int, int]]:
    while around and (by is None or around[-1][0] <= by):
        end, _ = around.pop()
        yield end, around[-1][1] if around else 0


def _container_prefix(text: str, start: int) -> str:
    """Return what stands for a block's containers on each of its lines but the first."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return "".join(mark if mark == ">" else " " for mark in before)


def _without_prefix(lines: str, prefix: str, column: int = 0) -> str:
    if not prefix:
        return lines
    first, *others = lines.splitlines(keepends=True) or [""]
    bare = [_bare(first, len(prefix) - column), *(_bare(line, len(prefix)) for line in others)]
    return "".join(bare)


def _bare(line: str, most: int) -> str:
    cut = 0
    while cut < min(most, len(line)) and line[cut] in _CONTAINER_MARKS:
        cut += 1
    return line[cut:]


def _next_line(text: str, offset: int) -> int:
    return text.find("\n", offset) + 1 or len(text)


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans in order, those that overlap as one."""
    last: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if last is None:
            last = (start, end)
        elif start < last[1]:
            last = (last[0], max(last[1], end))
        else:
            yield last
            last = (start, end)
    if last is not None:
        yield last


def elements(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Yield each element's name, depth, start and end, in the order of their starts."""
    found: list[tuple[str, int, int, int]] = []
    depth = 0
    for event, at in pyromark.events_with_range(text, options=_OPTIONS):
        match event:
            case {"Start": tag}:
                found.append((_name(tag), depth, at["start"], at["end"]))
                depth += 1
            case {"End": _}:
                depth -= 1
            case _:
                found.append((_name(event), depth, at["start"], at["end"]))
    at_character = _characters(text, {offset for _, _, *range_ in found for offset in range_})
    for name, level, start, end in found:
        yield name, level, at_character[start], at_character[end]


def _name(tag: object) -> str:
    """Return the parser's name of a tag, which is a text or a table with the name as its key."""
    return str(next(iter(tag))) if isinstance(tag, dict) else str(tag)


def _characters(text: str, byte_offsets: set[int]) -> dict[int, int]:
    """Map offsets in the UTF-8 form to offsets of characters."""
    data = text.encode()
    mapping: dict[int, int] = {}
    seen_bytes = seen_characters = 0
    for offset in sorted(byte_offsets):
        seen_characters += len(data[seen_bytes:offset].decode())
        seen_bytes = offset
        mapping[offset] = seen_characters
    return mapping
