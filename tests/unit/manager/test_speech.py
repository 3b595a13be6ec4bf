"""The rules of speech."""

import pytest

from manager.speech import chosen, question_text


def test_options_are_numbered() -> None:
    """Below the question, as a list."""
    assert question_text("Which?", ("red", "blue")) == "Which?\n\n1. red\n2. blue"
    assert question_text("Which?", ()) == "Which?"


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("1", "red"),
        (" 2\n", "blue"),
        ("２", "blue"),
        ("0", "0"),
        ("3", "3"),
        ("-1", "-1"),
        ("²", "²"),
        ("2 of them", "2 of them"),
        ("red", "red"),
    ],
)
def test_a_bare_number_stands_for_its_option(answer: str, meant: str) -> None:
    """Anything else is taken as it was said."""
    assert chosen(answer, ("red", "blue")) == meant


def test_a_number_is_a_number_where_there_are_no_options() -> None:
    """As in "How many?"."""
    assert chosen("2", ()) == "2"
