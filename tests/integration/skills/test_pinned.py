"""Approved skills: what runs is what was approved."""

from dataclasses import replace
from pathlib import Path

import pytest

from skills.package import read_package
from skills.result import SkillContext, SkillResult
from skills.runner import SkillRunner
from skills.skill import Skill, parse_skill

HEAD = "---\nname: probe\ndescription: For a test.\n---\n"
PROGRAM = "import helper\ndef execute(ctx, params, runtime):\n    return helper.said()\n"
HELPER = "def said():\n    return 'approved'\n"


@pytest.fixture
def probe(tmp_path: Path) -> Skill:
    """Write a skill of two modules, and pin it as it is."""
    folder = tmp_path / "probe"
    (folder / "scripts").mkdir(parents=True)
    (folder / "SKILL.md").write_text(HEAD)
    (folder / "scripts" / "execute.py").write_text(PROGRAM)
    (folder / "scripts" / "helper.py").write_text(HELPER)
    skill = parse_skill(HEAD, folder)
    return replace(skill, pin=read_package(folder).digest)


async def run(skill: Skill, tmp_path: Path) -> SkillResult:
    """Run it."""
    context = SkillContext(state_dir=tmp_path / "state", work_dir=tmp_path / "work")
    return await SkillRunner().run(skill, {}, context)


async def test_an_approved_skill_runs(probe: Skill, tmp_path: Path) -> None:
    """With all its modules."""
    assert (await run(probe, tmp_path)).text == "approved"


async def test_a_module_that_was_changed_keeps_it_from_running(
    probe: Skill, tmp_path: Path
) -> None:
    """Any file counts, not only the program; without a pin it would run."""
    (probe.folder / "scripts" / "helper.py").write_text(HELPER.replace("approved", "evil"))

    refused = await run(probe, tmp_path)

    assert refused.error_code == "skill_load_failed"
    assert f"/skills rollback probe {probe.pin[:8]}" in refused.text
    assert (await run(replace(probe, pin=""), tmp_path)).text == "evil"


async def test_what_runs_is_a_copy_that_is_gone_afterwards(probe: Skill, tmp_path: Path) -> None:
    """So that files which change while it runs change nothing."""
    (probe.folder / "scripts" / "helper.py").write_text("def said():\n    return __file__\n")
    pinned = replace(probe, pin=read_package(probe.folder).digest)

    said = (await run(pinned, tmp_path)).text

    assert said.endswith("/probe/scripts/helper.py")
    assert not said.startswith(str(probe.folder))
