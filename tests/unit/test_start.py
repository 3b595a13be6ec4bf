"""What a start may cost: libraries that `crewdesk up` does not need yet are not imported."""

import subprocess
import sys
from pathlib import Path

LATE = {
    "aiogram",
    "asyncpg",
    "jsonschema",
    "markdown_it",
    "openai",
    "prometheus_client",
    "rich",
    "tortoise",
}
NOT_SET_UP = {
    "channels.dingtalk.payload",
    "channels.slack.payload",
    "channels.telegram.payload",
    "pyromark",
    "workers.models.offline",
}
LOOK = """
import sys, gateway.cli.start as start
start.load()
from gateway.app import read_settings
read_settings({"CREWDESK_DATA_DIR": "no-such-folder"})
print(*sys.modules)
"""


def test_start_imports_nothing_slow() -> None:
    """Each of these takes up to seconds or megabytes, and is loaded by whoever needs it.

    What a messenger or a model is made of is loaded where it is set up.
    """
    looked = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", LOOK],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    imported = set(looked.stdout.split())
    assert "gateway.app" in imported
    assert "channels.slack.settings" in imported
    assert imported & (LATE | NOT_SET_UP) == set()
