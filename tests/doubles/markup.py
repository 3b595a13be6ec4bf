"""What a reader sees of a text, to compare it before and after a platform's own markup."""

from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from channels.text.parse import parse
from channels.text.tree import (
    Block,
    Code,
    Heading,
    List,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
)
from channels.text.wellformed import wellformed

ZERO_WIDTH_SPACE = "\u200b"


class MarkupRefusal(ValueError):  # noqa: N818 - the platform's answer, not a malfunction
    """What a platform says to a text that it would refuse or garble."""


def seen(text: str) -> str:
    """Return the characters of a shown text that can be seen."""
    return "".join(text.replace(ZERO_WIDTH_SPACE, "").split())


def seen_of_markdown(text: str) -> str:
    """Return the characters that can be seen of a CommonMark text; a list's markers are none."""
    return seen("".join(_texts(parse(wellformed(text)))))


def addresses(text: str) -> frozenset[str]:
    """Return where the links and pictures of a CommonMark text lead."""
    return frozenset(run.url for run in _runs(parse(wellformed(text))) if run.url)


def holds_in_order(shown: str, wanted: str) -> bool:
    """Tell whether all characters of `wanted` come in `shown`, in their order."""
    rest = iter(shown)
    return all(character in rest for character in wanted)


def texts_of_tokens(tokens: Iterable[Token]) -> Iterator[str]:
    """Yield what a platform shows that reads CommonMark; entries of lists with their markers."""
    for token in tokens:
        if token.children is not None:
            yield from texts_of_tokens(token.children)
        elif token.type == "list_item_open":
            yield f"{token.info}{token.markup} "
        elif token.type.endswith("break"):
            yield "\n"
        else:
            yield token.content


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    return (one.text for one in _shown(blocks))


def _runs(blocks: Iterable[Block]) -> Iterator[Run]:
    return (one for one in _shown(blocks) if isinstance(one, Run))


def _shown(blocks: Iterable[Block]) -> Iterator[Run | Code]:
    for block in blocks:
        match block:
            case Paragraph() | Heading():
                yield from block.runs
            case Code():
                yield block
            case Quote():
                yield from _shown(block.blocks)
            case List():
                yield from _shown(inner for item in block.items for inner in item.blocks)
            case Table():
                yield from (run for row in block.rows for cell in row for run in cell)
            case Rule():
                pass
