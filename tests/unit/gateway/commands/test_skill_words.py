"""Proposed skills in plain words."""

import pytest

from gateway.commands.skill_words import MAX_DIFF_CHARACTERS, fenced


@pytest.mark.parametrize("diff", ["+plain", "+```\n+evil", "+`````"])
def test_nothing_in_a_diff_ends_its_block(diff: str) -> None:
    """The fence is longer than any run of its characters inside."""
    first, *middle, last = fenced(diff).split("\n")

    assert first == f"{last}diff"
    assert set(last) == {"`"}
    assert not any(last in line for line in middle)


def test_a_long_diff_is_cut_visibly() -> None:
    """And an empty one is nothing."""
    assert fenced("+" * (MAX_DIFF_CHARACTERS + 1)).endswith("+\n…\n```")
    assert fenced("") == ""
