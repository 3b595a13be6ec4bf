"""What the real servers refuse in a transcript."""

import json
from collections.abc import Sequence

from workers.models.protocol import AssistantTurn, Item, ToolOutput


class BadRequestError(Exception):
    """The server answers 400 with this text."""


def check_transcript(items: Sequence[Item]) -> None:
    """Refuse calls without output, outputs without call, and arguments that are no JSON object.

    Raises:
        BadRequestError: naming what is wrong, much as the real servers do.
    """
    open_ids: set[str] = set()
    for item in items:
        if isinstance(item, AssistantTurn):
            for call in item.tool_calls:
                _check_arguments(call.arguments)
                open_ids.add(call.call_id)
        elif isinstance(item, ToolOutput):
            if item.call_id not in open_ids:
                raise BadRequestError(
                    f"No tool call found for function call output with call_id {item.call_id}."
                )
            open_ids.discard(item.call_id)
    if open_ids:
        raise BadRequestError(f"No tool output found for function call {min(open_ids)}.")


def _check_arguments(text: str) -> None:
    try:
        arguments = json.loads(text)
    except ValueError as error:
        raise BadRequestError(f"tool arguments are not JSON: {error}") from error
    if not isinstance(arguments, dict):
        raise BadRequestError("tool arguments are not a JSON object")
