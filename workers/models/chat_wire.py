"""What Chat Completions looks like on the wire.

https://platform.openai.com/docs/api-reference/chat/create
"""

import json
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, Field

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


class ContentPart(BaseModel):
    """A part of a message; only parts of type `text` are meant for a reader."""

    type: str = ""
    text: str | None = None


class FunctionDelta(BaseModel):
    """A piece of a call: the name comes whole, the arguments in pieces."""

    name: str | None = None
    arguments: str | None = None


class ToolCallDelta(BaseModel):
    """A piece of the call number `index`."""

    index: int | None = None
    id: str | None = None
    function: FunctionDelta | None = None


class Delta(BaseModel):
    """What a chunk adds to the message; reasoning fields are left out."""

    content: Annotated[str | list[ContentPart] | None, Field(union_mode="left_to_right")] = None
    refusal: str | None = None
    tool_calls: list[ToolCallDelta] | None = None

    @property
    def text(self) -> str:
        """The words of this chunk."""
        if isinstance(self.content, list):
            said = "".join(part.text or "" for part in self.content if part.type == "text")
        else:
            said = self.content or ""
        return said + (self.refusal or "")


class Choice(BaseModel):
    """One of the answers; we ask for one."""

    index: int = 0
    delta: Delta | None = None
    finish_reason: str | None = None


class PromptDetails(BaseModel):
    """How the prompt was counted."""

    cached_tokens: int | None = None


class ChatUsage(BaseModel):
    """What the answer cost."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None

    def count(self) -> Usage:
        """Return it in our terms."""
        details = self.prompt_tokens_details or PromptDetails()
        return Usage(
            input_tokens=self.prompt_tokens or 0,
            cached_tokens=details.cached_tokens or 0,
            output_tokens=self.completion_tokens or 0,
        )


class ChatChunk(BaseModel):
    """One event of the stream."""

    choices: list[Choice] | None = None
    usage: ChatUsage | None = None


def chat_body(model: str, request: ModelRequest) -> bytes:
    """Return the JSON body that asks for a streamed answer to `request`."""
    body: dict[str, object] = {
        "model": model,
        "messages": _messages(request),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.max_output_tokens is not None:
        # Deprecated at OpenAI, whose own models are better served by the Responses API, but the
        # only name that every compatible server knows.
        body["max_tokens"] = request.max_output_tokens
    return body_of(body, _tools(request.tools))


def _messages(request: ModelRequest) -> list[dict[str, object]]:
    messages: list[dict[str, object]] = []
    if request.instructions:
        messages.append({"role": "system", "content": well_formed(request.instructions)})
    for item in request.items:
        messages.extend(_message(item))
    return messages


def _message(item: Item) -> list[dict[str, object]]:
    match item:
        case UserText(pictures=()):
            return [{"role": "user", "content": well_formed(item.text)}]
        case UserText():
            return [{"role": "user", "content": _with_pictures(item)}]
        case ToolOutput():
            output = well_formed(item.output)
            return [{"role": "tool", "tool_call_id": item.call_id, "content": output}]
        case AssistantTurn(text="", tool_calls=()):
            return []  # an answer of nothing is no message
        case AssistantTurn():
            return [_assistant(item)]


def _with_pictures(item: UserText) -> list[dict[str, object]]:
    words: dict[str, object] = {"type": "text", "text": well_formed(item.text)}
    pictures: list[dict[str, object]] = [
        {"type": "image_url", "image_url": {"url": data_url(picture)}} for picture in item.pictures
    ]
    return [words, *pictures]


def _assistant(turn: AssistantTurn) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": well_formed(turn.text) or None}
    if turn.tool_calls:
        message["tool_calls"] = [
            {
                "id": call.call_id,
                "type": "function",
                "function": {"name": call.name, "arguments": replayed_arguments(call)},
            }
            for call in turn.tool_calls
        ]
    return message


@lru_cache(maxsize=TOOL_SETS_KEPT)
def _tools(specs: tuple[ToolSpec, ...]) -> str:
    return json_of([_tool(spec) for spec in specs]) if specs else ""


def _tool(spec: ToolSpec) -> dict[str, object]:
    function = {
        "name": spec.name,
        "description": spec.description,
        "parameters": json.loads(spec.parameters),
    }
    return {"type": "function", "function": function}
