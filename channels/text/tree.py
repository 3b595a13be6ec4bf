"""What a CommonMark text consists of, in the shape that every messenger's renderer reads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

BREAK: Final = "\n"
"""The text of a run that ends a line within a paragraph."""


class Style(StrEnum):
    """How a stretch of text looks."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strike"
    CODE = "code"


class Alignment(StrEnum):
    """Where the text of a table's column stands."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of text that looks the same throughout; never empty.

    However deep emphasis is nested, a run has each style once or not at all. A line break is a run
    of its own, `BREAK`, without styles and link. `url` is where a link leads to, or an image's
    source.
    """

    text: str
    styles: frozenset[Style] = frozenset()
    url: str | None = None
    is_image: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Lines of text."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A title of level 1 to 6, in one line."""

    level: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Lines shown as they are; the last one without its line end."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What somebody else said."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry of a list; `is_done` is None unless it is a task."""

    blocks: tuple["Block", ...]
    is_done: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """Entries with bullets, or with numbers from `start` on; loose ones have space between."""

    items: tuple[Item, ...]
    start: int | None = None
    is_loose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells, the header first; every row has as many cells as there are alignments."""

    rows: tuple[tuple[tuple[Run, ...], ...], ...]
    alignments: tuple[Alignment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A line across."""


Block = Paragraph | Heading | Code | Quote | List | Table | Rule


def plain(runs: tuple[Run, ...]) -> str:
    """Return the text of runs, in one line."""
    return "".join(run.text for run in runs).replace(BREAK, " ")
