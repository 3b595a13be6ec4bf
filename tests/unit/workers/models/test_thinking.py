"""Tests of `workers.models.thinking`."""

import pytest

from workers.models.thinking import ThinkingFilter


def filtered(pieces: list[str]) -> str:
    """Send pieces through a new filter."""
    thinking = ThinkingFilter()
    return "".join([thinking.feed(piece) for piece in pieces]) + thinking.end()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It rains.", "It rains."),
        ("<think>Hm</think>\n\nIt rains.", "It rains."),
        ("\n<think>\na <think> b </th\n</think>It rains.", "It rains."),
        ("<think></think>It rains.", "It rains."),
        ("Use <think>x</think> tags.", "Use <think>x</think> tags."),
        ("<thin ice", "<thin ice"),
        ("<think>never closed", ""),
        ("  indented", "  indented"),
        ("<thi", "<thi"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_only_a_block_at_the_start_is_dropped(text: str, answer: str, size: int) -> None:
    """However the text is cut into pieces."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert filtered(pieces) == answer


def test_text_is_not_held_back_once_it_is_known_to_be_the_answer() -> None:
    """A reader sees each word when it comes."""
    thinking = ThinkingFilter()
    assert [thinking.feed("It"), thinking.feed(" rains <"), thinking.feed("think>")] == [
        "It",
        " rains <",
        "think>",
    ]
