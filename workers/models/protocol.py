"""What the agent loop asks of a model, and what a model answers."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model sees it; `parameters` is a JSON Schema as JSON text."""

    name: str
    description: str
    parameters: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A complete call that a model asked for; `arguments` is JSON text as the model wrote it."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture for models that take them: PNG, JPEG, WebP or GIF, as `mime_type` says."""

    mime_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserText:
    """Words given to the model, and the pictures that belong to them."""

    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantTurn:
    """What the model said earlier."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """What a tool returned for one call."""

    call_id: str
    output: str


Item = UserText | AssistantTurn | ToolOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One call: standing instructions, the transcript so far, and the tools on offer."""

    instructions: str
    items: tuple[Item, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the provider counted them; zero where it did not say."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """A whole answer: its terminal event was seen and every tool call is complete."""

    text: str
    model: str
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()
    is_truncated: bool = False  # the provider stopped at its output limit
    duration: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """A piece of the answer's text, in order."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRestarted:
    """The answer begins again; every `TextDelta` before this one is void.

    Only a model that tries again by itself (`FallbackModel`) yields it.
    """


ModelEvent = TextDelta | StreamRestarted | ModelAnswer


class Model(Protocol):
    """A language model that streams."""

    name: str

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Yield `TextDelta`s and then exactly one `ModelAnswer`, which is last.

        The deltas since the start (or the last `StreamRestarted`) joined are the answer's text.
        Makes one request and never tries again by itself; `FallbackModel` alone does, because that
        is its job. Closing the generator (`contextlib.aclosing`) or cancelling its reader ends the
        request. Text is well-formed Unicode without NUL.

        Raises:
            ModelUnavailable: a passing trouble (rate limit, outage, timeout, cut stream).
            ModelRejected: the provider refuses the request or the key.
            ContextOverflow: the transcript is too long for the model.
        """
