"""What a terminal shows of the bot's messages."""

import io

import pytest
from rich.console import Console

from gateway.cli.display import PROMPT, PlainDisplay, TerminalDisplay

ERASE_LINE = "\x1b[2K"


def terminal() -> tuple[TerminalDisplay, io.StringIO]:
    """Return a display on a terminal of 60 columns, and what is written there."""
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, width=60, color_system=None)
    return TerminalDisplay(console), written


def test_answer_is_rendered_as_markdown() -> None:
    """A list is a list, not asterisks."""
    display, written = terminal()

    display.answer("- **one**\n- two")

    assert "• one" in written.getvalue()
    assert "*" not in written.getvalue()


def test_answer_takes_the_place_of_its_preview() -> None:
    """The cursor goes back to where the preview began and the line is erased."""
    display, written = terminal()

    display.preview("Hel")
    display.preview("Hello")
    display.answer("Hello, Ada!")

    shown = written.getvalue()
    assert shown.index("Hello") < shown.rindex(ERASE_LINE) < shown.index("Hello, Ada!")


def test_message_during_typing_brings_the_prompt_back() -> None:
    """The line is cleared, the message shown, and the prompt drawn anew."""
    display, written = terminal()

    with display.prompting():
        display.preview("not shown over what is typed")
        display.aside("a reminder")

    assert written.getvalue().startswith("\r\x1b[K")
    assert "not shown" not in written.getvalue()
    assert written.getvalue().endswith(PROMPT)


def test_message_cannot_steer_the_terminal() -> None:
    """Its control characters are shown as text."""
    display, written = terminal()

    display.answer("a\x1b]0;title\x07b")

    assert "\x1b]0" not in written.getvalue()
    assert r"\x1b]0;title\x07b" in written.getvalue()


def test_pipe_gets_answers_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """A script that reads the answer must not read anything else."""
    display = PlainDisplay()

    display.working()
    display.preview("Hel")
    display.aside("an older one")
    display.answer("**Hello**\n\nAda")

    out, err = capsys.readouterr()
    assert out == "**Hello**\n\nAda\n"
    assert "an older one" in err
