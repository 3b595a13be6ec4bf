"""CommonMark as Telegram shows it: plain text with entities, within the limits of one message."""

from dataclasses import dataclass
from typing import Final

from telegramify_markdown import RenderConfig, convert

from channels.text.split import NOTHING, split_markdown
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A formatted stretch of a text; `offset` and `length` count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message as Telegram takes it: never blank."""

    text: str
    entities: tuple[Entity, ...] = ()


def render(text: str) -> Rendered:
    """Return CommonMark as text with entities; total.

    A text that would show nothing (an HTML comment, an empty code block) is shown as it is
    written, and a blank one as "…": Telegram refuses messages without a visible character.
    """
    source = wellformed(text)
    shown, entities = convert(source, config=RenderConfig.isolated())
    if not shown.strip():
        return Rendered(text=source.strip() or NOTHING)
    return Rendered(
        text=shown,
        entities=tuple(
            Entity(
                type=entity.type,
                offset=entity.offset,
                length=entity.length,
                url=entity.url,
                language=entity.language,
                custom_emoji_id=entity.custom_emoji_id,
            )
            for entity in entities
        ),
    )


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


def utf16_units(text: str) -> int:
    """Return the length of `text` as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fits_one_message(text: str) -> bool:
    rendered = render(text)
    return utf16_units(rendered.text) <= MAX_TEXT_UNITS and len(rendered.entities) <= MAX_ENTITIES
