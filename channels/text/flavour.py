"""The CommonMark that people's models write: two rules of the parser that differ from the book."""

import unicodedata
from collections.abc import Callable
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_inline import StateInline, emphasis, strikethrough

USED_LABELS: Final = "used_labels"
"""Where the parser's environment holds the labels whose definitions are hidden; absent: all."""

_WIDE: Final = frozenset({"W", "F", "H"})
_FIRST_EMOJI: Final = "\U0001f000"  # wide as well, but words are written beside them with spaces


def make_parser(*, max_nesting: int) -> MarkdownIt:
    """Return a parser for CommonMark with tables and strike-through, up to a depth of blocks."""
    options = {"maxNesting": max_nesting, "store_labels": True}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.block.ruler.at("reference", _used_reference)
    parser.inline.ruler.at("emphasis", _beside_wide(emphasis.tokenize))
    parser.inline.ruler.at("strikethrough", _beside_wide(strikethrough.tokenize))
    return parser


def _used_reference(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    """Take a definition of a link for one only if something uses it: else it would be lost."""
    known = len(state.env.get("references", ()))
    if not reference(state, start_line, end_line, silent):
        return False
    definitions, used = state.env["references"], state.env.get(USED_LABELS)
    is_first = len(definitions) > known
    if used is None or (is_first and next(reversed(definitions)) in used):
        return True
    if is_first:
        definitions.popitem()
    state.line = start_line
    return False


def _beside_wide(
    tokenize: Callable[[StateInline, bool], bool],
) -> Callable[[StateInline, bool], bool]:
    """Return a rule that also sees emphasis that begins or ends beside a wide character.

    CommonMark looks for white space or punctuation around emphasis that begins or ends with
    punctuation; Chinese, Japanese and Korean put neither there.
    See https://github.com/tats-u/markdown-cjk-friendly
    """

    def rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
        start, known = state.pos, len(state.delimiters)
        if not tokenize(state, silent):
            return False
        before = state.src[start - 1] if start else " "
        after = state.src[state.pos] if state.pos < state.posMax else " "
        if state.src[start] != "_" and (_is_wide(before) or _is_wide(after)):
            for delimiter in state.delimiters[known:]:
                delimiter.open = not after.isspace()
                delimiter.close = not before.isspace()
        return True

    return rule


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in _WIDE and character < _FIRST_EMOJI
