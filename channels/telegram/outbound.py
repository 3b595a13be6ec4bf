"""CommonMark as Telegram shows it: plain text with entities, within the limits of one message."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from channels.text.layout import Line, laid_out
from channels.text.marked import Step, steps
from channels.text.parse import parse
from channels.text.split import NOTHING, split_markdown
from channels.text.tree import BREAK, Code, Run, Style
from channels.text.wellformed import wellformed

MAX_TEXT_UNITS: Final = 4096
"""UTF-16 code units of a message after its entities are parsed out.

Source: https://core.telegram.org/bots/api#sendmessage
"""

MAX_CAPTION_UNITS: Final = 1024
"""The same of the words beside a file.

Source: https://core.telegram.org/bots/api#senddocument
"""

MAX_ENTITIES: Final = 100
"""Entities of a message; Telegram ignores the ones beyond.

Source: https://limits.tginfo.me/en (the Bot API itself does not state it)
"""

MARKUP: Final = "*_`~[]()<>#|!&@-+=\\:"  # what an entity, or text that rendering adds, begins with
PLAIN_ENOUGH: Final = 50  # characters of markup in a text that needs no closer look

_TYPES: Final = {
    Style.BOLD: "bold",
    Style.ITALIC: "italic",
    Style.STRIKE: "strikethrough",
    Style.CODE: "code",
}
_LINKED: Final = ("http://", "https://", "tg://", "ton://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A formatted stretch of a text; `offset` and `length` count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message as Telegram takes it: never blank."""

    text: str
    entities: tuple[Entity, ...] = ()


def render(text: str) -> Rendered:
    """Return CommonMark as text with entities; total, and no visible character is lost.

    A text that would show nothing (an empty code block) is shown as it is written, and a blank one
    as "…": Telegram refuses messages without a visible character.
    """
    message = _Message()
    message.add(laid_out(parse(text)))
    rendered = message.rendered()
    return rendered if rendered.text else Rendered(text=wellformed(text).strip() or NOTHING)


class _Message:
    """A message while it is put together: its text, and the entities with their places."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._units = 0
        self._entities: list[Entity] = []

    def rendered(self) -> Rendered:
        """Return the message, without white space at its end."""
        text = "".join(self._texts).rstrip()
        end = utf16_units(text)
        ordered = sorted(self._entities, key=lambda entity: (entity.offset, -entity.length))
        cut = (
            replace(entity, length=min(entity.length, end - entity.offset)) for entity in ordered
        )
        return Rendered(text=text, entities=tuple(entity for entity in cut if entity.length > 0))

    def add(self, lines: Iterable[Line]) -> None:
        """Add lines of text; quoted ones in a row are one quote."""
        quoted_from: int | None = None
        for line in lines:
            if quoted_from is not None and not line.is_quoted:
                self._mark("blockquote", quoted_from, self._units - 1)
                quoted_from = None
            if line.is_quoted and quoted_from is None:
                quoted_from = self._units
            self._line(line)
            self._write("\n")
        if quoted_from is not None:
            self._mark("blockquote", quoted_from, self._units - 1)

    def _line(self, line: Line) -> None:
        if line.code is not None:
            self._code(line.code)
            return
        if line.prefix:
            self._write(line.prefix)
        opened: list[tuple[Style, int]] = []
        for step in steps([_shown(run) for run in line.runs], frozenset(_TYPES)):
            self._step(step, opened)

    def _code(self, code: Code) -> None:
        start = self._units
        self._write(code.text)
        self._mark("pre", start, self._units, language=code.language or None)

    def _step(self, step: Step, opened: list[tuple[Style, int]]) -> None:
        """Add a run; `opened` are the styles that hold, each with the place where it began."""
        for _ in step.closed:
            style, start = opened.pop()
            self._mark(_TYPES[style], start, self._units)
        opened += [(style, self._units) for style in step.opened]
        if step.run.text == BREAK:
            return
        start = self._units
        self._write(step.run.text)
        if step.run.url is not None:
            self._mark("text_link", start, self._units, url=step.run.url)

    def _write(self, text: str) -> None:
        self._texts.append(text)
        self._units += len(text) if text.isascii() else utf16_units(text)

    def _mark(
        self,
        kind: str,
        start: int,
        end: int,
        *,
        url: str | None = None,
        language: str | None = None,
    ) -> None:
        if end > start:
            self._entities.append(
                Entity(type=kind, offset=start, length=end - start, url=url, language=language)
            )


def _shown(run: Run) -> Run:
    """Return a run as Telegram can show it.

    Code takes no other style, nor a place in a link; only links into the web can be followed.
    Source: https://core.telegram.org/bots/api#messageentity
    """
    url = run.url
    if url is not None and not url.lower().startswith(_LINKED):
        text = run.text if url in (run.text, f"mailto:{run.text}") else f"{run.text} ({url})"
        return _shown(replace(run, text=text, url=None))
    if url is not None:
        return replace(run, styles=run.styles - {Style.CODE})
    return replace(run, styles=frozenset({Style.CODE})) if Style.CODE in run.styles else run


def render_caption(text: str) -> Rendered:
    """Return the words beside a file, maybe none; what is too long is cut and loses its markup."""
    if not text.strip():
        return Rendered(text="")
    rendered = render(text)
    if utf16_units(rendered.text) <= MAX_CAPTION_UNITS:
        return rendered
    kept = rendered.text.encode("utf-16-le")[: 2 * (MAX_CAPTION_UNITS - 1)]
    return Rendered(text=kept.decode("utf-16-le", "ignore") + NOTHING)


def split(text: str) -> tuple[str, ...]:
    """Divide CommonMark into parts that each fit one Telegram message; see `split_markdown`."""
    if text.strip() and _is_surely_small(text):
        return (text,)
    return split_markdown(text, _fits_one_message)


def _is_surely_small(text: str) -> bool:
    """Tell, without rendering, that a text fits: the usual answer is short and plain.

    A letter is at most two UTF-16 units, and rendering adds a few more only where there is markup;
    an entity takes at least one character of markup.
    """
    is_short = len(text) <= MAX_TEXT_UNITS // 4
    return is_short and sum(map(text.count, MARKUP)) <= PLAIN_ENOUGH


def _surely_fits(text: str) -> bool:
    """Tell, without rendering, that a part fits: what is shown is mostly shorter than its source.

    Only a table's cells are filled up, and only a mark of a list or a rule is shown as more than
    itself; an entity takes at least one character of markup.
    """
    marks = sum(map(text.count, MARKUP))
    has_table = "|" in text
    return not has_table and marks <= MAX_ENTITIES and utf16_units(text) + marks <= MAX_TEXT_UNITS


def utf16_units(text: str) -> int:
    """Return the length of `text` as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fits_one_message(text: str) -> bool:
    if _surely_fits(text):
        return True
    rendered = render(text)
    return utf16_units(rendered.text) <= MAX_TEXT_UNITS and len(rendered.entities) <= MAX_ENTITIES
