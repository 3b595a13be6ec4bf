"""Long texts are cut where a reader would pause, and nothing of them is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.summarize.scripts.passages import cut

PIECES = st.sampled_from(
    [
        "word ",
        "\n",
        "\n\n",
        "# Heading\n",
        "```\n",
        "~~~\n",
        "句子。",
        "x" * 50,
        " ",
        "End. ",
        "\r\n",
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join), st.integers(min_value=1, max_value=120))
def test_the_parts_are_the_text(text: str, limit: int) -> None:
    """Joined they are it again, and none is longer than it may be, or empty."""
    parts = cut(text, limit)

    assert "".join(parts) == text
    assert all(0 < len(part) <= limit for part in parts)


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("one\n\ntwo\n\nthree\n", 12, ["one\n\ntwo\n\n", "three\n"]),
        ("intro intro\n\n# Next\n\nmore\n", 25, ["intro intro\n\n", "# Next\n\nmore\n"]),
        ("a\n\n```\nx\n\ny\n```\n\nb\n", 15, ["a\n\n", "```\nx\n\ny\n```\n\n", "b\n"]),
        ("one two. three four. five", 12, ["one two. ", "three four. ", "five"]),
        ("第一句。第二句。第三句。", 8, ["第一句。第二句。", "第三句。"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("", 5, []),
    ],
)
def test_a_text_is_cut_at_its_joints(text: str, limit: int, parts: list[str]) -> None:
    """Before a heading, after a paragraph, not within code, then at sentences, then anywhere."""
    assert cut(text, limit) == parts
