"""How long a channel waits between tries."""

from channels.backoff import Backoff


def test_waits_double_up_to_the_ceiling() -> None:
    """Without jitter the waits are 1, 2, 4, 8 seconds and then the ceiling."""
    backoff = Backoff(first=1, ceiling=10, share=lambda: 1.0)
    assert [backoff.seconds() for _ in range(6)] == [1, 2, 4, 8, 10, 10]


def test_jitter_shortens_a_wait_by_half_at_most() -> None:
    """The shortest jitter still waits for half of the time, and never less than the first."""
    backoff = Backoff(first=1, ceiling=10, share=lambda: 0.0)
    assert [backoff.seconds() for _ in range(5)] == [1, 1, 2, 4, 5]


def test_a_success_starts_over() -> None:
    """After a reset the waits are short again."""
    backoff = Backoff(first=5, ceiling=60, share=lambda: 1.0)
    backoff.seconds()
    backoff.seconds()
    backoff.reset()
    assert backoff.seconds() == 5
