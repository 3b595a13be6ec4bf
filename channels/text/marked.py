"""Writes runs with marks around them, as every kind of Markdown does."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from channels.text.tree import BREAK, Run, Style

ZERO_WIDTH_SPACE: Final = "\u200b"
"""Parts what would be misread if it stood side by side, without being seen."""

_SEAM: Final = Run(text=BREAK)


class Dialect(Protocol):
    """How one messenger marks text. Pure; may be asked anything any number of times."""

    @property
    def marks(self) -> Mapping[Style, str]:
        """What stands around text of a style; except for code, one without a mark is left out."""

    def content(self, run: Run) -> str:
        """Return a run without the marks of its styles, escaped; not empty."""

    def joint(self, left: str, closing: str, opening: str, right: str) -> str:
        """Return what stands between two characters of content: the marks, and guards for them.

        `left` and `right` are empty at the ends of a line.
        """


def write(runs: Sequence[Run], dialect: Dialect) -> str:
    """Return runs as marked text: marks nest properly, hug their text and never span lines."""
    written: list[str] = []
    left = ""
    open_styles: list[Style] = []
    pieces = _styled_pieces(runs, frozenset({*dialect.marks, Style.CODE}))
    ends = _ends(pieces)
    for index, run in enumerate(pieces):
        kept = _kept(open_styles, run)
        closing = _marks(dialect, reversed(open_styles[kept:]))
        missing = run.styles - set(open_styles[:kept])
        opened = sorted(
            missing, key=lambda style: (-ends[index][style], style == Style.CODE, style)
        )
        opening = _marks(dialect, opened)
        text = dialect.content(run)
        right = "" if run.text == BREAK else text[0]
        written += [dialect.joint(left, closing, opening, right), text]
        open_styles = [*open_styles[:kept], *opened]
        left = "" if run.text == BREAK else text[-1]
    return "".join(written[:-1])


def _marks(dialect: Dialect, styles: Iterable[Style]) -> str:
    return "".join(dialect.marks.get(style, "") for style in styles)


def _kept(open_styles: list[Style], run: Run) -> int:
    """Return how many of the open styles go on in `run`; code never does."""
    for index, style in enumerate(open_styles):
        if style not in run.styles or style == Style.CODE:
            return index
    return len(open_styles)


def _ends(pieces: Sequence[Run]) -> list[dict[Style, int]]:
    """Return for each piece where its styles end: what lasts longest is opened first."""
    ends: list[dict[Style, int]] = [{}] * len(pieces)
    after: dict[Style, int] = {}
    for index in range(len(pieces) - 1, -1, -1):
        after = {style: after.get(style, index + 1) for style in pieces[index].styles}
        ends[index] = after
    return ends


def _styled_pieces(runs: Sequence[Run], known: frozenset[Style]) -> list[Run]:
    """Return runs with the known styles alone; white space has those of both its neighbours.

    The last piece is a line break that was not there: it closes what is open.
    """
    pieces = [replace(piece, styles=piece.styles & known) for run in runs for piece in _pieces(run)]
    framed = [_SEAM, *pieces, _SEAM]
    around = zip(framed, framed[2:], strict=False)
    return [
        replace(piece, styles=before.styles & after.styles - {Style.CODE})
        if piece.text.isspace() and Style.CODE not in piece.styles
        else piece
        for piece, (before, after) in zip(pieces, around, strict=True)
    ] + [_SEAM]


def _pieces(run: Run) -> Iterator[Run]:
    """Yield a run, the white space around its text apart."""
    if run.text == BREAK or run.url is not None or Style.CODE in run.styles:
        yield run
        return
    core = run.text.strip()
    start = len(run.text) - len(run.text.lstrip()) if core else 0
    for text in (run.text[:start], core, run.text[start + len(core) :]):
        if text:
            yield replace(run, text=text)
