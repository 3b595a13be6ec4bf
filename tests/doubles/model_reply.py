"""What the scripted model server is asked, and what it is told to answer."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workers.models.protocol import Item, ToolCall, ToolSpec, Usage, UserText


class Api(StrEnum):
    """Which of the two APIs."""

    RESPONSES = "/v1/responses"
    CHAT = "/v1/chat/completions"


class End(StrEnum):
    """How a stream ends if nothing cuts it."""

    COMPLETED = "completed"
    TRUNCATED = "truncated"  # the output limit was reached
    FILTERED = "filtered"  # the content filter withheld the rest
    FAILED = "failed"  # Responses: `response.failed`; Chat: an error in place of a chunk
    ERROR = "error"  # Responses: the `error` event; Chat: as FAILED


class Cut(StrEnum):
    """How a connection ends too early."""

    CLOSE = "close"  # as if the answer were over, but without its terminal event
    RESET = "reset"  # TCP reset


USUAL_USAGE = Usage(input_tokens=11, cached_tokens=4, output_tokens=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRequest:
    """A request as both APIs mean it."""

    api: Api
    model: str
    instructions: str
    items: tuple[Item, ...]
    tools: tuple[ToolSpec, ...]
    is_streamed: bool
    max_output_tokens: int | None = None

    @property
    def newest_user_text(self) -> str:
        """The last words from a person, or nothing."""
        texts = (item.text for item in reversed(self.items) if isinstance(item, UserText))
        return next(texts, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of the server.

    A status other than 200 answers with an error body of `error_code` and `error_message`; they
    also fill the failing `end`s. `raw` replaces the streamed chunks altogether. `cut_before` is the
    number of the chunk that is not sent any more. `pace` holds back every chunk, and the head of
    the answer before the first, until it is released once for each. `delay_s` is for benchmarks.
    """

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    usage: Usage | None = USUAL_USAGE
    end: End = End.COMPLETED
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error_code: str = "server_error"
    error_message: str = "The server had an error while processing your request."
    raw: tuple[bytes, ...] | None = None
    cut: Cut = Cut.CLOSE
    cut_before: int | None = None
    pace: asyncio.Semaphore | None = None
    delay_s: float = 0.0


Script = Callable[[ParsedRequest], Reply]
"""Chooses the reply to each request; called once per request, in their order."""


def rate_limited(retry_after: str, **headers: str) -> Reply:
    """Return the reply of a server that is asked too often; `retry_after` as in the header."""
    return Reply(
        status=429,
        headers={"Retry-After": retry_after, **headers},
        error_code="rate_limit_exceeded",
        error_message="Rate limit reached for requests",
    )


def overflowing() -> Reply:
    """Return the reply to a transcript that is too long."""
    return Reply(
        status=400,
        error_code="context_length_exceeded",
        error_message="This model's maximum context length is 8192 tokens.",
    )
