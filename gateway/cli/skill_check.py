"""Checks one skill as far as that goes without calling it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.checks.finding import Finding, Level, fail, ok, warn
from gateway.cli.screen import Line
from gateway.skillshelf.examination import examine
from skills.catalog import SkillCatalog
from skills.runner import SkillRunner
from skills.skill import Skill
from skills.values import SkillValues


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
    known = await examine(skill, runner, values)
    findings = [warn(skill.name, one.found, one.advice) for one in known.remarks]
    findings += [fail(skill.name, one.found, one.advice) for one in known.mistakes]
    if not known.mistakes:
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
