"""What the tree keeps of what the parser found."""

from collections.abc import Iterable, Iterator

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from channels.text.parse import parse, parse_marked, parsed_tokens
from channels.text.wellformed import wellformed
from tests.doubles.markup import holds_in_order, seen, seen_of_markdown
from tests.unit.channels.rendering.texts import documents, soups


@settings(max_examples=500, deadline=None)
@given(text=soups | documents)
def test_the_tree_holds_what_the_parser_found(text: str) -> None:
    """All of the text that its tokens carry, in order; only what tells a task is a box there."""
    assume("[ ]" not in text and "[x]" not in text)
    tokens = parsed_tokens(wellformed(text))
    assert tokens is not None
    assert holds_in_order(seen_of_markdown(text), seen("".join(_texts(tokens))))


def _texts(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children is not None:
            yield from _texts(token.children)
        elif token.content != "<br>":
            yield token.content


PIECES = """
a Zz äé 中文 1. 2) ² , ; ? ! ' " ( ) ， 。 … -- * ** _ ~~
` &amp; &#42; <b> <!-- [a](b) ![ \\ # > + |
"""
lines = st.lists(
    st.sampled_from([*PIECES.split(), " ", "  ", "\n", "\t", "\N{EM SPACE}"]), max_size=6
)


@settings(max_examples=1000, deadline=None)
@given(line=lines.map("".join))
@example(line=" ~~struck~~ out")
@example(line="&amp;more")
def test_a_line_without_marks_is_what_the_parser_would_find(line: str) -> None:
    """It takes a short way, to the same paragraph."""
    assert parse(f"word{line}") == parse_marked(f"word{line}")
    assert parse(line) == parse_marked(line)
