"""What `crewdesk up` says once it runs, and how the next command is typed."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cli.greeting import Greeting, greeting_lines
from gateway.cli.invocation import Invocation

GREETING = Greeting(
    url="http://127.0.0.1:8080",
    model="offline",
    channels=("terminal", "telegram"),
    data_dir=Path("/srv/data"),
    claim_code="",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a directory with a virtual environment in it."""
    program = tmp_path / ".venv" / "bin" / "crewdesk"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    return tmp_path


def started(
    checkout: Path,
    script: str = ".venv/bin/crewdesk",
    environ: Mapping[str, str] | None = None,
) -> Invocation:
    """Return how a command was started in a checkout."""
    python = checkout / ".venv" / "bin" / "python"
    return Invocation(script=Path(script), python=python, directory=checkout, environ=environ or {})


def test_greeting_says_where_what_and_what_next(checkout: Path) -> None:
    """All that a newcomer needs for the first message."""
    assert greeting_lines(GREETING, started(checkout)) == [
        "Crewdesk is running at http://127.0.0.1:8080",
        "  model     offline (a few fixed rules, no key needed); set OPENAI_API_KEY for a real one",
        "  channels  terminal, telegram",
        "  data      /srv/data",
        "Now, in a second terminal:",
        '  .venv/bin/crewdesk chat "hello"',
        "Ctrl-C stops it.",
    ]


def test_greeting_tells_the_claim_code_where_there_is_one(checkout: Path) -> None:
    """The first admin needs it."""
    lines = greeting_lines(replace(GREETING, claim_code="AB12"), started(checkout))

    assert "  claim     /claim AB12, sent to the bot from a messenger, makes you its admin" in lines


def test_program_on_the_path_is_typed_by_its_name(checkout: Path) -> None:
    """As in an activated virtual environment."""
    environ = {"PATH": str(checkout / ".venv" / "bin")}

    assert started(checkout, environ=environ).typed("up") == "crewdesk up"


def test_module_is_typed_as_the_script_beside_its_interpreter(checkout: Path) -> None:
    """`python -m gateway` and `crewdesk` are the same."""
    script = "/somewhere/gateway/__main__.py"

    assert started(checkout, script).typed("up") == ".venv/bin/crewdesk up"


def test_where_there_is_no_script_the_module_is_typed(tmp_path: Path) -> None:
    """A system without the installed script still has the interpreter."""
    python = tmp_path / ".venv" / "bin" / "python"

    assert started(tmp_path).typed("up") == f"{python} -m gateway up"


def test_data_directory_of_the_environment_goes_along(checkout: Path) -> None:
    """A second terminal does not have the variable."""
    environ = {"CREWDESK_DATA_DIR": "/srv/my data"}

    typed = started(checkout, environ=environ).typed("up")

    assert typed == "CREWDESK_DATA_DIR='/srv/my data' .venv/bin/crewdesk up"
