"""Checks of the souls and skills: mistakes in their files."""

from collections.abc import Mapping
from pathlib import Path

from gateway.app import skill_catalog, soul_catalog
from gateway.cli.checks.finding import Finding, ok, warn
from gateway.cli.words import excerpt
from gateway.config import Settings

MISTAKE_CHARACTERS = 200


def check_souls(settings: Settings) -> list[Finding]:
    """Name the souls and the files that hold none because of a mistake."""
    catalog = soul_catalog(settings)
    return _findings("souls", [soul.name for soul in catalog.all()], catalog.problems())


def check_skills(settings: Settings) -> list[Finding]:
    """Name the skills and the files that hold none because of a mistake."""
    catalog = skill_catalog(settings)
    return _findings("skills", [skill.name for skill in catalog.all()], catalog.problems())


def _findings(name: str, good: list[str], problems: Mapping[Path, str]) -> list[Finding]:
    return [
        ok(name, ", ".join(good) or "none"),
        *(
            warn(name, f"{path}: {excerpt(problem, MISTAKE_CHARACTERS)}", "correct the file")
            for path, problem in problems.items()
        ),
    ]
