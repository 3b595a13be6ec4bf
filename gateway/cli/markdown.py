"""CommonMark on a terminal: rich's rendering of it, with what rich leaves out."""

import re
from collections.abc import Iterator
from typing import ClassVar, Final
from urllib.parse import unquote

from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markdown import Markdown, MarkdownElement, TableElement
from rich.table import Table
from rich.text import Text

from channels.text.inline import alternative
from channels.text.parse import parsed_tokens
from channels.text.wellformed import wellformed

_TASK: Final = re.compile(r"\[([ xX])\](?=\s)")
_LINE_BREAK_TAG: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)


class _FoldedTable(TableElement):
    """A table that folds long words in its cells; rich's own cuts them off."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for shown in super().__rich_console__(console, options):
            if isinstance(shown, Table):
                for column in shown.columns:
                    column.overflow = "fold"
            yield shown


class _Markdown(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "table_open": _FoldedTable,
    }


def shown_markdown(text: str) -> RenderableType:
    """Return CommonMark as rich shows it; total, and no visible character is lost.

    HTML is shown as it is written, and tasks with boxes; rich would drop the one and leave the
    brackets of the other. What is nested too deep for a screen is shown as it is written.
    """
    source = wellformed(text)
    tokens = parsed_tokens(source)
    if tokens is None:
        return Text(source)
    shown = _Markdown("")
    shown.parsed = list(_readable(tokens))
    return shown


def _readable(tokens: list[Token]) -> Iterator[Token]:
    before = ""
    for token in tokens:
        if token.type == "html_block":
            yield from _paragraph(token.content)
        else:
            if token.children is not None:
                token.children = list(_children(token.children))
            if before == "list_item_open paragraph_open" and token.children:
                _tick(token.children[0])
            yield token
        before = f"{before.rpartition(' ')[2]} {token.type}"


def _children(tokens: list[Token]) -> Iterator[Token]:
    """Yield inline tokens with something to see."""
    address, shown = "", ""
    for token in tokens:
        shown += alternative(token) if token.type == "image" else token.content
        if token.type == "link_open":
            address, shown = str(token.attrGet("href") or ""), ""
        if token.type == "link_close":
            yield from _link_end(token, address, shown)
        else:
            yield from _written_out(token)


def _link_end(token: Token, address: str, shown: str) -> Iterator[Token]:
    """Yield the end of a link, its address behind it: not every terminal can open what is hidden.

    A link without text shows its address in the place of one.
    """
    if not shown:
        yield Token("text", "", 0, content=address)
    yield token
    if shown and unquote(shown) not in {unquote(address), unquote(address).removeprefix("mailto:")}:
        yield Token("text", "", 0, content=f" ({address})")


def _written_out(token: Token) -> Iterator[Token]:
    """Yield what rich shows where it stands: it drops HTML, and puts images before their text."""
    if token.type == "image":
        source, shown = str(token.attrGet("src") or ""), alternative(token)
        yield Token("link_open", "a", 1, attrs={"href": source})
        yield Token("text", "", 0, content=shown)
        yield from _link_end(Token("link_close", "a", -1), source, shown)
    elif token.type != "html_inline":
        yield token
    elif _LINE_BREAK_TAG.fullmatch(token.content):
        yield Token("hardbreak", "br", 0)
    else:
        yield Token("text", "", 0, content=token.content)


def _tick(first: Token) -> None:
    mark = _TASK.match(first.content)
    if first.type == "text" and mark is not None:
        first.content = ("☐" if mark[1] == " " else "☑") + first.content[mark.end() :]


def _paragraph(content: str) -> Iterator[Token]:
    lines = [Token("text", "", 0, content=line) for line in content.splitlines()]
    broken = [part for line in lines for part in (line, Token("hardbreak", "br", 0))]
    yield Token("paragraph_open", "p", 1)
    yield Token("inline", "", 0, content=content, children=broken[:-1])
    yield Token("paragraph_close", "p", -1)
