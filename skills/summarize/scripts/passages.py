"""Cuts a long text into parts that can be worked on apart, and put together again."""

import re
from collections.abc import Iterator
from typing import Final

FENCE: Final = re.compile(r" {0,3}(```+|~~~+)")
HEADING: Final = re.compile(r" {0,3}#{1,6} ")
# Where a sentence ends in Western and in Chinese or Japanese writing.
SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？；])")


def cut(text: str, limit: int) -> list[str]:
    """Return parts of at most `limit` characters, which joined are the text again.

    A part ends before a heading or at the end of a paragraph; within a code block, a line or a
    sentence only where one alone is longer than a part.
    """
    parts: list[str] = []
    part = ""
    for block in _blocks(text):
        starts_anew = HEADING.match(block) and len(part) > limit // 2
        if part and (starts_anew or len(part) + len(block) > limit):
            parts.append(part)
            part = ""
        for piece in _pieces(block, limit):
            if len(part) + len(piece) > limit:
                parts.append(part)
                part = ""
            part += piece
    return [*parts, part] if part else parts


def _blocks(text: str) -> Iterator[str]:
    """Yield paragraphs with the empty lines behind them; a fenced code block is one."""
    block, fence, is_over = "", "", False
    for line in text.splitlines(keepends=True):
        if is_over and line.strip():
            yield block
            block = ""
        block += line
        mark = FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        is_over = not fence and not line.strip()
    if block:
        yield block


def _pieces(block: str, limit: int) -> Iterator[str]:
    """Yield a block whole, or its lines, sentences or characters as far as that is needed."""
    if len(block) <= limit:
        yield block
        return
    for line in block.splitlines(keepends=True):
        if len(line) <= limit:
            yield line
            continue
        ends = [found.end() for found in SENTENCE_END.finditer(line)]
        for start, end in zip([0, *ends], [*ends, len(line)], strict=True):
            yield from (line[at : min(at + limit, end)] for at in range(start, end, limit))
