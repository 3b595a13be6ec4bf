"""What the skill `notes` finds, without a process for each search."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import JsonValue

from skills.http import NoNetwork
from skills.notes.scripts.execute import execute
from skills.result import SkillContext
from skills.runtime import Runtime

Notes = Callable[..., str]


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    """Return the skill with notes in several scripts."""
    context = SkillContext(state_dir=tmp_path, work_dir=tmp_path)
    runtime = Runtime(
        http=NoNetwork(), state_dir=tmp_path, work_dir=tmp_path, log=logging.getLogger("skill")
    )

    def run(**params: JsonValue) -> str:
        return execute(context, params, runtime)

    for text in ("牛奶在地下室。", "The clock ticks", 'I say "100%_sure"!', "книга", "メモ帳"):
        run(action="add", text=text)
    return run


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("牛奶", {"#1"}),  # two characters: fewer than the index knows
        ("地下室", {"#1"}),
        ("下", {"#1"}),
        ("牛奶 地下室", {"#1"}),
        ("牛奶 clock", set()),
        ("CLOCK", {"#2"}),
        ("ock", {"#2"}),
        ("100%", {"#3"}),
        ("0%_", {"#3"}),
        ('say "', {"#3"}),
        ('"100', {"#3"}),
        ("NEAR(a b)", set()),
        ("text:clock", set()),
        ("%", {"#3"}),
        ("!", {"#3"}),
        ("ни", {"#4"}),
        ("メモ帳", {"#5"}),
    ],
)
def test_notes_are_found_in_any_script(notes: Notes, query: str, found: set[str]) -> None:
    """By each word of the query, long or short; no sign has a meaning of its own."""
    text = notes(action="search", query=query)

    assert {word for word in text.split() if word.startswith("#")} == found
