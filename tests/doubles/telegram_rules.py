"""What the Bot API refuses, in its own words.

Wordings are those of https://github.com/tdlib/telegram-bot-api and of TDLib below it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from channels.telegram.outbound import MAX_TEXT_UNITS, utf16_units

JsonObject = dict[str, object]

_ENTITY_TYPES = frozenset(
    {"bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "custom_emoji"}
    | {"blockquote", "expandable_blockquote", "text_link", "text_mention", "mention", "hashtag"}
    | {"url", "email", "bot_command"}
)
_MAX_ENTITIES = 100
_WEB_ADDRESS = re.compile(r"(?:https?|tg|ton)://\S+", re.IGNORECASE)
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


class ApiRefusal(Exception):  # noqa: N818 - the Bot API's answer, not a malfunction
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad_request(description: str) -> ApiRefusal:
    """Return a refusal of the most common kind."""
    return ApiRefusal(400, f"Bad Request: {description}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedText:
    """A text with entities that the Bot API would show."""

    text: str
    entities: tuple[JsonObject, ...] = ()


def check_text(params: Mapping[str, str]) -> CheckedText:
    """Return the message text of a request; raises `ApiRefusal`."""
    text = params.get("text", "")
    if not text.strip():
        raise bad_request("message text is empty")
    units = utf16_units(text)
    if units > MAX_TEXT_UNITS:
        raise bad_request("message is too long")
    entities = tuple(json.loads(params.get("entities") or "[]"))
    check_entities(entities, text)
    return CheckedText(text=text, entities=entities)


def check_entities(entities: tuple[JsonObject, ...], text: str) -> None:
    """Check the entities of a text; raises `ApiRefusal`."""
    for entity in entities:
        _check_entity(entity, text, utf16_units(text))
    _check_nesting(entities)
    _check_company(entities)


def check_buttons(params: Mapping[str, str]) -> tuple[JsonObject, ...]:
    """Return the buttons of a request, row by row; raises `ApiRefusal`."""
    markup = json.loads(params.get("reply_markup") or "{}")
    buttons = tuple(button for row in markup.get("inline_keyboard", []) for button in row)
    for button in buttons:
        if not str(button.get("text", "")).strip():
            raise bad_request("can't parse inline keyboard button: Text buttons must be non-empty")
        if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
    return buttons


_REACTIONS = frozenset("👍👎❤🔥🎉👀")  # some of those that Telegram allows


def check_reactions(params: Mapping[str, str]) -> tuple[str, ...]:
    """Return the reactions of a request; raises `ApiRefusal`."""
    found = tuple(str(one.get("emoji")) for one in json.loads(params.get("reaction") or "[]"))
    if not _REACTIONS.issuperset(found):
        raise bad_request("REACTION_INVALID")
    return found


def check_commands(params: Mapping[str, str]) -> dict[str, str]:
    """Return the menu of a setMyCommands; raises `ApiRefusal`."""
    menu = {}
    for command in json.loads(params.get("commands", "[]")):
        name, description = str(command["command"]), str(command["description"])
        if not _COMMAND.fullmatch(name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        menu[name] = description
    return menu


def _span(entity: JsonObject) -> tuple[int, int]:
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
        raise bad_request('can\'t parse MessageEntity: field "offset" must be of type Number')
    return offset, offset + length


def _check_entity(entity: JsonObject, text: str, units: int) -> None:
    start, end = _span(entity)
    if entity.get("type") not in _ENTITY_TYPES:
        raise bad_request("can't parse MessageEntity: unsupported type specified")
    if entity["type"] == "text_link" and not _WEB_ADDRESS.fullmatch(str(entity.get("url"))):
        raise bad_request("can't parse MessageEntity: a link leads nowhere")
    if end > units:
        raise bad_request(
            f"entity beginning at UTF-16 offset {start} ends after the end of the text at"
            f" UTF-16 offset {end}"
        )
    encoded = text.encode("utf-16-le")
    for boundary in (start, end):
        if _is_low_surrogate(encoded[2 * boundary : 2 * boundary + 2]):
            raise bad_request("entity begins in a middle of a UTF-16 symbol")


def _is_low_surrogate(unit: bytes) -> bool:
    return len(unit) == 2 and 0xDC00 <= int.from_bytes(unit, "little") <= 0xDFFF


def _check_nesting(entities: tuple[JsonObject, ...]) -> None:
    """Refuse entities that overlap without one holding the other (Telegram would cut them)."""
    open_ends: list[int] = []
    for start, end in sorted((_span(entity) for entity in entities), key=lambda s: (s[0], -s[1])):
        while open_ends and open_ends[-1] <= start:
            open_ends.pop()
        if open_ends and end > open_ends[-1]:
            raise bad_request(f"can't parse entities: the one at UTF-16 offset {start} overlaps")
        open_ends.append(end)


def _check_company(entities: tuple[JsonObject, ...]) -> None:
    """Refuse what Telegram would silently take away.

    Code stands alone, except in a quote; a quote stands in nothing; the first 100 count.
    Source: https://core.telegram.org/bots/api#messageentity
    """
    if len(entities) > _MAX_ENTITIES:
        raise bad_request("can't parse entities: there are too many")
    around: list[tuple[int, str]] = []
    for start, end, kind in sorted(
        ((*_span(entity), str(entity["type"])) for entity in entities),
        key=lambda entity: (entity[0], -entity[1], entity[2] != "blockquote"),
    ):
        while around and around[-1][0] <= start:
            around.pop()
        if any(not _may_hold(outer, kind) for _, outer in around):
            raise bad_request(f"can't parse entities: {kind} within another")
        around.append((end, kind))


def _may_hold(outer: str, inner: str) -> bool:
    if outer == "blockquote":
        return inner != "blockquote"
    return outer not in {"code", "pre"} and inner not in {"code", "pre", "blockquote", outer}
