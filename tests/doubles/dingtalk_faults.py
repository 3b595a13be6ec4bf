"""What can go wrong between a robot and DingTalk, to be ordered for the next calls."""

import asyncio
from dataclasses import dataclass

from tests.doubles.dingtalk_rules import ApiRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong once.

    `is_cut_before` and `is_cut_after` close the connection without an answer, before or after the
    call is done; `until` holds the call up.
    """

    refusal: ApiRefusal | None = None
    is_cut_before: bool = False
    is_cut_after: bool = False
    until: asyncio.Event | None = None


def too_many_requests(retry_after: int | None = None) -> Fault:
    """Return DingTalk's limit of calls in a second; `retry_after` in seconds."""
    code = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
    return Fault(refusal=ApiRefusal(403, code, "too many calls", retry_after=retry_after))


def server_error() -> Fault:
    """Return DingTalk's 500."""
    return Fault(refusal=ApiRefusal(500, "unknownError", "unknown error"))


def refused(code: str, status: int = 400) -> Fault:
    """Return a refusal with a code of DingTalk's."""
    return Fault(refusal=ApiRefusal(status, code, code))


def cut_before_applying() -> Fault:
    """Return a connection closed when the request was read but nothing done."""
    return Fault(is_cut_before=True)


def cut_after_applying() -> Fault:
    """Return a connection closed when everything was done but nothing answered."""
    return Fault(is_cut_after=True)


def hanging(until: asyncio.Event) -> Fault:
    """Return a call that is answered only when the event is set."""
    return Fault(until=until)
