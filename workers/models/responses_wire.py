"""What the Responses API looks like on the wire.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

import json
from functools import lru_cache

from pydantic import BaseModel

from workers.models.json_body import TOOL_SETS_KEPT, body_of, json_of
from workers.models.pictures import data_url
from workers.models.protocol import (
    AssistantTurn,
    Item,
    ModelRequest,
    ToolOutput,
    ToolSpec,
    Usage,
    UserText,
)
from workers.models.tool_arguments import replayed_arguments
from workers.models.wellformed import well_formed


class Typed(BaseModel):
    """Whatever says its own type: an event or an output item."""

    type: str = ""


class TextEvent(BaseModel):
    """`response.output_text.delta` and `response.refusal.delta`."""

    delta: str


class ItemEvent(BaseModel):
    """`response.output_item.done`; the item is read by its own type."""

    item: object


class ErrorEvent(BaseModel):
    """`error`, and what `response.failed` holds; some servers nest it once more."""

    code: str | int | None = None
    message: str | None = None


class TextPart(BaseModel):
    """A part of a message: `output_text` or `refusal`."""

    text: str | None = None
    refusal: str | None = None


class MessageItem(BaseModel):
    """An output item of type `message`."""

    content: list[TextPart] | None = None

    @property
    def text(self) -> str:
        """All words of the message."""
        return "".join((part.text or "") + (part.refusal or "") for part in self.content or ())


class FunctionCallItem(BaseModel):
    """An output item of type `function_call`."""

    name: str
    arguments: str | None = None
    call_id: str | None = None
    status: str | None = None


class IncompleteDetails(BaseModel):
    """Why a response is incomplete: `max_output_tokens` or `content_filter`."""

    reason: str | None = None


class InputDetails(BaseModel):
    """How the input was counted."""

    cached_tokens: int | None = None


class ResponseUsage(BaseModel):
    """What the answer cost."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: InputDetails | None = None

    def count(self) -> Usage:
        """Return it in our terms."""
        details = self.input_tokens_details or InputDetails()
        return Usage(
            input_tokens=self.input_tokens or 0,
            cached_tokens=details.cached_tokens or 0,
            output_tokens=self.output_tokens or 0,
        )


class ResponseBody(BaseModel):
    """The response as a terminal event holds it."""

    output: list[object] | None = None
    usage: ResponseUsage | None = None
    error: ErrorEvent | None = None
    incomplete_details: IncompleteDetails | None = None


class TerminalEvent(BaseModel):
    """`response.completed`, `response.incomplete` and `response.failed`."""

    type: str
    response: ResponseBody


def responses_body(model: str, request: ModelRequest) -> bytes:
    """Return the JSON body that asks for a streamed answer to `request`.

    The whole transcript goes along each time and nothing is kept by the server: local servers know
    no other way, and a recorded transcript stays the only truth.
    """
    body: dict[str, object] = {
        "model": model,
        "input": [entry for item in request.items for entry in _entries(item)],
        "stream": True,
        "store": False,
    }
    if request.instructions:
        body["instructions"] = well_formed(request.instructions)
    if request.max_output_tokens is not None:
        body["max_output_tokens"] = request.max_output_tokens
    return body_of(body, _tools(request.tools))


def _entries(item: Item) -> list[dict[str, object]]:
    match item:
        case UserText(pictures=()):
            return [{"role": "user", "content": well_formed(item.text)}]
        case UserText():
            return [{"role": "user", "content": _with_pictures(item)}]
        case ToolOutput():
            return [
                {
                    "type": "function_call_output",
                    "call_id": item.call_id,
                    "output": well_formed(item.output),
                }
            ]
        case AssistantTurn():
            return _assistant(item)


def _with_pictures(item: UserText) -> list[dict[str, object]]:
    words: dict[str, object] = {"type": "input_text", "text": well_formed(item.text)}
    pictures: list[dict[str, object]] = [
        {"type": "input_image", "image_url": data_url(picture), "detail": "auto"}
        for picture in item.pictures
    ]
    return [words, *pictures]


def _assistant(turn: AssistantTurn) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = []
    if turn.text:
        entries.append({"role": "assistant", "content": well_formed(turn.text)})
    entries.extend(
        {
            "type": "function_call",
            "call_id": call.call_id,
            "name": call.name,
            "arguments": replayed_arguments(call),
        }
        for call in turn.tool_calls
    )
    return entries


@lru_cache(maxsize=TOOL_SETS_KEPT)
def _tools(specs: tuple[ToolSpec, ...]) -> str:
    return json_of([_tool(spec) for spec in specs]) if specs else ""


def _tool(spec: ToolSpec) -> dict[str, object]:
    return {
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": json.loads(spec.parameters),
        "strict": False,  # the default here is true, and it refuses schemas with optional fields
    }
