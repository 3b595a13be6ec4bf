"""The build's own gates find what they are there to find."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS_BELOW = "Layers of channels, below the messengers"
ROOMS = ("gateway", "channels", "manager", "workers", "skills", "souls")


def run(command: Sequence[str | Path], directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a gate in a directory, as the build does."""
    return subprocess.run(  # noqa: S603 - our own command
        command, cwd=directory, capture_output=True, text=True, timeout=120, check=False
    )


def size_gate(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run the size gate over a directory."""
    return run([sys.executable, ROOT / ".ci" / "size_gate.py"], directory)


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    """Run the import law over a copy of the code."""
    script = Path(sys.executable).parent / "lint-imports"
    return run(["env", f"PYTHONPATH={ROOT / '.ci'}", script, "--no-cache"], directory)


def write(path: Path, text: str) -> None:
    """Write a file, with its directories."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_sizes_at_the_limit_pass(tmp_path: Path) -> None:
    """500 lines, and 50 of a function besides its docstring, are allowed."""
    docstring = '    """One.\n\n    Two.\n    """\n'
    function = "def f() -> None:\n" + docstring + "    pass\n" * 49
    write(tmp_path / "gateway" / "good.py", function + "\n" * (500 - function.count("\n")))

    result = size_gate(tmp_path)

    assert (result.returncode, result.stdout) == (0, "Sizes: kept.\n")


def test_long_module_fails(tmp_path: Path) -> None:
    """A module of 501 lines is one finding."""
    write(tmp_path / "souls" / "deep" / "bad.py", "x = 1\n" * 501)

    result = size_gate(tmp_path)

    assert result.returncode == 1
    assert result.stdout == "souls/deep/bad.py:1: module has 501 lines, at most 500: split it\n"


def test_long_functions_fail_wherever_they_stand(tmp_path: Path) -> None:
    """Methods and inner coroutines count like any function, each with a line of its own."""
    body = "".join("            pass\n" for _ in range(50))
    inner = f"        async def inner() -> None:\n{body}"
    write(tmp_path / "tests" / "bad.py", f"class C:\n    def outer(self) -> None:\n{inner}")

    result = size_gate(tmp_path)

    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "tests/bad.py:2: function outer has 52 lines, at most 50: split it",
        "tests/bad.py:3: function inner has 51 lines, at most 50: split it",
    ]


def test_this_repository_keeps_its_sizes() -> None:
    """What the build would say about the sources as they are now."""
    result = size_gate(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """Copy the rooms and their contracts to where a test may break them."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize(
    ("module", "source", "contract"),
    [
        ("skills/runner.py", "import workers.errors\n", "The rooms and their arrows"),
        ("channels/message.py", "import souls\n", "Channels know no other room"),
        ("workers/errors.py", "import channels.errors\n", "Only the gateway knows the channels"),
        ("channels/message.py", "import channels.protocol\n", "No cycles anywhere"),
        ("gateway/clock.py", "import sqlite3\n", "Only the store touches a database"),
        ("gateway/clock.py", "import tortoise.models\n", "Only the store touches a database"),
        ("channels/errors.py", "import aiogram\n", "Only the Telegram channel knows aiogram"),
        ("gateway/clock.py", "import openai\n", "Only the model adapters know openai"),
        ("channels/errors.py", "import channels.message\n", LAYERS_BELOW),
        ("channels/newcomer.py", "", "Messengers know nothing of each other"),
        (
            "channels/terminal/split.py",
            "import channels.telegram\n",
            "Messengers know nothing of each other",
        ),
    ],
)
def test_forbidden_import_breaks_its_contract(
    rooms: Path, module: str, source: str, contract: str
) -> None:
    """Each contract of the import law notices an import (or a module) that breaks it."""
    with (rooms / module).open("a") as file:
        file.write(source)

    result = lint_imports(rooms)

    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout


def test_every_room_has_exhaustive_layers() -> None:
    """A new module of a room can't slip past the law: its room's layers must name it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

    # What grows in `channels` is a messenger, or is named as the ground that they stand on.
    plug_ins = {one["room"] for one in settings["contracts"] if one["type"] == "messengers"}
    exhaustive = {
        container
        for contract in settings["contracts"]
        if contract["type"] == "layers" and contract.get("exhaustive")
        for container in contract.get("containers", ())
    }

    assert exhaustive | plug_ins >= set(ROOMS)
