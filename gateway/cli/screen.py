"""Writes lines: coloured on a terminal, plain and stable anywhere else."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.text import Text


class Style(StrEnum):
    """What a line is, in rich's words for how it looks on a terminal."""

    PLAIN = ""
    HEADING = "bold"
    QUIET = "dim"
    GOOD = "green"
    WARNING = "yellow"
    BAD = "bold red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of output."""

    text: str
    style: Style = Style.PLAIN


def show(lines: Iterable[Line]) -> None:
    """Write lines to standard output."""
    if sys.stdout.isatty():
        console = Console(highlight=False)
        for line in lines:
            console.print(Text(line.text, style=line.style), soft_wrap=True)
    else:
        sys.stdout.writelines(f"{line.text}\n" for line in lines)
    sys.stdout.flush()


def complain(sentence: str) -> None:
    """Write one line to standard error, as programs do that have something to complain about."""
    sys.stderr.write(f"crewdesk: {sentence}\n")
    sys.stderr.flush()
