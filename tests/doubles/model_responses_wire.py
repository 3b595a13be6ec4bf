"""The Responses API as a server speaks it.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

import itertools
import json
from collections.abc import Iterator

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

_ID = "resp_double"
_CREATED = 1_700_000_000


def parse(body: JsonObject) -> ParsedRequest:
    """Read a request; raises KeyError, TypeError or ValueError where it is not one."""
    entries = body["input"]
    if isinstance(entries, str):
        entries = [{"role": "user", "content": entries}]
    return ParsedRequest(
        api=Api.RESPONSES,
        model=body["model"],
        instructions=body.get("instructions") or "",
        items=tuple(_items(entries)),
        tools=tuple(_tool(tool) for tool in body.get("tools", ())),
        is_streamed=bool(body.get("stream", False)),
        max_output_tokens=body.get("max_output_tokens"),
    )


def stream_chunks(reply: Reply, model: str) -> list[bytes]:
    """Return the events of a streamed reply, one per chunk."""
    opening = _response(model, "in_progress", [], None)
    events: list[JsonObject] = [
        {"type": "response.created", "response": opening},
        {"type": "response.in_progress", "response": opening},
    ]
    output: list[JsonObject] = []
    for item in _output(reply):
        events += _item_events(item, len(output))
        output.append(item)
    events.append(_terminal(reply, model, output))
    return [_sse({**event, "sequence_number": number}) for number, event in enumerate(events)]


def whole_body(reply: Reply, model: str) -> bytes:
    """Return the body of a reply that is not streamed."""
    terminal = _terminal(reply, model, list(_output(reply)))
    return encode(terminal.get("response", terminal))


def _items(entries: list[JsonObject]) -> Iterator[Item]:
    """Read the input; an assistant's words and the calls right after them are one turn."""
    turns = itertools.groupby(entries, key=_is_assistants)
    for is_turn, group in turns:
        if is_turn:
            yield _turn(list(group))
        else:
            yield from (_single(entry) for entry in group)


def _is_assistants(entry: JsonObject) -> bool:
    return entry.get("role") == "assistant" or entry.get("type") == "function_call"


def _turn(entries: list[JsonObject]) -> AssistantTurn:
    return AssistantTurn(
        text="".join(entry["content"] for entry in entries if "role" in entry),
        tool_calls=tuple(
            ToolCall(call_id=entry["call_id"], name=entry["name"], arguments=entry["arguments"])
            for entry in entries
            if "role" not in entry
        ),
    )


def _single(entry: JsonObject) -> Item:
    if entry.get("type") == "function_call_output":
        return ToolOutput(call_id=entry["call_id"], output=entry["output"])
    if entry["role"] != "user":
        raise ValueError(f"unknown role {entry['role']}")
    content = entry["content"]
    if isinstance(content, str):
        return UserText(text=content)
    return UserText(
        text="".join(part["text"] for part in content if part["type"] == "input_text"),
        pictures=tuple(
            read_picture(part["image_url"]) for part in content if part["type"] == "input_image"
        ),
    )


def _tool(tool: JsonObject) -> ToolSpec:
    parameters = json.dumps(tool["parameters"])
    return ToolSpec(name=tool["name"], description=tool["description"], parameters=parameters)


def _output(reply: Reply) -> Iterator[JsonObject]:
    if reply.reasoning:
        summary = [{"type": "summary_text", "text": reply.reasoning}]
        yield {"id": "rs_0", "type": "reasoning", "summary": summary}
    if reply.text or not reply.tool_calls:
        part = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
        yield {
            "id": "msg_0",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }
    for number, call in enumerate(reply.tool_calls):
        yield {
            "id": f"fc_{number}",
            "type": "function_call",
            "status": "completed",
            "call_id": call.call_id,
            "name": call.name,
            "arguments": call.arguments,
        }


def _item_events(item: JsonObject, output_index: int) -> list[JsonObject]:
    place: JsonObject = {"item_id": item["id"], "output_index": output_index}
    match item["type"]:
        case "message":
            empty: JsonObject = {**item, "status": "in_progress", "content": []}
            inner = _text_events(place, item["content"][0])
        case "function_call":
            empty = {**item, "status": "in_progress", "arguments": ""}
            inner = _argument_events(place, item)
        case _:
            empty = {**item, "summary": []}
            inner = _reasoning_events(place, item["summary"][0])
    added = {"type": "response.output_item.added", "output_index": output_index, "item": empty}
    done = {"type": "response.output_item.done", "output_index": output_index, "item": item}
    return [added, *inner, done]


def _text_events(place: JsonObject, part: JsonObject) -> list[JsonObject]:
    at: JsonObject = {**place, "content_index": 0}
    delta = "response.output_text.delta"
    return [
        {"type": "response.content_part.added", **at, "part": {**part, "text": ""}},
        *({"type": delta, **at, "delta": word, "logprobs": []} for word in pieces(part["text"])),
        {"type": "response.output_text.done", **at, "text": part["text"], "logprobs": []},
        {"type": "response.content_part.done", **at, "part": part},
    ]


def _argument_events(place: JsonObject, item: JsonObject) -> list[JsonObject]:
    kind = "response.function_call_arguments"
    arguments: str = item["arguments"]
    return [
        *({"type": f"{kind}.delta", **place, "delta": part} for part in fragments(arguments)),
        {"type": f"{kind}.done", **place, "name": item["name"], "arguments": arguments},
    ]


def _reasoning_events(place: JsonObject, part: JsonObject) -> list[JsonObject]:
    at: JsonObject = {**place, "summary_index": 0}
    delta = "response.reasoning_summary_text.delta"
    return [
        {"type": "response.reasoning_summary_part.added", **at, "part": {**part, "text": ""}},
        *({"type": delta, **at, "delta": word} for word in pieces(part["text"])),
        {"type": "response.reasoning_summary_text.done", **at, "text": part["text"]},
        {"type": "response.reasoning_summary_part.done", **at, "part": part},
    ]


def _terminal(reply: Reply, model: str, output: list[JsonObject]) -> JsonObject:
    error = {"code": reply.error_code, "message": reply.error_message}
    match reply.end:
        case End.ERROR:
            return {"type": "error", **error, "param": None}
        case End.FAILED:
            response = {**_response(model, "failed", [], None), "error": error}
            return {"type": "response.failed", "response": response}
        case End.COMPLETED:
            response = _response(model, "completed", output, reply.usage)
            return {"type": "response.completed", "response": response}
        case End.TRUNCATED | End.FILTERED as end:
            reason = "content_filter" if end is End.FILTERED else "max_output_tokens"
            response = _response(model, "incomplete", output, reply.usage)
            details = {"incomplete_details": {"reason": reason}}
            return {"type": "response.incomplete", "response": {**response, **details}}


def _response(model: str, status: str, output: list[JsonObject], usage: Usage | None) -> JsonObject:
    return {
        "id": _ID,
        "object": "response",
        "created_at": _CREATED,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": output,
        "parallel_tool_calls": True,
        "store": False,
        "usage": None if usage is None else _usage(usage),
    }


def _usage(usage: Usage) -> JsonObject:
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _sse(event: JsonObject) -> bytes:
    return b"event: " + str(event["type"]).encode() + b"\ndata: " + encode(event) + b"\n\n"
