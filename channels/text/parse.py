"""Parses CommonMark with tables, task lists and strike-through into a tree."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from channels.text.flavour import USED_LABELS, make_parser
from channels.text.inline import runs_of
from channels.text.tree import (
    BREAK,
    Alignment,
    Block,
    Code,
    Heading,
    Item,
    List,
    Paragraph,
    Quote,
    Rule,
    Run,
    Table,
)
from channels.text.wellformed import wellformed

_MAX_NESTING: Final = 40  # a list in a list is two deeper; nobody reads what is nested deeper
# Most answers in a chat are a line without a mark; parsing one costs more than laying it out.
_PLAIN_LINE: Final = re.compile(
    r"""[^\W\d_](?:(?:[^\W_]|[ ,.;?!'"()，。、；：？！（）「」…])*(?:[^\W_]|[.?!)。？！）」…]))?"""
)
_TASK: Final = re.compile(r"\[([ xX])\](?:\s+|$)")
_CONTAINERS: Final = frozenset({"blockquote_open", "list_item_open"})


def parse(text: str) -> tuple[Block, ...]:
    """Return the blocks of `text`; total, and no visible character is lost.

    What CommonMark would hide is shown as it is written: HTML, and definitions of links that
    nothing uses. Emphasis next to Chinese, Japanese and Korean needs no space around it. A text
    that is nested too deep to be read is one paragraph, as written.
    """
    source = wellformed(text)
    if _PLAIN_LINE.fullmatch(source):
        return (Paragraph(runs=(Run(text=source),)),)
    return parse_marked(source)


def parse_marked(source: str) -> tuple[Block, ...]:
    """Return the blocks of a well-formed text in which there may be marks."""
    tokens = parsed_tokens(source)
    return tuple(_Walk(tokens).blocks()) if tokens is not None else (_as_written(source),)


def parsed_tokens(source: str) -> list[Token] | None:
    """Return what the parser finds in a well-formed text; None if it is nested too deep."""
    tokens = _tokens(source)
    return None if any(_is_too_deep(token) for token in tokens) else tokens


@cache
def _parser() -> MarkdownIt:
    return make_parser(max_nesting=_MAX_NESTING)


def _tokens(source: str) -> list[Token]:
    """Parse; a second time, without them, if there are definitions that nothing uses."""
    environment: dict[str, object] = {}
    tokens = _parser().parse(source, environment)
    if not environment.get("references"):
        return tokens
    labels = frozenset(_labels(tokens))
    return _parser().parse(source, {USED_LABELS: labels})


def _labels(tokens: list[Token]) -> Iterator[str]:
    waiting = list(tokens)
    while waiting:
        token = waiting.pop()
        if label := token.meta.get("label"):
            yield str(label)
        waiting += token.children or ()


def _is_too_deep(token: Token) -> bool:
    return token.type in _CONTAINERS and token.level >= _MAX_NESTING - 1


def _as_written(source: str) -> Paragraph:
    lines = (line.strip() for line in source.splitlines())
    runs = chain.from_iterable((Run(text=line), Run(text=BREAK)) for line in lines if line)
    return Paragraph(runs=tuple(runs)[:-1])


class _Walk:
    """A place in the parser's list of block tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks up to the end of the container around them."""
        while self._at < len(self._tokens) and self._tokens[self._at].nesting >= 0:
            token = self._next()
            if (block := self._block(token)) is not None:
                yield block

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _block(self, token: Token) -> Block | None:
        match token.type:
            case "paragraph_open":
                runs = self._runs()
                return Paragraph(runs=runs) if runs else None
            case "heading_open":
                runs = tuple(Run(text=" ") if run.text == BREAK else run for run in self._runs())
                return Heading(level=int(token.tag[1:]), runs=runs) if runs else None
            case "fence" | "code_block":
                return _code(token) if token.content.strip() else None
            case "html_block":
                return _as_written(token.content)
            case "hr":
                return Rule()
            case _:
                return self._container(token)

    def _container(self, token: Token) -> Block:
        match token.type:
            case "blockquote_open":
                quoted = Quote(blocks=tuple(self.blocks()))
                self._next()
                return quoted
            case "bullet_list_open":
                return self._list(start=None)
            case "ordered_list_open":
                start = token.attrGet("start")
                return self._list(start=1 if start is None else int(start))
            case _:
                return self._table()

    def _runs(self) -> tuple[Run, ...]:
        """Return the content of a block that holds nothing but text, and go behind it."""
        inline = self._next()
        self._next()
        return runs_of(inline.children or [])

    def _list(self, *, start: int | None) -> List:
        items = []
        is_loose = False
        while self._next().type == "list_item_open":
            first = self._tokens[self._at]
            is_loose |= first.type == "paragraph_open" and not first.hidden
            items.append(_task(Item(blocks=tuple(self.blocks()))))
            self._next()
        return List(items=tuple(items), start=start, is_loose=is_loose)

    def _table(self) -> Table:
        rows: list[tuple[tuple[Run, ...], ...]] = []
        alignments: list[Alignment] = []
        cells: list[tuple[Run, ...]] = []
        while (token := self._next()).type != "table_close":
            if token.type == "th_open":
                alignments.append(_alignment(token))
            if token.type in {"th_open", "td_open"}:
                cells.append(self._runs())
            elif token.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
        return Table(rows=tuple(rows), alignments=tuple(alignments))


def _alignment(token: Token) -> Alignment:
    style = str(token.attrGet("style") or "text-align:left")
    return Alignment(style.removeprefix("text-align:"))


def _code(token: Token) -> Code:
    language, *_ = token.info.split() or [""]
    return Code(text=token.content.removesuffix("\n"), language=language)


def _task(item: Item) -> Item:
    """Return an item whose text begins with `[ ]` or `[x]` as a task."""
    first = item.blocks[0] if item.blocks else None
    if not isinstance(first, Paragraph) or first.runs[0].styles or first.runs[0].url is not None:
        return item
    mark = _TASK.match(first.runs[0].text)
    if mark is None:
        return item
    rest = first.runs[0].text[mark.end() :]
    runs = (replace(first.runs[0], text=rest), *first.runs[1:]) if rest else first.runs[1:]
    paragraph = (Paragraph(runs=runs),) if runs else ()
    return Item(blocks=(*paragraph, *item.blocks[1:]), is_done=mark[1] != " ")
