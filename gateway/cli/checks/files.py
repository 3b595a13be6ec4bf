"""Checks of the souls and skills: mistakes in their files."""

from collections.abc import Mapping
from pathlib import Path

from gateway.app import skill_catalog, soul_catalog
from gateway.cli.checks.finding import Finding, ok, warn
from gateway.cli.words import excerpt
from gateway.config import Settings
from skills.values import skill_key

MISTAKE_CHARACTERS = 200


def check_souls(settings: Settings) -> list[Finding]:
    """Name the souls and the files that hold none because of a mistake."""
    catalog = soul_catalog(settings)
    return _findings("souls", [soul.name for soul in catalog.all()], catalog.problems())


def check_skills(settings: Settings) -> list[Finding]:
    """Name the skills, files that hold none because of a mistake, and settings that are amiss."""
    catalog = skill_catalog(settings)
    skills = catalog.all()
    values = settings.skill_settings
    return [
        *_findings("skills", [skill.name for skill in skills], catalog.problems()),
        *(
            warn("skills", f"{skill.name}: {problem}", "see its SKILL.md")
            for skill in skills
            for problem in (*values.problems(skill), *values.unknown(skill))
        ),
        *(
            warn("skills", f"settings of '{key}' are set, but there is no such skill", "unset them")
            for key in sorted(values.keys() - {skill_key(skill.name) for skill in skills})
        ),
    ]


def _findings(name: str, good: list[str], problems: Mapping[Path, str]) -> list[Finding]:
    return [
        ok(name, ", ".join(good) or "none"),
        *(
            warn(name, f"{path}: {excerpt(problem, MISTAKE_CHARACTERS)}", "correct the file")
            for path, problem in problems.items()
        ),
    ]
