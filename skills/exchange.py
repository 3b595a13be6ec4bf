"""What the runner and its child process tell each other: one request, one answer, as JSON."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue

from skills.result import Signal, SkillErrorCode


class RunRequest(BaseModel):
    """What the child reads from its standard input."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    script: Path
    answer: Path  # where to write the answer; standard output is the skill's to print on
    params: dict[str, JsonValue] | None  # None: only see whether `execute` could be called
    state_dir: Path
    work_dir: Path
    language: str
    call_id: str
    has_network: bool
    confinement: dict[str, list[str]]  # folders by kind, see `skills.landlock`
    allowed_hosts: tuple[str, ...]
    declared_hosts: tuple[str, ...] | None
    settings: dict[str, str]
    secrets: dict[str, str]


class RunAnswer(BaseModel):
    """What the child leaves in the answer file; `files` are as the skill named them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ok: bool
    text: str
    ui: JsonValue = None
    files: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()
    error_code: SkillErrorCode | None = None
