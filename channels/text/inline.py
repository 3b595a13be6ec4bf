"""Turns the parser's flat list of inline tokens into runs."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from markdown_it.token import Token

from channels.text.tree import BREAK, Run, Style

_STYLES: Final = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKE}
_LINE_BREAK_TAG: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)


def runs_of(tokens: Sequence[Token]) -> tuple[Run, ...]:
    """Return what inline tokens show; in one pass, however deep they are nested."""
    return tuple(_merged(_Reader().read(tokens)))


class _Reader:
    """The styles and the link that hold at a place among the tokens."""

    def __init__(self) -> None:
        self._open: Counter[Style] = Counter()
        self._url: str | None = None
        self._is_link_empty = False

    def read(self, tokens: Sequence[Token]) -> Iterator[Run]:
        """Yield the runs in order; neighbours may look the same."""
        for token in tokens:
            name, _, edge = token.type.rpartition("_")
            if name in _STYLES:
                self._turn(_STYLES[name], edge)
            elif name == "link":
                yield from self._link(token, edge)
            elif run := self._leaf(token):
                self._is_link_empty = False
                yield run

    def _turn(self, style: Style, edge: str) -> None:
        self._open[style] += 1 if edge == "open" else -1

    def _styles(self) -> frozenset[Style]:
        return frozenset(+self._open)

    def _link(self, token: Token, edge: str) -> Iterator[Run]:
        """Note where a link begins; one that ends without text shows its address."""
        if edge == "open":
            self._url, self._is_link_empty = str(token.attrGet("href") or ""), True
            return
        if self._is_link_empty and self._url:
            yield Run(text=self._url, styles=self._styles(), url=self._url)
        self._url, self._is_link_empty = None, False

    def _leaf(self, token: Token) -> Run | None:
        styles = self._styles()
        match token.type:
            case "softbreak" | "hardbreak":
                return self._break()
            case "html_inline" if _LINE_BREAK_TAG.fullmatch(token.content):
                return self._break()
            case "code_inline":
                styles |= {Style.CODE}
            case "image":
                return self._image(token, styles)
        return Run(text=token.content, styles=styles, url=self._url) if token.content else None

    def _break(self) -> Run:
        return Run(text=BREAK) if self._url is None else Run(text=" ", url=self._url)

    def _image(self, token: Token, styles: frozenset[Style]) -> Run | None:
        shown = alternative(token)
        if not shown:
            return None
        if self._url is not None:  # an image that is itself a link: the link leads on
            return Run(text=shown, styles=styles, url=self._url)
        return Run(text=shown, styles=styles, url=str(token.attrGet("src")), is_image=True)


def alternative(image: Token) -> str:
    """Return the text that stands for an image, else where it is from; one within it likewise."""
    waiting, found = list(reversed(image.children or [])), []
    while waiting:
        token = waiting.pop()
        if token.children:
            waiting += reversed(token.children)
        else:
            found.append(" " if token.type.endswith("break") else token.content)
    return " ".join("".join(found).split()) or str(image.attrGet("src") or "")


def _merged(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield runs, plain neighbours that look the same as one."""
    last: Run | None = None
    texts: list[str] = []
    for run in runs:
        if last is not None and _is_same(last, run):
            texts.append(run.text)
            continue
        if last is not None:
            yield replace(last, text="".join(texts))
        last, texts = run, [run.text]
    if last is not None:
        yield replace(last, text="".join(texts))


def _is_same(one: Run, other: Run) -> bool:
    looks = one.styles == other.styles and one.url == other.url
    is_single = one.is_image or other.is_image or Style.CODE in one.styles
    return looks and not is_single and BREAK not in (one.text, other.text)
