"""What becomes of CommonMark on screens that are too narrow for it."""

from collections import Counter

import pytest
from hypothesis import example, given, settings

from tests.doubles.markup import holds_in_order, seen, seen_of_markdown
from tests.unit.channels.rendering.kits import on_screen
from tests.unit.channels.rendering.texts import documents


@pytest.mark.parametrize("columns", [40, 80])
@settings(max_examples=100, deadline=None)
@example(text="-   -   -   > | aaaaaa。。。 | aaaa。。。。。 |\n            > |:--|--:|")
@given(text=documents)
def test_a_narrow_screen_takes_nothing_away(columns: int, text: str) -> None:
    """Lines are folded; a table's cells too, each in its column."""
    shown, wanted = seen(on_screen(text, columns=columns)), seen_of_markdown(text)
    assert Counter(shown) >= Counter(wanted)
    if "|:--" not in text:
        assert holds_in_order(shown, wanted)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see [the map](https://e.org/map)", "see the map (https://e.org/map)"),
        ("![cat](https://e.org/cat.png)", "cat (https://e.org/cat.png)"),
        ("<https://e.org/%C3%A4>", "https://e.org/ä"),
        ("<a@e.org>", "a@e.org"),
        ("[](https://e.org)", "https://e.org"),
    ],
)
def test_a_links_address_is_seen(text: str, shown: str) -> None:
    """Not every terminal can open a link that it does not show."""
    assert on_screen(text, columns=80).strip() == shown
