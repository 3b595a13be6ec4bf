"""Divides a long CommonMark text into parts that each fit one message."""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from channels.text.outline import Block, Outline, outline
from channels.text.raw_html import html_as_text
from channels.text.wellformed import wellformed

NOTHING: Final = "…"
"""Stands for a text without a visible character: an answer is never invisible."""

_FIRST_WINDOW: Final = 5_000  # characters; only a guess of what fits, it bounds no part
_MORE_THAN_LAST: Final = 1.2  # the next part's first guess, for texts are much alike throughout
_GOOD_FILL: Final = 0.5  # of what the next cut of the same kind would have held
_LINE: Final = re.compile(r"\n")
_SENTENCE: Final = re.compile(r"[.!?…]+[\"'”’)\]]*\s+|[。！？；…]+[”’）」』]*")
_WORD: Final = re.compile(r"\s+|[，、：,;:]\s*")
_MARKS_ALONE: Final = re.compile(r"[-=*_+#|:>~`\s]*\S[ \t]*|[ \t>]*`{3}[^`\n]*")
_CODE_INDENT: Final = " " * 4
_LONGEST_MARKS: Final = 100  # characters; a longer line of marks is cut all the same
_BLOCK_MARK: Final = re.compile(
    r"(?:[-+*]|#{1,6})(?=\s|$)|>|`{3}|~{3}|<|\[|[-=*_|:]+[-=*_|:\s]*$|(?P<number>\d{1,9})[.)](?=\s|$)",
    re.MULTILINE,
)
_CLOSING_MARKS: Final = re.compile(r"(?<=[ \t])#+[ \t]*\Z")
_CHARACTER: Final = re.compile(
    # a base character with what joins on to it: marks, variation selectors, joined emoji
    r".[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]*"
    r"(?:\u200d.[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]*)*",
    re.DOTALL,
)


