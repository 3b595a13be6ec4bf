"""What is kept of a long output."""

import pytest

from skills.output import CappedOutput


@pytest.mark.parametrize("piece_bytes", [1, 3, 1000])
def test_head_and_tail_are_kept_however_the_pieces_fall(piece_bytes: int) -> None:
    """The beginning and the end stay and the middle is counted, whatever the pieces' size."""
    output = CappedOutput(10)
    data = b"0123456789" * 10
    for start in range(0, len(data), piece_bytes):
        output.add(data[start : start + piece_bytes])

    assert output.text() == "01234\n[… 90 bytes left out …]\n56789"


def test_a_short_output_is_whole() -> None:
    """What fits is returned as it was, also across the border of head and tail."""
    output = CappedOutput(10)
    output.add("你好".encode())
    output.add(b"abcd")

    assert output.text() == "你好abcd"


def test_what_is_no_text_is_replaced() -> None:
    """Bytes that are not UTF-8, and NUL, become replacement characters."""
    output = CappedOutput(10)
    output.add(b"a\xff\0b")

    assert output.text() == "a\ufffd\ufffdb"
