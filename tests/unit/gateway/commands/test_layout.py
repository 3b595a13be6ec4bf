"""How facts are laid out."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.commands.layout import ago, code, excerpt, first_sentence, plain, span


@pytest.mark.parametrize(
    ("time", "english", "chinese"),
    [
        (timedelta(seconds=-5), "0 s", "0 秒"),
        (timedelta(seconds=59.9), "59 s", "59 秒"),
        (timedelta(minutes=59), "59 min", "59 分钟"),
        (timedelta(minutes=90), "1 h 30 min", "1 小时 30 分钟"),
        (timedelta(days=3, hours=2), "3 d 2 h", "3 天 2 小时"),
    ],
)
def test_span_is_told_in_its_largest_units(time: timedelta, english: str, chinese: str) -> None:
    """A clock that went backwards makes no negative span."""
    assert span(time, "en") == english
    assert span(time, "zh") == chinese
    assert ago(time, "zh") == f"{chinese}前"


def test_foreign_words_have_no_effect_as_markup() -> None:
    """They stay on one line, and links and emphasis are only shown."""
    assert plain("*a*\n[b](c)  `d`") == r"\*a\* \[b\](c) \`d\`"
    assert code("a`b\nc") == "`a'b c`"


def test_long_text_is_cut_before_it_is_escaped() -> None:
    """So that no escape is cut in two."""
    assert excerpt("short") == "short"
    assert excerpt("*" * 10, 5) == r"\*" * 4 + "…"
    assert excerpt("word " * 40, 11) == "word word…"


@given(st.text(), st.integers(min_value=1, max_value=100))
def test_excerpt_is_one_line_of_bounded_length(text: str, most: int) -> None:
    """Whatever the text; only the escapes come on top."""
    found = excerpt(text, most)

    assert len(found.splitlines()) <= 1
    assert len(found) <= 2 * most


@pytest.mark.parametrize(
    ("text", "language", "sentence"),
    [
        ("Reads feeds. 阅读源。Use it.", "en", "Reads feeds."),
        ("Reads feeds. 阅读源。Use it.", "zh-CN", "阅读源。"),
        ("Version 2.5 reads\nfeeds", "", "Version 2.5 reads feeds"),
        ("Reads feeds. Often.", "zh", "Reads feeds."),
        ("", "en", ""),
    ],
)
def test_the_first_sentence_is_in_the_persons_language(
    text: str, language: str, sentence: str
) -> None:
    """If there is one."""
    assert first_sentence(text, language) == sentence
