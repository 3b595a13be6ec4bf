"""Tests of `workers.models.wellformed`."""

from hypothesis import given
from hypothesis import strategies as st

from workers.models.wellformed import WellFormedStream, well_formed

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


def test_good_text_stays_as_it_is() -> None:
    """Also outside the basic plane."""
    assert well_formed("plain, 中文, 😀\n\t") == "plain, 中文, 😀\n\t"


def test_nul_and_lone_surrogates_are_replaced_and_pairs_joined() -> None:
    """One U+FFFD each."""
    assert well_formed("a\x00b\ud83dc\ude00d") == "a\ufffdb\ufffdc\ufffdd"
    assert well_formed("\ud83d\ude00") == "😀"


@given(ANY_TEXT)
def test_every_text_can_be_encoded_afterwards(text: str) -> None:
    """Total, and a second time changes nothing."""
    clean = well_formed(text)
    clean.encode("utf-8")
    assert "\x00" not in clean
    assert well_formed(clean) == clean


@given(st.lists(ANY_TEXT))
def test_pieces_come_out_as_the_whole_would(pieces: list[str]) -> None:
    """Wherever the text is cut, also within a surrogate pair."""
    stream = WellFormedStream()
    out = "".join([stream.feed(piece) for piece in pieces]) + stream.end()
    assert out == well_formed("".join(pieces))
