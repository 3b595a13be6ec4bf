"""How long is waited after a failure."""

from datetime import timedelta

import pytest

from gateway.retry import LONGEST_WAIT, back_off


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (10_000, 300)]
)
def test_longest_wait_doubles_up_to_a_bound(attempt: int, seconds: int) -> None:
    """Even after days of failures the number stays a number, and the wait five minutes."""
    decision = back_off(attempt, "the model is down", random_share=lambda: 1.0)

    assert decision.wait == timedelta(seconds=seconds)
    assert decision.reason == "the model is down"


@pytest.mark.parametrize("attempt", [1, 5, 100])
def test_shortest_wait_is_a_tenth(attempt: int) -> None:
    """A row of failures never becomes a busy loop."""
    longest = back_off(attempt, "", random_share=lambda: 1.0).wait

    assert back_off(attempt, "", random_share=lambda: 0.0).wait == longest / 10


def test_waits_differ() -> None:
    """Those who failed together do not come back together."""
    waits = {back_off(10, "").wait for _ in range(20)}

    assert len(waits) > 1
    assert all(LONGEST_WAIT / 10 <= wait <= LONGEST_WAIT for wait in waits)
