"""What skills kept for two accounts that turned out to be one person's."""

import json
from pathlib import Path

import pytest
from pydantic import JsonValue

from tests.integration.skills.conftest import RunSkill

LIMIT = {"kind": "above", "value": 100}


@pytest.mark.parametrize(
    ("skill", "file", "mine", "theirs"),
    [
        (
            "rss_subscribe",
            "feeds.json",
            {"feeds": {"http://a.example": {"title": "mine"}}},
            {
                "feeds": {
                    "http://a.example": {"title": "late"},
                    "http://b.example": {"title": "theirs"},
                }
            },
        ),
        (
            "stock_watch",
            "watches.json",
            {"watches": {"AAPL": {"added": 1, "limits": [LIMIT]}}, "last_added": 1},
            {"watches": {"MSFT": {"added": 4, "limits": [LIMIT]}}, "last_added": 4},
        ),
    ],
)
async def test_both_lists_become_one(
    run_skill: RunSkill,
    tmp_path: Path,
    skill: str,
    file: str,
    mine: JsonValue,
    theirs: JsonValue,
) -> None:
    """What both had stays as it was with the one who is joined to."""
    other = tmp_path / "state" / "joined" / "1f"
    other.mkdir(parents=True)
    (tmp_path / "state" / file).write_text(json.dumps(mine))
    (other / file).write_text(json.dumps(theirs))

    listed = await run_skill(skill, action="list")

    assert len(listed.text.splitlines()) == 2
    assert "late" not in listed.text
    assert not (tmp_path / "state" / "joined").exists()
