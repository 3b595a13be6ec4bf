"""Says what a failure of the openai package means for the caller."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

from openai import APIError, APIStatusError, APITimeoutError, OpenAIError

from workers.models.errors import ContextOverflow, ModelError, ModelRejected, ModelUnavailable

_MAX_REASON_CHARS = 300
_MAX_RETRY_AFTER = timedelta(days=1)

_PASSING_STATUS = frozenset({408, 409, 425, 429})  # and those from 500 on
_SERVER_ERRORS = 500
_NOT_IMPLEMENTED = 501
_TOO_LARGE = 413

# Codes and types of OpenAI's error bodies, which compatible servers repeat.
# https://platform.openai.com/docs/guides/error-codes
_REFUSING_CODES = frozenset(
    {
        "billing_hard_limit_reached",
        "bio_policy",
        "content_filter",
        "content_policy_violation",
        "data_residency_mismatch",
        "insufficient_quota",
        "invalid_api_key",
        "invalid_prompt",
        "invalid_request_error",
        "misalignment_policy_violation",
        "model_not_found",
    }
)
_OVERFLOW_CODES = frozenset({"context_length_exceeded", "exceed_context_size_error"})
_OVERFLOW_WORDS = re.compile(
    r"(maximum|model's) context length"  # OpenAI, vLLM, SGLang
    r"|(available|max) context size"  # llama.cpp
    r"|context (window|limit) (is )?exceed|exceeds? (the )?(model's )?context"  # LM Studio, Ollama
    r"|input length exceeds|prompt (is )?too long"  # Ollama
    r"|request too large",  # OpenAI's rate limit, when one request alone is over it
    re.IGNORECASE,
)
_SECRETS = re.compile(r"\b(?:sk|gsk|xai)-[\w*.-]{6,}|\bbearer\s+\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failure as a server tells it; `status` is 0 inside a stream, blank texts are unknown."""

    status: int
    codes: frozenset[str]
    reason: str
    retry_after: timedelta = timedelta(0)


def model_error(error: OpenAIError) -> ModelError:
    """Turn an exception of the package into one of ours."""
    if isinstance(error, APITimeoutError):
        return ModelUnavailable("the model's server did not answer in time")
    if isinstance(error, APIStatusError):
        return classify(
            Failure(
                status=error.status_code,
                codes=_codes(error),
                reason=f"HTTP {error.status_code}: {_message(error)}",
                retry_after=retry_after(error.response.headers),
            )
        )
    if isinstance(error, APIError) and error.body is not None:
        return classify(Failure(status=0, codes=_codes(error), reason=_message(error)))
    cause = f" ({type(error.__cause__).__name__})" if error.__cause__ else ""
    return ModelUnavailable(f"the model's server can't be reached{cause}: {clipped(str(error))}")


def classify(failure: Failure) -> ModelError:
    """Choose the class that says what the caller may do."""
    reason = clipped(failure.reason)
    status = failure.status or _status_among(failure.codes)
    if failure.codes & _OVERFLOW_CODES or _OVERFLOW_WORDS.search(failure.reason):
        return ContextOverflow(reason)
    if status == _TOO_LARGE:
        return ContextOverflow(reason)
    if failure.codes & _REFUSING_CODES and status < _SERVER_ERRORS:
        return ModelRejected(reason)
    if _is_passing(status):
        return ModelUnavailable(reason, retry_after=failure.retry_after)
    return ModelRejected(reason)


def retry_after(headers: Mapping[str, str]) -> timedelta:
    """Read how long the server asks to wait; zero where it does not say.

    `Retry-After` holds seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after);
    `retry-after-ms` is OpenAI's finer form. A date is counted from the server's own `Date`, so that
    the difference between two clocks plays no part.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    value = headers.get("retry-after", "")
    seconds = _number(value)
    return _bounded(_seconds_until(value, headers) if seconds is None else seconds)


def clipped(text: str) -> str:
    """Return `text` as one short line without anything that looks like a key."""
    line = " ".join(_SECRETS.sub("[secret]", text).split())
    return line if len(line) <= _MAX_REASON_CHARS else f"{line[:_MAX_REASON_CHARS]}…"


def _is_passing(status: int) -> bool:
    """Inside a stream (status 0) an unknown trouble counts as passing: the request was accepted."""
    if status == _NOT_IMPLEMENTED:
        return False
    return status == 0 or status in _PASSING_STATUS or status >= _SERVER_ERRORS


def _codes(error: APIError) -> frozenset[str]:
    return frozenset(text for text in (error.code, error.type) if isinstance(text, str))


def _status_among(codes: frozenset[str]) -> int:
    """Some gateways put an HTTP status where OpenAI puts a word."""
    return next((int(code) for code in codes if re.fullmatch(r"[45]\d\d", code)), 0)


def _message(error: APIError) -> str:
    body = error.body
    if isinstance(body, Mapping):
        for key in ("message", "detail"):
            text = body.get(key)
            if isinstance(text, str) and text:
                return text
    return body if isinstance(body, str) and body else error.message


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _seconds_until(value: str, headers: Mapping[str, str]) -> float:
    try:
        span = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return 0.0
    return span.total_seconds()


def _bounded(seconds: float) -> timedelta:
    longest = _MAX_RETRY_AFTER.total_seconds()
    return timedelta(seconds=min(max(seconds, 0.0), longest))
