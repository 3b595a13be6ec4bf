"""What can go wrong between a bot and Telegram, to be ordered for the next calls."""

from dataclasses import dataclass

from tests.doubles.faults import Cut
from tests.doubles.telegram_rules import ApiRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong once: a refusal, a cut, or a delay in seconds before the rest."""

    refusal: tuple[int, str, int | None] | None = None
    cut: Cut | None = None
    delay: float = 0
    body: str | None = None  # an answer that is not the Bot API's, such as a proxy's

    def raise_refusal(self) -> None:
        """Raise the refusal, if that is the fault."""
        if self.refusal is not None:
            code, description, retry_after = self.refusal
            raise ApiRefusal(code, description, retry_after=retry_after)


def too_many_requests(retry_after: int) -> Fault:
    """Return Telegram's 429; `retry_after` in seconds."""
    words = f"Too Many Requests: retry after {retry_after}"
    return Fault(refusal=(429, words, retry_after))


def server_error() -> Fault:
    """Return Telegram's 500."""
    return Fault(refusal=(500, "Internal Server Error", None))


def markup_refused() -> Fault:
    """Return the refusal of entities."""
    return Fault(refusal=(400, "Bad Request: can't parse entities: unsupported", None))


def cut_before_applying() -> Fault:
    """Return a connection closed when the request was read but nothing done."""
    return Fault(cut=Cut.BEFORE_APPLYING)


def cut_after_applying() -> Fault:
    """Return a connection closed when everything was done but nothing answered."""
    return Fault(cut=Cut.AFTER_APPLYING)


def bad_gateway() -> Fault:
    """Return a proxy's page instead of an answer."""
    return Fault(body="<html><h1>502 Bad Gateway</h1></html>")
