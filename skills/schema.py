"""Checks JSON values against JSON Schemas and says what is wrong in a sentence."""

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jsonschema.exceptions import SchemaError, ValidationError

MAX_SENTENCE_CHARACTERS: Final = 400


def schema_mistake(schema: object) -> str:
    """Say what is wrong with a JSON Schema (draft 2020-12) for an object; empty if nothing is."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return "it must be a JSON Schema of type 'object'"
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import, see `violation`
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415 - the same

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return _sentence(error)
    return ""


def violation(schema: str, value: object) -> str:
    """Say where `value` breaks the JSON Schema `schema` (JSON text); empty if it fits."""
    # Imported when the first skill is read or the first tool called: a start has no time for it.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.exceptions import best_match  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415

    # An empty registry: by default a `$ref` to an address would be fetched from the network.
    validator = Draft202012Validator(json.loads(schema), registry=Registry())
    error = best_match(validator.iter_errors(value))
    return "" if error is None else _sentence(error)


def _sentence(error: "ValidationError | SchemaError") -> str:
    """Name the field and what was expected, without repeating a long value."""
    field = ".".join(str(part) for part in error.absolute_path)
    text = error.message
    if len(text) > MAX_SENTENCE_CHARACTERS:
        text = f"{text[: MAX_SENTENCE_CHARACTERS // 2]} … {text[-MAX_SENTENCE_CHARACTERS // 2 :]}"
    return f"{field}: {text}" if field else text
