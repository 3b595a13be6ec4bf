"""Skills whose files an administrator approved: what runs is what was approved, or nothing."""

from pathlib import Path
from typing import Final

from skills.errors import SkillError
from skills.package import SKILL_FILE, Package, read_package
from skills.skill import Skill, parse_skill

SHOWN_DIGITS: Final = 8  # of a hash, as people read and write it


def approved_copy(skill: Skill, home: Path) -> Skill:
    """Copy a pinned skill below `home` and return the copy, read from what was compared. Blocks.

    The copy is what runs, so that files which change after they were compared change nothing.

    Raises:
        SkillError: the files are not those of the pin.
        OSError: they can't be read or copied.
    """
    package = _compared(skill)
    folder = home / skill.name
    package.write(folder)
    return parse_skill(package.text(SKILL_FILE), folder)


def _compared(skill: Skill) -> Package:
    try:
        package = read_package(skill.folder)
    except (SkillError, FileNotFoundError) as error:
        raise _refusal(skill, str(error)) from error
    if package.digest != skill.pin:
        raise _refusal(skill, f"they have the hash {package.digest[:SHOWN_DIGITS]}")
    return package


def _refusal(skill: Skill, found: str) -> SkillError:
    return SkillError(
        f"'{skill.name}' is not run: its files are not those of the approved version "
        f"{skill.pin[:SHOWN_DIGITS]} ({found}). An administrator can approve it anew, or go back "
        f"with /skills rollback {skill.name} {skill.pin[:SHOWN_DIGITS]}"
    )
