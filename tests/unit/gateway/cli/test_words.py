"""How ids, times and other people's texts are written."""

from datetime import timedelta

import pytest

from gateway.cli.words import age, excerpt, seconds, short_id
from tests.doubles.records import TASK_ID


def test_excerpt_is_one_line() -> None:
    """Line breaks and runs of space would break a table."""
    assert excerpt("  first\n\n second\tthird ") == "first second third"


def test_long_text_is_cut_with_a_mark() -> None:
    """The mark counts, so that a column keeps its width."""
    assert excerpt("abcdefgh", 5) == "abcd…"
    assert excerpt("abcde", 5) == "abcde"


def test_excerpt_cannot_steer_the_terminal() -> None:
    """What a model or a stranger wrote is shown, not obeyed."""
    assert excerpt("a\x1b[2Jb\u202ec") == r"a\x1b[2Jb\u202ec"


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (timedelta(seconds=-1), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=3), "3 d"),
    ],
)
def test_age_is_told_in_its_largest_unit(time: timedelta, text: str) -> None:
    """Two digits are enough to tell how old something is."""
    assert age(time) == text


def test_seconds_and_ids_are_short() -> None:
    """A length of time to the millisecond; the beginning of an id."""
    assert seconds(timedelta(milliseconds=12)) == "0.012 s"
    assert short_id(TASK_ID) == "7f3a0000"
