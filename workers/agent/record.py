"""A model's answer as the text that the journal keeps."""

import json
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from workers.models.protocol import ModelAnswer, ToolCall, Usage


class _Call(BaseModel):
    model_config = ConfigDict(extra="forbid")

    call_id: str
    name: str
    arguments: str


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    model: str
    tool_calls: list[_Call]
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    is_truncated: bool
    duration_ms: int


def encode(answer: ModelAnswer) -> str:
    """Write an answer as JSON in ASCII, so that any text survives any database."""
    return json.dumps(
        {
            "text": answer.text,
            "model": answer.model,
            "tool_calls": [
                {"call_id": call.call_id, "name": call.name, "arguments": call.arguments}
                for call in answer.tool_calls
            ],
            "input_tokens": answer.usage.input_tokens,
            "cached_tokens": answer.usage.cached_tokens,
            "output_tokens": answer.usage.output_tokens,
            "is_truncated": answer.is_truncated,
            "duration_ms": answer.duration // timedelta(milliseconds=1),
        }
    )


def decode(text: str) -> ModelAnswer:
    """Read an answer back.

    Raises:
        pydantic.ValidationError: the journal holds something else.
    """
    read = _Answer.model_validate_json(text)
    return ModelAnswer(
        text=read.text,
        model=read.model,
        tool_calls=tuple(
            ToolCall(call_id=call.call_id, name=call.name, arguments=call.arguments)
            for call in read.tool_calls
        ),
        usage=Usage(
            input_tokens=read.input_tokens,
            cached_tokens=read.cached_tokens,
            output_tokens=read.output_tokens,
        ),
        is_truncated=read.is_truncated,
        duration=timedelta(milliseconds=read.duration_ms),
    )
