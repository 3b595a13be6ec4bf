"""What Slack is told of the app."""

import json
import re
from pathlib import Path

from channels.slack.inbound import OWN_COMMAND
from channels.slack.manifest import EVENTS, SCOPES, manifest

GUIDE = Path(__file__).parents[4] / "docs" / "slack.md"


def test_the_guide_explains_each_permission_and_event() -> None:
    """Nobody is asked for something without a reason."""
    explained = set(re.findall(r"^\| `([\w.:]+)`", GUIDE.read_text("utf-8"), re.MULTILINE))
    assert set(SCOPES) | set(EVENTS) <= explained


def test_the_manifest_names_the_command_that_is_read() -> None:
    """It is JSON, and what it registers is what the channel understands."""
    text = json.dumps(manifest())
    assert f'"command": "{OWN_COMMAND}"' in text
    assert '"socket_mode_enabled": true' in text
