"""Writes runs with marks around them, as every kind of Markdown does."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A run, and the styles that end and begin before it, in the order of their marks."""

    run: Run
    closed: tuple[Style, ...]
    opened: tuple[Style, ...]


def write(runs: Sequence[Run], dialect: Dialect) -> str:
    """Return runs as marked text."""
    written: list[str] = []
    left = ""
    for step in steps(runs, frozenset({*dialect.marks, Style.CODE})):
        text = dialect.content(step.run)
        right = "" if step.run.text == BREAK else text[0]
        closing, opening = _marks(dialect, step.closed), _marks(dialect, step.opened)
        written += [dialect.joint(left, closing, opening, right), text]
        left = "" if step.run.text == BREAK else text[-1]
    return "".join(written[:-1])


def steps(runs: Sequence[Run], known: frozenset[Style]) -> Iterator[Step]:
    """Yield runs with their known styles so that these nest, hug their text and span no lines.

    The last step is a line break that was not there: it closes what is open.
    """
    if not any(run.styles for run in runs):
        yield from (Step(run=run, closed=(), opened=()) for run in (*runs, _SEAM))
        return
    open_styles: list[Style] = []
    pieces = _styled_pieces(runs, known)
    for run, ends in zip(pieces, _ends(pieces), strict=True):
        kept = _kept(open_styles, run)
        missing = run.styles - set(open_styles[:kept])
        opened = sorted(missing, key=_order(ends))
        yield Step(run=run, closed=tuple(reversed(open_styles[kept:])), opened=tuple(opened))
        open_styles = [*open_styles[:kept], *opened]


def _order(ends: Mapping[Style, int]) -> Callable[[Style], tuple[bool, int, Style]]:
    """Return a key by which what lasts longest comes first; code is the innermost."""
    return lambda style: (style == Style.CODE, -ends[style], style)


def _marks(dialect: Dialect, styles: Iterable[Style]) -> str:
    return "".join(dialect.marks.get(style, "") for style in styles)


def _kept(open_styles: list[Style], run: Run) -> int:
    """Return how many of the open styles go on in `run`; code never does."""
    for index, style in enumerate(open_styles):
        if style not in run.styles or style == Style.CODE:
            return index
    return len(open_styles)


def _ends(pieces: Sequence[Run]) -> list[dict[Style, int]]:
    """Return for each piece where its styles end."""
    ends: list[dict[Style, int]] = [{}] * len(pieces)
    after: dict[Style, int] = {}
    for index in range(len(pieces) - 1, -1, -1):
        after = {style: after.get(style, index + 1) for style in pieces[index].styles}
        ends[index] = after
    return ends


def _styled_pieces(runs: Sequence[Run], known: frozenset[Style]) -> list[Run]:
    """Return runs with the known styles alone; white space has those of both its neighbours."""
    pieces = [_with(piece, piece.styles & known) for run in runs for piece in _pieces(run)]
    framed = [_SEAM, *pieces, _SEAM]
    for index, piece in enumerate(pieces, start=1):
        if piece.styles and Style.CODE not in piece.styles and piece.text.isspace():
            around = framed[index - 1].styles & framed[index + 1].styles
            framed[index] = _with(piece, around - {Style.CODE})
    return framed[1:]


def _with(run: Run, styles: frozenset[Style]) -> Run:
    return run if run.styles == styles else replace(run, styles=styles)


def _pieces(run: Run) -> Iterator[Run]:
    """Yield a run, the white space around text with a style apart."""
    if not run.styles or run.url is not None or Style.CODE in run.styles:
        yield run
        return
    core = run.text.strip()
    start = len(run.text) - len(run.text.lstrip()) if core else 0
    for text in (run.text[:start], core, run.text[start + len(core) :]):
        if text:
            yield replace(run, text=text)
