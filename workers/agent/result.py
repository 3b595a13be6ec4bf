"""How a run ends."""

from dataclasses import dataclass
from enum import StrEnum


class StopReason(StrEnum):
    """Why a run was ended without an answer; the person is told."""

    TOO_MANY_STEPS = "too_many_steps"
    TOO_MANY_TOKENS = "too_many_tokens"
    TOO_LONG = "too_long"
    REPEATED_CALL = "repeated_call"  # the same call three times in a row
    ALTERNATING_CALLS = "alternating_calls"  # A, B, A, B
    BROKEN_CALLS = "broken_calls"  # malformed or unknown tool calls, again and again
    EMPTY_ANSWER = "empty_answer"
    CONTEXT_OVERFLOW = "context_overflow"
    MODEL_REJECTED = "model_rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAnswer:
    """The run came to an answer."""

    text: str
    model: str
    steps: int  # model calls
    tokens: int  # in and out, cached ones included


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStopped:
    """A budget or a breaker ended the run; `detail` says with which figures."""

    reason: StopReason
    detail: str


AgentResult = AgentAnswer | AgentStopped
