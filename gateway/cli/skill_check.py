"""Checks one skill as far as that goes without calling it."""

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.checks.finding import Finding, Level, fail, ok, warn
from gateway.cli.screen import Line
from skills.catalog import SkillCatalog
from skills.result import SkillContext
from skills.runner import SkillRunner
from skills.skill import Skill
from skills.values import SkillValues

CHINESE = re.compile(r"[\u4e00-\u9fff]")
MIN_DESCRIPTION_CHARACTERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is known of one skill."""

    findings: tuple[Finding, ...]

    @property
    def has_failed(self) -> bool:
        """Whether the skill could not run."""
        return any(finding.level is Level.FAIL for finding in self.findings)

    def lines(self) -> Iterator[Line]:
        """Yield a line a finding."""
        return (finding.line for finding in self.findings)


async def check_skill(folder: Path, runner: SkillRunner, values: SkillValues) -> Report:
    """Read a skill's file, look at what it declares, and load its program within the limits."""
    catalog = SkillCatalog([folder.parent])
    skill = catalog.get(folder.name)
    problem = catalog.problems().get(folder / "SKILL.md")
    if skill is None or problem:
        what = problem or "there is no SKILL.md"
        return Report(findings=(fail(folder.name, what, f"correct {folder / 'SKILL.md'}"),))
    findings = [*_of_words(skill), *_of_values(skill, values)]
    findings += _of_guidance(skill) if skill.is_guidance else await _of_program(skill, runner)
    if not any(finding.level is Level.FAIL for finding in findings):
        kind = "guidance" if skill.is_guidance else "program"
        findings.insert(0, ok(skill.name, f"{kind}; {_capabilities(skill)}"))
    return Report(findings=tuple(findings))


def _capabilities(skill: Skill) -> str:
    """Say in a line what the skill may do."""
    hosts = "any public host" if skill.hosts is None else ", ".join(skill.hosts)
    addresses = ", ".join(one.name for one in skill.settings if one.is_address)
    reach = "; ".join(it for it in (hosts, addresses and f"those of {addresses}") if it)
    parts = [
        f"effect {skill.effect}",
        f"network: {reach or 'no host'}" if skill.has_network else "no network",
        "files of the conversation" if skill.has_files else "no files",
    ]
    if secrets := [one.name for one in skill.settings if one.is_secret]:
        parts.append(f"secrets: {', '.join(secrets)}")
    return "; ".join([*parts, "signal"] if skill.is_signal else parts)


def _of_words(skill: Skill) -> Iterator[Finding]:
    """See whether a model finds the skill, and knows what to make of it."""
    if len(skill.description) < MIN_DESCRIPTION_CHARACTERS:
        yield warn(
            skill.name, "the description is very short", "say what it does and when to use it"
        )
    if not CHINESE.search(skill.description):
        yield warn(
            skill.name, "the description has no Chinese", "add it if your people write Chinese"
        )
    if not skill.instructions.strip():
        yield warn(skill.name, "there is nothing below the front matter", "describe the answers")


def _of_values(skill: Skill, values: SkillValues) -> Iterator[Finding]:
    for problem in values.problems(skill):
        yield warn(skill.name, problem, "until then it answers setting_missing")
    for unknown in values.unknown(skill):
        yield warn(skill.name, unknown, "correct the name or remove it")


def _of_guidance(skill: Skill) -> Iterator[Finding]:
    """See whether a skill without a program is meant to have none."""
    if not skill.instructions.strip():
        yield fail(
            skill.name,
            "it has neither scripts/execute.py nor instructions",
            f"write {skill.script}, or what to do below the front matter",
        )
    takes_arguments = bool(json.loads(skill.parameters).get("properties"))
    if takes_arguments or skill.is_signal or skill.has_network or skill.samples:
        yield fail(
            skill.name,
            "it declares parameters, samples, network or signal, but has no program",
            f"write {skill.script}, or take these keys out",
        )


async def _of_program(skill: Skill, runner: SkillRunner) -> list[Finding]:
    """Load the program in a process of its own, as a run would, without calling it."""
    with tempfile.TemporaryDirectory(prefix="crewdesk-check-") as folder:
        context = SkillContext(state_dir=Path(folder, "state"), work_dir=Path(folder, "work"))
        result = await runner.try_load(skill, context)
    if result.ok:
        return []
    return [
        fail(skill.name, f"{result.error_code}: {result.text.strip()}", f"correct {skill.script}")
    ]
