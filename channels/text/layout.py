"""Lays a tree out as lines, for messengers that know text with styles but no lists or tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

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

_BULLETS: Final = ("•", "◦", "▪")
_DONE: Final = {True: "☑", False: "☐"}
_INDENT: Final = "    "
_RULE: Final = "─" * 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text behind its indentation and marker, or the lines of a block of code.

    Without runs and code it is empty. What is quoted, and code, is not indented by the lists
    around it: quote marks count at the beginning of a line only, and spaces would be seen in code.
    """

    prefix: str = ""
    runs: tuple[Run, ...] = ()
    code: Code | None = None
    is_quoted: bool = False

    @property
    def stays_at_margin(self) -> bool:
        """Whether a list around it leaves it where it is."""
        return self.is_quoted or self.code is not None or not (self.prefix or self.runs)


def laid_out(blocks: Sequence[Block], *, depth: int = 0) -> Iterator[Line]:
    """Yield the lines of blocks, with an empty one between two of them."""
    for index, block in enumerate(blocks):
        if index:
            yield Line()
        yield from _block(block, depth)


def _block(block: Block, depth: int) -> Iterator[Line]:
    match block:
        case Paragraph():
            yield from _text(block.runs)
        case Heading():
            yield Line(runs=tuple(_bold(run) for run in block.runs))
        case Code():
            yield Line(code=block)
        case Table():
            yield Line(code=Code(text=aligned(block)))
        case Quote():
            for line in laid_out(block.blocks, depth=depth):
                yield replace(line, is_quoted=True)
        case List():
            yield from _list(block, depth)
        case Rule():
            yield Line(prefix=_RULE)
        case _:
            assert_never(block)


def _text(runs: tuple[Run, ...]) -> Iterator[Line]:
    line: list[Run] = []
    for run in runs:
        if run.text == BREAK:
            yield Line(runs=tuple(line))
            line = []
        else:
            line.append(run)
    yield Line(runs=tuple(line))


def _bold(run: Run) -> Run:
    return replace(run, styles=run.styles | {Style.BOLD})


def _list(block: List, depth: int) -> Iterator[Line]:
    for index, item in enumerate(block.items):
        if index and block.is_loose:
            yield Line()
        marker = _BULLETS[depth % len(_BULLETS)]
        if item.is_done is not None:
            marker = _DONE[item.is_done]
        elif block.start is not None:
            marker = f"{block.start + index}."
        first, *rest = _item(item, depth, is_loose=block.is_loose) or [Line()]
        if first.stays_at_margin:
            yield Line(prefix=marker)
            rest = [first, *rest] if first.is_quoted or first.code else rest
        else:
            yield replace(first, prefix=f"{marker} {first.prefix}")
        yield from map(_indented, rest)


def _item(item: Item, depth: int, *, is_loose: bool) -> list[Line]:
    if is_loose:
        return list(laid_out(item.blocks, depth=depth + 1))
    return [line for block in item.blocks for line in _block(block, depth + 1)]


def _indented(line: Line) -> Line:
    return line if line.stays_at_margin else replace(line, prefix=_INDENT + line.prefix)
