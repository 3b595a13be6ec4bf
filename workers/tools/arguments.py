"""Turns what a model wrote as a tool's arguments into values that fit the tool's schema."""

import json
from typing import Final, NoReturn

from skills.schema import violation
from workers.errors import ToolError
from workers.models.protocol import ToolSpec
from workers.tools.protocol import Arguments, JsonValue

MAX_CHARACTERS: Final = 1_000_000
MAX_DEPTH: Final = 32


def parse_arguments(spec: ToolSpec, text: str) -> Arguments:
    """Parse the JSON text of a call and check it against the tool's schema.

    An empty text counts as no arguments: some servers send it for a tool without any.

    Raises:
        ToolError: `bad_arguments`; the text names the field and what was expected.
    """
    value = _parse(text) if text.strip() else {}
    if not isinstance(value, dict):
        raise _bad(f"the arguments must be a JSON object, not {type(value).__name__}")
    if mistake := violation(spec.parameters, value):
        raise _bad(f"{mistake} (tool '{spec.name}')")
    return value


def text_argument(arguments: Arguments, name: str) -> str:
    """Return a required text.

    Raises:
        ToolError: it is missing or of another type.
    """
    value = arguments.get(name)
    if not isinstance(value, str):
        raise _bad(f"{name}: a text is required")
    return value


def integer_argument(arguments: Arguments, name: str, default: int) -> int:
    """Return an optional whole number.

    Raises:
        ToolError: it is of another type.
    """
    value = arguments.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _bad(f"{name}: a whole number is required")
    return value


def _parse(text: str) -> JsonValue:
    if len(text) > MAX_CHARACTERS:
        raise _bad(f"the arguments are longer than {MAX_CHARACTERS} characters")
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant)
        text.encode()
        # A lone surrogate, written as an escape, is text that no file and no database takes.
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError as error:
        raise _bad(f"the arguments are not valid JSON: {error}") from error
    except RecursionError as error:
        raise _too_deep() from error
    if _is_deeper(value, MAX_DEPTH):
        raise _too_deep()
    return value


def _is_deeper(value: JsonValue, levels: int) -> bool:
    """Return whether lists and objects are nested in more than `levels`."""
    layer = [value]
    for _ in range(levels + 1):
        parents = [it for it in layer if isinstance(it, list | dict)]
        layer = [child for it in parents for child in _children(it)]
        if not parents:
            return False
    return True


def _children(value: list[JsonValue] | dict[str, JsonValue]) -> list[JsonValue]:
    return list(value.values()) if isinstance(value, dict) else value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _too_deep() -> ToolError:
    return _bad(f"the arguments are nested deeper than {MAX_DEPTH} levels")


def _bad(message: str) -> ToolError:
    return ToolError("bad_arguments", message)
