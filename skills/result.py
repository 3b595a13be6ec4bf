"""What goes into a run of a skill and what comes out of it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue


class SkillErrorCode(StrEnum):
    """Why a skill gave no result."""

    NOT_FOUND = "skill_not_found"
    LOAD_FAILED = "skill_load_failed"
    NO_EXECUTE = "skill_no_execute"
    EXECUTION_ERROR = "execution_error"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillContext:
    """For whom a skill runs, without saying who that is.

    `state_dir` is what the skill keeps for this person between runs; `work_dir` is the folder of
    this conversation's files. Both are made if they are missing. `language` is a BCP 47 tag or
    empty. `call_id` is the same each time this very call is run again after a crash, and empty
    where a call is never run again.
    """

    state_dir: Path
    work_dir: Path
    language: str = ""
    call_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One finding of a skill that watches something.

    `fingerprint` is the same for as long as it is the same finding, and never used for another.
    """

    fingerprint: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1, max_length=500)]
    url: Annotated[str, Field(max_length=4_096)] = ""
    detail: Annotated[str, Field(max_length=1_000)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillResult:
    """What a skill answered.

    `text` is for the model; where `ok` is False it says what went wrong and `error_code` why. `ui`
    is what a console may draw. `files` lie inside the context's `work_dir`. `signals` are what a
    skill with `signal: true` found when it was asked to check.
    """

    ok: bool
    text: str
    ui: JsonValue = None
    files: tuple[Path, ...] = ()
    signals: tuple[Signal, ...] = ()
    error_code: SkillErrorCode | None = None


def failure(code: SkillErrorCode, text: str) -> SkillResult:
    """Return a result that says why there is none."""
    return SkillResult(ok=False, text=text, error_code=code)
