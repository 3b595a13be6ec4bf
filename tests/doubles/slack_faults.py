"""What can go wrong between an app and Slack, to be ordered for the next calls."""

from dataclasses import dataclass

from tests.doubles.faults import Cut
from tests.doubles.slack_rules import ApiRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong once: a refusal, a cut, or an answer that is not Slack's."""

    refusal: ApiRefusal | None = None
    cut: Cut | None = None
    body: str | None = None

    def raise_refusal(self) -> None:
        """Raise the refusal, if that is the fault."""
        if self.refusal is not None:
            raise self.refusal


def refused(code: str) -> Fault:
    """Return a refusal in Slack's usual form: status 200 and its word for the reason."""
    return Fault(refusal=ApiRefusal(code))


def too_many_requests(retry_after: int) -> Fault:
    """Return Slack's 429; `retry_after` in seconds."""
    return Fault(refusal=ApiRefusal("ratelimited", status=429, retry_after=retry_after))


def bad_gateway() -> Fault:
    """Return a proxy's page instead of an answer."""
    return Fault(body="<html><h1>502 Bad Gateway</h1></html>")


def cut_before_applying() -> Fault:
    """Return a connection closed when the request was read but nothing done."""
    return Fault(cut=Cut.BEFORE_APPLYING)


def cut_after_applying() -> Fault:
    """Return a connection closed when everything was done but nothing answered."""
    return Fault(cut=Cut.AFTER_APPLYING)
