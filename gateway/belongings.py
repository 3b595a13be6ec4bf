"""Lets what skills keep for a person follow that person, once two people turned out to be one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import uuid4

import structlog

from skills.state import JOINED_FOLDER

SKILL_STATE: Final = "skill-state"  # of the data directory: a folder for each person

logger = structlog.get_logger(__name__)


def state_folder(data_dir: Path, user_id: str) -> Path:
    """Return where skills keep what is one person's, a folder for each skill."""
    return data_dir / SKILL_STATE / (user_id or "nobody")


def carry_over(data_dir: Path, joined: Mapping[str, str]) -> None:
    """Move what was kept for people who are others now; `joined` tells who became whom.

    Where both have something of a skill, it is laid into the other's folder, for the skill to take
    in at its next run. Each move is one step, so whatever a crash leaves is moved the next time.

    Raises:
        OSError: the disk refuses.
    """
    for joining in joined:
        old, new = state_folder(data_dir, joining), state_folder(data_dir, _last(joining, joined))
        if not old.is_dir():
            continue
        new.mkdir(parents=True, exist_ok=True)
        for kept in sorted(old.iterdir()):
            place = new / kept.name
            if place.exists():
                place = place / JOINED_FOLDER / uuid4().hex
                place.parent.mkdir(exist_ok=True)
            kept.rename(place)
        old.rmdir()
        logger.info("skill_state_carried_over", into=new.name)


def _last(joining: str, joined: Mapping[str, str]) -> str:
    """Return who somebody is now; whom they became may have become somebody else since."""
    known = {joining}
    while (following := joined.get(joining)) is not None and following not in known:
        known.add(following)
        joining = following
    return joining
