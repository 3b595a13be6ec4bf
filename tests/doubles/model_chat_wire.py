"""Chat Completions as a server speaks it.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

import json

from tests.doubles.model_json import JsonObject, encode, fragments, pieces, read_picture
from tests.doubles.model_reply import Api, End, ParsedRequest, Reply
from workers.models.protocol import (
    AssistantTurn,
    Item,
    ToolCall,
    ToolOutput,
    ToolSpec,
    Usage,
    UserText,
)

_ID = "chatcmpl-double"
_CREATED = 1_700_000_000


def parse(body: JsonObject) -> ParsedRequest:
    """Read a request; raises KeyError, TypeError or ValueError where it is not one."""
    messages: list[JsonObject] = body["messages"]
    system = [message["content"] for message in messages if message["role"] == "system"]
    return ParsedRequest(
        api=Api.CHAT,
        model=body["model"],
        instructions="\n".join(system),
        items=tuple(_item(message) for message in messages if message["role"] != "system"),
        tools=tuple(_tool(tool["function"]) for tool in body.get("tools", ())),
        is_streamed=bool(body.get("stream", False)),
        max_output_tokens=body.get("max_tokens"),
    )


def stream_chunks(reply: Reply, model: str) -> list[bytes]:
    """Return the events of a streamed reply, one per chunk."""
    deltas: list[JsonObject] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": piece} for piece in pieces(reply.reasoning)]
    deltas += [{"content": piece} for piece in pieces(reply.text)]
    for index, call in enumerate(reply.tool_calls):
        deltas += _call_deltas(index, call)
    chunks = [_chunk(model, delta, None) for delta in deltas]
    if reply.end in {End.FAILED, End.ERROR}:
        error = {"code": reply.error_code, "message": reply.error_message}
        return [*chunks, _sse({"error": error})]
    chunks.append(_chunk(model, {}, _finish_reason(reply)))
    if reply.usage is not None:
        chunks.append(_sse({**_head(model), "choices": [], "usage": _usage(reply.usage)}))
    return [*chunks, b"data: [DONE]\n\n"]


def whole_body(reply: Reply, model: str) -> bytes:
    """Return the body of a reply that is not streamed."""
    message: JsonObject = {"role": "assistant", "content": reply.text or None, "refusal": None}
    if reply.tool_calls:
        message["tool_calls"] = [_call(call) for call in reply.tool_calls]
    choice = {"index": 0, "message": message, "finish_reason": _finish_reason(reply)}
    body: JsonObject = {**_head(model), "object": "chat.completion", "choices": [choice]}
    if reply.usage is not None:
        body["usage"] = _usage(reply.usage)
    return encode(body)


def _item(message: JsonObject) -> Item:
    match message["role"]:
        case "user":
            return _user_text(message["content"])
        case "tool":
            return ToolOutput(call_id=message["tool_call_id"], output=message["content"])
        case "assistant":
            calls = tuple(
                ToolCall(call_id=call["id"], **call["function"])
                for call in message.get("tool_calls", ())
            )
            return AssistantTurn(text=message["content"] or "", tool_calls=calls)
        case role:
            raise ValueError(f"unknown role {role}")


def _user_text(content: str | list[JsonObject]) -> UserText:
    if isinstance(content, str):
        return UserText(text=content)
    return UserText(
        text="".join(part["text"] for part in content if part["type"] == "text"),
        pictures=tuple(
            read_picture(part["image_url"]["url"])
            for part in content
            if part["type"] == "image_url"
        ),
    )


def _tool(function: JsonObject) -> ToolSpec:
    return ToolSpec(
        name=function["name"],
        description=function["description"],
        parameters=json.dumps(function["parameters"]),
    )


def _head(model: str) -> JsonObject:
    return {
        "id": _ID,
        "object": "chat.completion.chunk",
        "created": _CREATED,
        "model": model,
        "system_fingerprint": None,
    }


def _chunk(model: str, delta: JsonObject, finish_reason: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _sse({**_head(model), "choices": [choice], "usage": None})


def _sse(value: JsonObject) -> bytes:
    return b"data: " + encode(value) + b"\n\n"


def _call(call: ToolCall) -> JsonObject:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.call_id, "type": "function", "function": function}


def _call_deltas(index: int, call: ToolCall) -> list[JsonObject]:
    opening = {"index": index, **_call(call)}
    opening["function"] = {"name": call.name, "arguments": ""}
    rest = [{"index": index, "function": {"arguments": part}} for part in fragments(call.arguments)]
    return [{"tool_calls": [piece]} for piece in [opening, *rest]]


def _finish_reason(reply: Reply) -> str:
    match reply.end:
        case End.TRUNCATED:
            return "length"
        case End.FILTERED:
            return "content_filter"
        case _:
            return "tool_calls" if reply.tool_calls else "stop"


def _usage(usage: Usage) -> JsonObject:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
