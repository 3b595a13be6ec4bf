"""Files that a skill keeps for a person: one writer at a time, and never half a file."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from skills.errors import SkillFailure

State = TypeVar("State", bound=BaseModel)

JOINED_FOLDER: Final = "joined"
"""In a person's state: a folder for each other person who turned out to be the same one."""


@contextlib.contextmanager
def held(state_dir: Path) -> Iterator[None]:
    """Let one call at a time work on a person's state; the runner's timeout bounds the wait."""
    with (state_dir / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def take_in(state_dir: Path, add: Callable[[Path], None]) -> None:
    """Let `add` take in the state of each other person who is this one now; then that goes.

    After a crash in between it is asked for the same again, so that must be harmless. Not to be
    called while the state is held.
    """
    waiting = state_dir / JOINED_FOLDER
    if not waiting.is_dir():
        return
    with held(state_dir):
        for folder in sorted(waiting.iterdir()):
            add(folder)
            shutil.rmtree(folder)
        with contextlib.suppress(OSError):  # one more has come meanwhile
            waiting.rmdir()


def read_state(path: Path, kind: type[State]) -> State:
    """Return what a file holds, or an empty one where there is none.

    Raises:
        SkillFailure: `damaged`; what can't be read is not begun anew.
    """
    if not path.exists():
        return kind()
    try:
        return kind.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        message = f"{path.name} in the skill's state can't be read; nothing was changed"
        raise SkillFailure("damaged", message) from error


def replace_text(path: Path, text: str) -> None:
    """Replace a file in one step; when this returns, the new text is on the disk."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
