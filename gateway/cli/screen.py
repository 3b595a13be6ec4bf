"""Writes lines: coloured on a terminal, plain and stable anywhere else."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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
        from rich.console import Console  # noqa: PLC0415 - the gateway itself prints no colours
        from rich.text import Text  # noqa: PLC0415 - the same

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
