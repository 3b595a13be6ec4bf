"""Judges the arguments of a tool call, which are JSON text as a model wrote it."""

import json

from workers.models.protocol import ToolCall
from workers.models.wellformed import well_formed


def is_json_object(text: str) -> bool:
    """Tell whether `text` is one JSON object; a cut one never is, as its last brace is missing."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def replayed_arguments(call: ToolCall) -> str:
    """Return arguments that a server can parse: many refuse a transcript that holds broken JSON."""
    if is_json_object(call.arguments):
        return well_formed(call.arguments)
    return json.dumps({"malformed_arguments": well_formed(call.arguments)})