def split_markdown(text: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """Divide `text` into parts of which each one `fits`; no character but white space is lost.

    Cuts between paragraphs, else lines, sentences, words, characters: the coarsest that fills a
    part well. A fenced code block or a table that is cut is closed and opened again (with its
    language, with its header). Links, inline code, emphasis and headings stay whole; only one that
    does not fit a part by itself is cut like plain text, and so is HTML. A text without a visible
    character gives one part, `NOTHING`.

    `fits` is asked some dozen times a part, about texts of a part's size. It should say yes to any
    single character, also inside a code fence; one that does not fit stands alone.
    """
    whole = wellformed(text)
    if "<" in whole and (len(whole) > _FIRST_WINDOW or not fits(whole)):
        whole = html_as_text(whole)
    return tuple(_Splitter(whole, fits).parts()) or (NOTHING,)


class _Splitter:
    """One text on its way to be divided."""

    def __init__(self, text: str, fits: Callable[[str], bool]) -> None:
        self._text = text
        self._fits = fits
        self._outline: Outline = outline(text)
        self._window = _FIRST_WINDOW

    def parts(self) -> Iterator[str]:
        """Yield the parts in order."""
        start = 0
        while start < len(self._text):
            end = self._end(start)
            if part := self._part(start, end):
                yield part
            self._window = max(1, int(_MORE_THAN_LAST * (end - start)))
            start = end

    def _end(self, start: int) -> int:
        """Return the best place to end the part that begins at `start`."""
        too_far = self._too_far(start)
        if too_far is None:
            return len(self._text)
        good = start
        for cuts in (self._paragraphs, self._lines, self._sentences, self._words):
            good, too_far = self._narrow(start, cuts(good, too_far), good, too_far)
            if good - start >= _GOOD_FILL * (too_far - start):
                return good
        return good if good > start else self._forced_end(start, too_far)

    def _forced_end(self, start: int, too_far: int) -> int:
        """Return where to cut a part that has no word boundary outside of a construct."""
        for cuts in (self._characters, self._inner_words, self._inner_characters):
            good, too_far = self._narrow(start, cuts(start, too_far), start, too_far)
            if good > start:
                return good
        return too_far

    def _too_far(self, start: int) -> int | None:
        """Return an offset up to which the text does not fit, or None if all of it does."""
        window = self._window
        while start + window < len(self._text):
            end = self._outline.span_end(start + window)
            if not self._part_fits(start, end):
                return end
            window *= 2
        return None if self._part_fits(start, len(self._text)) else len(self._text)

    def _narrow(self, start: int, cuts: list[int], good: int, too_far: int) -> tuple[int, int]:
        """Return the last cut that fits and the first that does not."""
        index = bisect.bisect_left(cuts, 1, key=lambda end: 0 if self._part_fits(start, end) else 1)
        return (
            cuts[index - 1] if index > 0 else good,
            cuts[index] if index < len(cuts) else too_far,
        )

    def _part_fits(self, start: int, end: int) -> bool:
        part = self._part(start, end)
        return not part or self._fits(part)

    def _part(self, start: int, end: int) -> str:
        """Return the text between two cuts as a CommonMark text of its own."""
        body = self._text[start:end]
        if not body.strip():
            return ""
        if self._is_in_words(end):
            body = self._ended_as_text(body, start)
        head, tail = self._divided(start), self._divided(end)
        if tail is not None and tail.closer:
            body = f"{body.rstrip()}\n{tail.prefix}{tail.closer}"
        indent = self._outline.indent_at(start)
        if head is None:
            return self._opened(body, start, indent)
        code_end = len(body) if head is tail else head.end - start
        column = start - self._text.rfind("\n", 0, start) - 1
        code = head.without_container(body[:code_end], column).strip("\n")
        after = _dedented(f"\n{body[code_end:]}", indent).lstrip("\n")  # whole lines
        closer = "" if head.is_closed or head is tail else f"\n{head.closer}"
        seam = "\n" if head.closer else "\n\n"  # right below a table it would be a row
        return f"{head.opener}{code}{closer}{seam}{after}".rstrip()

    def _is_in_words(self, end: int) -> bool:
        """Tell whether a cut divides the text in a block that is neither code nor a table."""
        is_cut = end < len(self._text)
        in_block = self._outline.block_at(end) is not None
        return is_cut and not in_block and not self._outline.is_indented_code(end)

    def _ended_as_text(self, body: str, start: int) -> str:
        """Return what lies before a cut, of which the end can't be taken for that of a heading.

        Source: https://spec.commonmark.org/0.31.2/#atx-headings, closing sequences
        """
        marks = _CLOSING_MARKS.search(body)
        if marks is None or not self._outline.is_text(start + marks.start()):
            return body
        return f"{body[: marks.start()]}\\{body[marks.start() :]}"

    def _opened(self, body: str, start: int, indent: int) -> str:
        """Return a part that begins outside of any block that would have to be opened again.

        Text that begins it stays text; before, it may have stood where no block can begin.
        """
        first = start + len(body) - len(body.lstrip())
        line = self._text.rfind("\n", 0, first) + 1
        if self._outline.is_indented_code(first):
            code = body[line - start :] if line >= start else f"{_CODE_INDENT}{body.lstrip()}"
            return code.rstrip()
        dedented = _dedented(self._with_item_apart(body, start, indent), indent).strip()
        was_elsewhere = start > 0 and self._outline.is_text(first)
        return _as_text(dedented) if was_elsewhere else dedented

    def _with_item_apart(self, body: str, start: int, indent: int) -> str:
        """Put a blank line before the next list item, where a part begins in the one before.

        There the item's text has become a paragraph, which only a few kinds of item may follow
        at once. Source: https://spec.commonmark.org/0.31.2/#list-items
        """
        change = self._outline.indent_change_after(start) if indent else None
        if change is None or change >= start + len(body):
            return body
        line = self._text.rfind("\n", 0, change) + 1 - start
        return f"{body[:line]}\n{body[line:]}" if line > 0 else body

    def _divided(self, offset: int) -> Block | None:
        """Return the block to be closed and opened again at `offset`."""
        block = self._outline.block_at(offset)
        if block is None or offset == len(self._text):
            return None
        # An opener that takes more than half of a part is not worth repeating.
        return block if self._fits(block.opener * 2) else None

    def _paragraphs(self, after: int, before: int) -> list[int]:
        starts = self._outline.paragraphs
        low = bisect.bisect_right(starts, after)
        return self._whole(starts[low : bisect.bisect_left(starts, before)])

    def _lines(self, after: int, before: int) -> list[int]:
        return self._whole(self._ends(_LINE, after, before))

    def _sentences(self, after: int, before: int) -> list[int]:
        return self._whole(self._ends(_SENTENCE, after, before))

    def _words(self, after: int, before: int) -> list[int]:
        return self._whole(self._inner_words(after, before))

    def _inner_words(self, after: int, before: int) -> list[int]:
        return list(self._ends(_WORD, after, before))

    def _characters(self, after: int, before: int) -> list[int]:
        return self._whole(self._inner_characters(after, before))

    def _inner_characters(self, after: int, before: int) -> list[int]:
        return list(self._ends(_CHARACTER, after, before))

    def _ends(self, pattern: re.Pattern[str], after: int, before: int) -> Iterator[int]:
        for match in pattern.finditer(self._text, after, before):
            if after < match.end() < before and not self._ends_in_marks(match.end()):
                yield match.end()

    def _ends_in_marks(self, end: int) -> bool:
        """Tell whether a line cut at `end` would be marks alone, which might make a block."""
        line = self._text.rfind("\n", max(0, end - _LONGEST_MARKS), end) + 1
        return _MARKS_ALONE.fullmatch(self._text, line, end) is not None

    def _whole(self, cuts: Iterable[int]) -> list[int]:
        """Return the cuts that divide no construct."""
        return [cut for cut in cuts if self._outline.span_end(cut) == cut]


def _as_text(part: str) -> str:
    """Return a part of which the beginning can't be taken for that of a block."""
    mark = _BLOCK_MARK.match(part)
    if mark is None:
        return part
    at = mark.end("number") if mark["number"] else 0
    return f"{part[:at]}\\{part[at:]}"


def _dedented(body: str, columns: int) -> str:
    """Return `body` as it would stand outside of the list item that it was cut from.

    What stands less deep than `columns` ends the item, and what follows is moved no further left
    than that.
    """
    if not columns:
        return body.lstrip(" ")
    first, *lines = body.splitlines(keepends=True) or [""]
    dedented = [first.lstrip(" ")]
    for line in lines:
        if line.strip():
            columns = min(columns, len(line) - len(line.lstrip(" ")))
        dedented.append(line[columns:] if line.strip() else line)
    return "".join(dedented)
