"""Writes the JSON of a request; its tools, the largest part by far, are written once."""

import json

TOOL_SETS_KEPT = 32  # sets of tools in the form of the wire: a soul's are the same in each request


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def json_of(value: object) -> str:
    """Write a value as compact JSON, in Unicode."""
    return _encode(value)


def body_of(fields: dict[str, object], tools: str) -> bytes:
    """Return a JSON object of `fields`, at least one, and `tools`, which is JSON or empty."""
    written = json_of(fields)
    if tools:
        written = f'{written[:-1]},"tools":{tools}}}'
    return written.encode()
