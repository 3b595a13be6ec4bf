"""What to do after a failure: the decision as a value."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDecision:
    """Try again after `wait`; `reason` is for the record."""

    wait: timedelta
    reason: str


def back_off(
    attempt: int, reason: str, *, random_share: Callable[[], float] = random.random
) -> RetryDecision:
    """Wait twice as long after each attempt, up to a bound, by a random share of that.

    Full jitter after https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/,
    but never less than a tenth, so that a row of failures cannot become a busy loop.
    """
    ceiling = min(FIRST_WAIT * 2 ** min(attempt - 1, 20), LONGEST_WAIT)
    share = 0.1 + 0.9 * random_share()
    return RetryDecision(wait=ceiling * share, reason=reason)
