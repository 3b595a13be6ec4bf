"""The page on adding a channel says all that it takes: one folder and one line."""

import re
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.doubles.gateway_process import GatewayProcess
from tests.unit.test_gates import ROOMS, ROOT, lint_imports, run

PAGE = ROOT / "docs" / "channels.md"
_FENCED = re.compile(r"```python\n(.*?)```", re.DOTALL)
_TABLE = re.compile(r"^CHANNELS = \(\n", re.MULTILINE)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the code with the page's channel in it."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    folder = tmp_path / "channels" / "folder"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""A folder as a channel."""\n')
    channel, messenger = _FENCED.findall(PAGE.read_text("utf-8"))
    (folder / "channel.py").write_text(channel)
    (folder / "messenger.py").write_text(messenger)
    app = tmp_path / "gateway" / "app.py"
    app.write_text(_TABLE.sub('CHANNELS = (\n    "folder",\n', app.read_text("utf-8"), count=1))
    return tmp_path


@pytest.fixture
async def gateway(checkout: Path) -> AsyncIterator[GatewayProcess]:
    """Yield that code's gateway, running."""
    settings = {"CREWDESK_FOLDER__ENABLED": "1", "CREWDESK_ACCESS__ADMINS": "folder:owner"}
    async with GatewayProcess(checkout / "data", settings, code=checkout) as process:
        yield process


async def test_message_to_the_new_channel_is_answered_there(gateway: GatewayProcess) -> None:
    """The whole way: from a file in one folder to a file in the other."""
    place = gateway.data_dir / "channels" / "folder"
    await gateway.eventually((place / "in").is_dir, "the channel looks into its folder")
    (place / "hello.new").write_text("hello")

    (place / "hello.new").rename(place / "in" / "hello.txt")

    await gateway.eventually(lambda: any(place.glob("out/*.md")), "the answer is there")
    (answer,) = place.glob("out/*.md")
    assert "offline" in answer.read_text()
    await gateway.eventually(lambda: not any(place.glob("in/*")), "the message is acknowledged")


def test_new_channel_keeps_the_builds_laws(checkout: Path) -> None:
    """Nothing had to be written down for it, and nothing was loosened."""
    tools = Path(sys.executable).parent
    commands: Sequence[Sequence[str | Path]] = (
        [tools / "ruff", "check", "channels/folder"],
        [tools / "ruff", "format", "--check", "channels/folder"],
        [tools / "mypy", "--follow-imports=silent", "-p", "channels.folder"],
    )

    for command in commands:
        result = run(command, checkout)
        assert result.returncode == 0, result.stdout + result.stderr
    law = lint_imports(checkout)
    assert law.returncode == 0, law.stdout
