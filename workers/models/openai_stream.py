"""One streamed request by the openai package, as plain JSON events."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

import httpx2
from aiohttp import ClientError
from openai import AsyncOpenAI, AsyncStream, OpenAIError
from pydantic import ValidationError

from workers.models.errors import ModelError, ModelUnavailable
from workers.models.openai_errors import clipped, model_error
from workers.models.protocol import ModelAnswer, ModelEvent, TextDelta

TAIL_S = 0.5
"""How long the rest of a finished stream is read: for the usage, and so that the connection can be
used again; the answer itself is whole by then."""

_Result = TypeVar("_Result")
_END = object()


class Reducer(Protocol):
    """Folds the events of one answer."""

    @property
    def is_finished(self) -> bool:
        """Whether the terminal event was seen."""

    def feed(self, event: object) -> str:
        """Take one event and return the text it adds, mostly none.

        Raises:
            ModelError: the event tells of a failure.
            ValidationError: a field has the wrong type.
        """

    def end_text(self) -> str:
        """Return the text held back until the end."""

    def build(self, duration: timedelta) -> ModelAnswer:
        """Return the finished answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to be made: `body` is JSON, `timeout` the longest silence waited through."""

    client: AsyncOpenAI
    path: str
    body: bytes
    timeout: timedelta


async def stream_answer(call: Call, reducer: Reducer) -> AsyncGenerator[ModelEvent, None]:
    """Make the call, once, and yield its deltas and its answer.

    Raises:
        ModelError: see `Model.stream`.
    """
    started = time.monotonic()
    async with aclosing(_events(call)) as events:
        async for event in events:
            text = _fold(reducer, event)
            if text:
                yield TextDelta(text=text)
            if reducer.is_finished:
                await _read_tail(events, reducer)
                break
        else:
            raise ModelUnavailable("the stream ended before the answer was finished")
    last = reducer.end_text()
    if last:
        yield TextDelta(text=last)
    yield reducer.build(timedelta(seconds=time.monotonic() - started))


async def _events(call: Call) -> AsyncGenerator[object, None]:
    """Yield the stream's events as JSON values.

    `post` is the package's way to an endpoint without its typed methods. Those build events without
    checking them, so that a wrong type would show up anywhere, and cost five times as much
    (measured: 12 ms of CPU instead of 2 for an answer of 25 deltas).
    """
    limit = call.timeout.total_seconds()
    stream = await _within(
        limit,
        call.client.post(
            call.path,
            cast_to=object,
            content=call.body,
            options={"max_retries": 0, "timeout": None},  # the caller's limit is the only one
            stream=True,
            stream_cls=AsyncStream[object],
        ),
    )
    try:
        iterator = aiter(stream)
        while (event := await _within(limit, anext(iterator, _END))) is not _END:
            yield event
    finally:
        await stream.close()


async def _within(limit_s: float, step: Awaitable[_Result]) -> _Result:
    """Await one step of the exchange and name its troubles in our words."""
    try:
        async with asyncio.timeout(limit_s):
            return await step
    except TimeoutError as error:
        raise ModelUnavailable(f"nothing came from the model for {limit_s:g} s") from error
    except OpenAIError as error:
        raise model_error(error) from error
    except (httpx2.HTTPError, ClientError) as error:
        # The package translates most of its transport's errors, but not those of the body of an
        # error answer, nor aiohttp's for an answer that is no HTTP.
        raise ModelUnavailable(f"the connection broke: {type(error).__name__}") from error
    except (ValueError, RecursionError) as error:
        raise ModelUnavailable(f"the stream holds no valid JSON: {clipped(str(error))}") from error


def _fold(reducer: Reducer, event: object) -> str:
    try:
        return reducer.feed(event)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ModelUnavailable(f"event field `{field}`: {first['msg']}") from error


async def _read_tail(events: AsyncGenerator[object, None], reducer: Reducer) -> None:
    try:
        async with asyncio.timeout(TAIL_S):
            async for event in events:
                _fold(reducer, event)
    except (TimeoutError, ModelError):
        return  # the answer is whole; asking again would cost more than the usage is worth
