"""How CommonMark is shown and divided within Telegram's limits."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.outbound import (
    MAX_ENTITIES,
    MAX_TEXT_UNITS,
    Entity,
    render,
    split,
    utf16_units,
)

REPORT = (
    "# Head\n\nHello **bold** `code` [link](https://example.org) 你好😀. More text follows here,"
    " as it does in any report that somebody wrote.\n\n- one\n- two\n\n```py\nprint(1)\n```\n\n"
)


def test_entities_count_utf16_units() -> None:
    """An emoji before a bold word takes two units."""
    rendered = render("😀 **bold**")
    assert rendered.text == "😀 bold"
    assert rendered.entities == (Entity(type="bold", offset=3, length=4),)


@pytest.mark.parametrize(
    ("text", "shown"), [("", "…"), (" \n", "…"), ("<!-- x -->", "<!-- x -->"), ("a\x00", "a\ufffd")]
)
def test_something_is_always_shown(text: str, shown: str) -> None:
    """What would render to nothing is shown as written, and nothing as an ellipsis."""
    assert render(text).text == shown


@pytest.mark.parametrize("unit", ["😀", "**a** ", "word ", "> q\n", "`x` ", "- item\n", "|a|\n"])
def test_every_part_fits_one_message(unit: str) -> None:
    """Parts stay within Telegram's length and number of entities."""
    for part in split(unit * 3_000):
        rendered = render(part)
        assert 0 < utf16_units(rendered.text) <= MAX_TEXT_UNITS
        assert len(rendered.entities) <= MAX_ENTITIES


@given(st.text(max_size=300))
def test_any_text_can_be_shown(text: str) -> None:
    """No text breaks the rendering, and entities stay inside of the text."""
    rendered = render(text)
    assert rendered.text.strip()
    assert all(
        entity.offset + entity.length <= utf16_units(rendered.text) for entity in rendered.entities
    )


def test_a_long_report_is_divided_at_once() -> None:
    """100,000 characters of mixed markup take processor time in proportion to their length."""
    text = REPORT * (100_000 // len(REPORT))
    begun_at = time.process_time()
    parts = split(text)
    assert len(parts) > 20
    assert time.process_time() - begun_at < 5  # two seconds on an idle machine


@pytest.mark.parametrize("text", ["short", "a **b** `c`", "😀" * 1000, "1. a\n" * 200])
def test_text_that_is_surely_small_fits(text: str) -> None:
    """What is sent without a closer look is what the closer look would have let pass."""
    (part,) = split(text)

    rendered = render(part)
    assert part == text
    assert utf16_units(rendered.text) <= MAX_TEXT_UNITS
    assert len(rendered.entities) <= MAX_ENTITIES
