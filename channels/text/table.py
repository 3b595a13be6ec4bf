"""Sets a table in columns, for screens whose letters are all as wide."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from channels.text.tree import Alignment, Table, plain

_WIDEST: Final = 40  # columns up to here are filled up; a longer text just moves what follows it
_GAP: Final = "  "
_INVISIBLE: Final = frozenset({"Mn", "Me", "Cf"})


def aligned(table: Table) -> str:
    """Return a table as lines of text: the header, a line of dashes, the rows."""
    rows = [[plain(cell).strip() for cell in row] for row in table.rows]
    columns = list(zip(*rows, strict=True))
    widths = [min(_WIDEST, max(map(width, column), default=0)) for column in columns]
    header, *body = [_row(row, widths, table.alignments) for row in rows]
    dashes = _GAP.join("-" * max(1, wide) for wide in widths)
    return "\n".join([header, dashes, *body])


def width(text: str) -> int:
    """Return how many columns a text takes: Chinese and emoji take two, marks none.

    Source: https://www.unicode.org/reports/tr11/
    """
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in _INVISIBLE:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _row(cells: Sequence[str], widths: Sequence[int], alignments: Sequence[Alignment]) -> str:
    return _GAP.join(_filled(cells, widths, alignments)).rstrip()


def _filled(
    cells: Sequence[str], widths: Sequence[int], alignments: Sequence[Alignment]
) -> Iterator[str]:
    for cell, wide, alignment in zip(cells, widths, alignments, strict=True):
        room = max(0, wide - width(cell))
        before = {Alignment.LEFT: 0, Alignment.CENTER: room // 2, Alignment.RIGHT: room}[alignment]
        yield " " * before + cell + " " * (room - before)
