"""Ways to read a model's stream in tests."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Protocol

from workers.models.errors import ModelError
from workers.models.protocol import (
    Model,
    ModelAnswer,
    ModelEvent,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolSpec,
    UserText,
)


class HasBaseUrl(Protocol):
    """A server that is running."""

    base_url: str


Connect = Callable[..., Model]
"""`connect(server, timeout=…)` returns an adapter that talks to the server."""

SHORT = timedelta(milliseconds=150)
LONG = timedelta(seconds=20)

ASK = ModelRequest(
    instructions="Be brief.",
    items=(UserText(text="What is the weather in 北京?"),),
    tools=(
        ToolSpec(
            name="weather",
            description="Tells the weather",
            parameters='{"type": "object", "properties": {"city": {"type": "string"}}}',
        ),
    ),
)
WEATHER = ToolCall(call_id="call_a1", name="weather", arguments='{"city":"北京","unit":"C"}')
CLOCK = ToolCall(call_id="call_b2", name="clock", arguments='{"zone":"Asia/Shanghai"}')


async def read(model: Model, request: ModelRequest = ASK) -> list[ModelEvent]:
    """Return all events of one call; a hang fails after 30 s."""
    async with asyncio.timeout(30), aclosing(model.stream(request)) as events:
        return [event async for event in events]


async def answer_of(model: Model, request: ModelRequest = ASK) -> ModelAnswer:
    """Return the answer of one call."""
    last = (await read(model, request))[-1]
    assert isinstance(last, ModelAnswer)
    return last


def shown(events: list[ModelEvent]) -> str:
    """Return the text that a reader saw grow."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def calls_of(events: list[ModelEvent]) -> tuple[ToolCall, ...]:
    """Return the tool calls of the answer at the end."""
    last = events[-1]
    assert isinstance(last, ModelAnswer)
    return last.tool_calls


async def failure_of(model: Model, request: ModelRequest = ASK) -> tuple[str, ModelError]:
    """Return the text that was shown before the call failed, and how it failed.

    Anything but text before the failure, or no failure at all, fails the test.
    """
    seen: list[str] = []
    try:
        async with asyncio.timeout(30), aclosing(model.stream(request)) as events:
            async for event in events:
                assert isinstance(event, TextDelta), f"{event} of a broken stream"
                seen.append(event.text)
    except ModelError as error:
        return "".join(seen), error
    raise AssertionError("the call did not fail")
