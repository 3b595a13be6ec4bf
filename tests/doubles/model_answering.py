"""A model that gives prepared answers, tool calls included, for tests of the agent loop."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator

from workers.models.errors import ModelError
from workers.models.protocol import (
    ModelAnswer,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCall,
    Usage,
)
from workers.tools.protocol import JsonValue

NAME = "prepared"
USAGE = Usage(input_tokens=100, output_tokens=10)

Line = ModelAnswer | ModelError | tuple[ModelEvent | ModelError | asyncio.Event, ...]
"""What one call does: an answer, an error, or its events one by one; an `Event` is waited for."""


def says(text: str, *, is_truncated: bool = False) -> ModelAnswer:
    """Return an answer in words."""
    return ModelAnswer(text=text, model=NAME, usage=USAGE, is_truncated=is_truncated)


def asks_for(*calls: ToolCall, text: str = "") -> ModelAnswer:
    """Return an answer that wants tools to be called."""
    return ModelAnswer(text=text, model=NAME, tool_calls=calls, usage=USAGE)


def call(name: str, **arguments: JsonValue) -> ToolCall:
    """Return a call whose id tells which it is."""
    text = json.dumps(arguments)
    return ToolCall(call_id=f"{name} {text}", name=name, arguments=text)


class AnsweringModel:
    """Gives its lines one after the other; a call too many fails the test.

    `begun` is set once it is asked.
    """

    def __init__(self, *lines: Line, name: str = NAME) -> None:
        self.name = name
        self.requests: list[ModelRequest] = []
        self.closed = 0
        self.begun = asyncio.Event()
        self._lines = deque(lines)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model.stream`; an answer's words come in two pieces."""
        self.requests.append(request)
        self.begun.set()
        if not self._lines:
            raise AssertionError(f"the model was asked {len(self.requests)} times, once too often")
        try:
            for event in _events(self._lines.popleft()):
                if isinstance(event, ModelError):
                    raise event
                if isinstance(event, asyncio.Event):
                    await event.wait()
                else:
                    yield event
        finally:
            self.closed += 1


def _events(line: Line) -> tuple[ModelEvent | ModelError | asyncio.Event, ...]:
    match line:
        case ModelAnswer(text=text):
            half = len(text) // 2
            pieces = [TextDelta(text=piece) for piece in (text[:half], text[half:]) if piece]
            return (*pieces, line)
        case ModelError():
            return (line,)
        case _:
            return line
