"""Shows what the bot says: Markdown that grows on a terminal, plain text anywhere else."""

import readline
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from gateway.cli.markdown import shown_markdown
from gateway.cli.screen import Style, complain
from gateway.redaction import escape_controls

PROMPT = "> "
WORKING = "…"
ELSEWHERE = "(not an answer to your message)"
_CLEAR_LINE = "\r\x1b[K"


class Display(Protocol):
    """Where a person sees what the bot says; returns once it can be seen. Never blocks for long."""

    def working(self) -> None:
        """Show that the bot is at work."""

    def preview(self, text: str) -> None:
        """Show what an unfinished answer reads by now, in place of what it read before."""

    def answer(self, text: str) -> None:
        """Show a whole message, in place of its preview."""

    def aside(self, text: str) -> None:
        """Show a message that answers nothing that was asked here."""

    def problem(self, sentence: str) -> None:
        """Show why a message was not dealt with."""

    def clear(self) -> None:
        """Take back what is shown only for the moment."""


class PlainDisplay:
    """For pipes: answers alone on standard output, all else on standard error."""

    def working(self) -> None:
        """Show nothing."""

    def preview(self, text: str) -> None:
        """Show nothing: what was written to a pipe can't be replaced."""

    def answer(self, text: str) -> None:
        """See `Display.answer`."""
        sys.stdout.write(f"{_harmless(text)}\n")
        sys.stdout.flush()

    def aside(self, text: str) -> None:
        """See `Display.aside`."""
        sys.stderr.write(f"{ELSEWHERE}\n{_harmless(text)}\n")
        sys.stderr.flush()

    def problem(self, sentence: str) -> None:
        """See `Display.problem`."""
        complain(sentence)

    def clear(self) -> None:
        """There is nothing to take back."""


class TerminalDisplay:
    """For people: rendered Markdown, a growing preview, and a prompt that survives messages."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._is_prompting = False

    @contextmanager
    def prompting(self) -> Iterator[None]:
        """Tell the display that a prompt stands in the last line, to be drawn anew if need be."""
        self._is_prompting = True
        try:
            yield
        finally:
            self._is_prompting = False

    def working(self) -> None:
        """See `Display.working`."""
        if self._live is None:
            self._grow(Text(WORKING, style=Style.QUIET))

    def preview(self, text: str) -> None:
        """See `Display.preview`."""
        self._grow(shown_markdown(_harmless(text)))

    def answer(self, text: str) -> None:
        """See `Display.answer`."""
        self._print(shown_markdown(_harmless(text)))

    def aside(self, text: str) -> None:
        """See `Display.aside`."""
        self._print(Text(ELSEWHERE, style=Style.QUIET), shown_markdown(_harmless(text)))

    def problem(self, sentence: str) -> None:
        """See `Display.problem`."""
        self._print(Text(sentence, style=Style.BAD))

    def clear(self) -> None:
        """See `Display.clear`."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _grow(self, content: RenderableType) -> None:
        if self._is_prompting:  # a preview would fight with the prompt for the last line
            return
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        self._live.update(content, refresh=True)

    def _print(self, *contents: RenderableType) -> None:
        self.clear()
        if self._is_prompting:
            self._console.file.write(_CLEAR_LINE)
        self._console.print(*contents, sep="\n")
        if self._is_prompting:
            self._console.file.write(PROMPT + readline.get_line_buffer())
        self._console.file.flush()


def _harmless(text: str) -> str:
    return escape_controls(text, keep_lines=True)
