"""What a heartbeat looks at: real skills in their processes, and real files."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from gateway.config.sections import ToolSettings
from gateway.schedule.signals import Lookout
from gateway.store.heartbeats import Heartbeat
from gateway.workshop import Workshop
from skills.catalog import SkillCatalog
from skills.runner import SkillRunner
from souls.catalog import SoulCatalog
from tests.doubles.model_scripted import ScriptedModel

CHAT = UUID(int=5)
ONE = Heartbeat(user_id="u", conversation_id=CHAT, active_hours="", next_look_at=None)
SKILL = """---
name: {name}
description: Finds things.
metadata:
  crewdesk:
    effect: read
    signal: {signal}
    parameters:
      type: object
      properties:
        action: {{enum: [{actions}]}}
        url: {{type: string}}
---
Text.
"""


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Return a workshop without any skill."""
    (tmp_path / "skills").mkdir()
    return Workshop(
        souls=SoulCatalog([]),
        skills=SkillCatalog([tmp_path / "skills"]),
        runner=SkillRunner(),
        model=lambda _: ScriptedModel("none"),
        data_dir=tmp_path,
        tools=ToolSettings(),
        context_tokens=1000,
    )


def add_skill(workshop: Workshop, name: str, body: str, actions: str = "check, list") -> None:
    """Put a skill into the data directory."""
    folder = workshop.data_dir / "skills" / name
    signal = str("check" in actions).lower()
    (folder / "scripts").mkdir(parents=True)
    (folder / "SKILL.md").write_text(SKILL.format(name=name, actions=actions, signal=signal))
    source = f"def execute(ctx, params, runtime):\n    {body}\n"
    (folder / "scripts" / "execute.py").write_text(source)
    workshop.skills.refresh()


async def test_skills_that_check_are_asked(workshop: Workshop) -> None:
    """By the one agreed call; a skill without it is left alone, and one that fails too."""
    found = {"signals": [{"fingerprint": "a", "title": "News", "url": "http://n/"}]}
    add_skill(workshop, "finder", f"return {found} if params == {{'action': 'check'}} else ''")
    add_skill(workshop, "broken", "return 'no signals'")
    add_skill(workshop, "other", "raise SystemError", actions="list")

    (one,) = await Lookout(workshop).look(ONE, [])

    assert (one.source, one.title, one.url, one.is_state) == (
        "skill:finder",
        "News",
        "http://n/",
        False,
    )


async def test_a_file_is_seen_to_change(workshop: Workshop) -> None:
    """That it comes is a change as well; nothing outside the workspace is looked at."""
    lookout = Lookout(workshop)
    folder = await workshop.workspace(CHAT)
    prints = []
    for text in (None, "one", "one", "two"):
        if text is not None:
            (folder / "notes.md").write_text(text)
        (found,) = await lookout.look(ONE, ["notes.md"])
        prints.append(found.fingerprint)
    (outside,) = await lookout.look(ONE, ["/etc/passwd"])

    assert len(set(prints)) == 3
    assert prints[1] == prints[2]
    assert replace(outside, source="", title="") == replace(
        (await lookout.look(ONE, ["nothing.md"]))[0], source="", title=""
    )


async def test_a_page_is_fetched_by_its_skill(workshop: Workshop) -> None:
    """Its text is what counts."""
    add_skill(workshop, "web_fetch", "return 'text of ' + params['url']", actions="x")

    (one,) = await Lookout(workshop).look(ONE, ["https://example.org/"])

    assert (one.source, one.is_state) == ("watch:https://example.org/", True)
    assert one.url == "https://example.org/"
