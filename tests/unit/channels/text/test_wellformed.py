"""What becomes of texts that can't be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.text.wellformed import wellformed


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("plain 你好 😀", "plain 你好 😀"),
        ("a\x00b", "a\ufffdb"),
        ("high \ud83d alone", "high \ufffd alone"),
        ("low \ude00 alone", "low \ufffd alone"),
        ("\ud83d\ude00", "😀"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
    ],
)
def test_only_what_is_broken_changes(text: str, mended: str) -> None:
    """Unpaired surrogates and NUL are replaced, a pair left apart becomes its character."""
    assert wellformed(text) == mended


@given(st.text(st.characters(exclude_categories=()) | st.characters(categories=["Cs"])))
def test_the_result_can_be_stored(text: str) -> None:
    """Whatever comes in, the result is UTF-8 without NUL, and mending it again changes nothing."""
    mended = wellformed(text)
    assert b"\x00" not in mended.encode()
    assert wellformed(mended) == mended
