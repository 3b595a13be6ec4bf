"""What a skill is, and how its `SKILL.md` becomes one."""

import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from skills.capabilities import (
    DeclaredSecret,
    DeclaredSetting,
    Host,
    Name,
    Setting,
    settings_of,
)
from skills.errors import SkillError
from skills.front_matter import read_front_matter
from skills.schema import schema_mistake, violation

CHECK_CALL = {"action": "check"}  # how a heartbeat calls a skill that declares `signal: true`


class SkillEffect(StrEnum):
    """What running a skill a second time would do; the values are those of a tool's effect."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One skill: its description for models, and how it may run.

    `parameters` is a JSON Schema as JSON text; `instructions` is the Markdown of `SKILL.md`.
    `has_network` says whether it was declared that the skill talks to the network, and `hosts` to
    whom: to anybody, if that is None. `has_files` says whether it sees the conversation's files.
    `samples` are arguments as JSON texts, for trying it out. `pin` is the hash that its files must
    have to be run, empty where nobody has approved them.
    """

    name: str
    description: str
    instructions: str
    folder: Path
    parameters: str
    effect: SkillEffect
    timeout: timedelta
    memory_bytes: int
    has_network: bool
    hosts: tuple[str, ...] | None = None
    has_files: bool = True
    settings: tuple[Setting, ...] = ()
    is_signal: bool = False
    samples: tuple[str, ...] = ()
    license: str = ""
    compatibility: str = ""
    allowed_tools: tuple[str, ...] = ()
    pin: str = ""

    @property
    def script(self) -> Path:
        """Where the function `execute` stands; the file need not exist."""
        return self.folder / "scripts" / "execute.py"

    @property
    def is_guidance(self) -> bool:
        """Whether there is no program: the instructions are for the agent to follow itself."""
        return not self.script.is_file()


def _spaced(value: object) -> object:
    """Split `allowed-tools`, which the format writes as one text with spaces."""
    return tuple(value.split()) if isinstance(value, str) else value


class _Strict(BaseModel):
    """Keys that are not named here are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Run(_Strict):
    """How a skill runs: our own keys, below `metadata.crewdesk`."""

    parameters: dict[str, object] = Field(
        default_factory=lambda: {"type": "object", "additionalProperties": False}
    )
    # StrEnum from YAML text: strict mode would ask for the member itself.
    effect: Annotated[SkillEffect, Field(strict=False)] = SkillEffect.UNSAFE
    timeout_s: Annotated[int, Field(ge=1, le=600)] = 60
    memory_mb: Annotated[int, Field(ge=64, le=8_192)] = 512
    network: bool = False
    hosts: list[Host] | None = None
    files: bool = True
    settings: dict[Name, DeclaredSetting] = {}
    secrets: dict[Name, DeclaredSecret] = {}
    signal: bool = False
    samples: list[dict[str, object]] = []

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        settings = settings_of(self.settings, self.secrets)
        needs_network = self.hosts or any(one.is_address for one in settings)
        if needs_network and not self.network:
            raise ValueError("hosts and addresses are declared, but not 'network: true'")
        return self


class _Metadata(BaseModel):
    """The format leaves `metadata` open; only our own part of it is read."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    crewdesk: _Run = _Run()


class _FrontMatter(_Strict):
    """The keys of https://agentskills.io/specification.

    Names may hold underscores besides the format's hyphens, for skills that are Python packages.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=64)]
    description: Annotated[str, Field(min_length=1, max_length=1024)]
    license: str = ""
    compatibility: Annotated[str, Field(max_length=500)] = ""
    allowed_tools: Annotated[
        tuple[str, ...], BeforeValidator(_spaced), Field(alias="allowed-tools")
    ] = ()
    metadata: _Metadata = _Metadata()


def parse_skill(text: str, folder: Path) -> Skill:
    """Read the skill of a folder from the text of its `SKILL.md`.

    Raises:
        SkillError: the file has a mistake; the sentence names the key.
    """
    data, instructions = read_front_matter(text)
    try:
        keys = _FrontMatter.model_validate(data)
    except ValidationError as error:
        raise SkillError(_sentence(error)) from error
    if keys.name != folder.name:
        raise SkillError(f"name: '{keys.name}' differs from the folder's name '{folder.name}'")
    run = keys.metadata.crewdesk
    parameters = _checked_parameters(run)
    return Skill(
        name=keys.name,
        description=keys.description.strip(),
        instructions=instructions,
        folder=folder,
        parameters=parameters,
        effect=run.effect,
        timeout=timedelta(seconds=run.timeout_s),
        memory_bytes=run.memory_mb * 1024 * 1024,
        has_network=run.network,
        hosts=None if run.hosts is None else tuple(run.hosts),
        has_files=run.files,
        settings=settings_of(run.settings, run.secrets),
        is_signal=run.signal,
        samples=tuple(json.dumps(sample, ensure_ascii=False) for sample in run.samples),
        license=keys.license,
        compatibility=keys.compatibility,
        allowed_tools=keys.allowed_tools,
    )


def _checked_parameters(run: _Run) -> str:
    """Return the schema as JSON text, which the samples and a signal's call must fit."""
    if mistake := schema_mistake(run.parameters):
        raise SkillError(f"metadata.crewdesk.parameters: {mistake}")
    parameters = json.dumps(run.parameters, ensure_ascii=False)
    for number, sample in enumerate(run.samples):
        if mistake := violation(parameters, sample):
            raise SkillError(f"metadata.crewdesk.samples.{number}: {mistake}")
    if run.signal and (mistake := violation(parameters, CHECK_CALL)):
        call = json.dumps(CHECK_CALL)
        raise SkillError(f"metadata.crewdesk.signal: the parameters refuse {call}: {mistake}")
    return parameters


def _sentence(error: ValidationError) -> str:
    """Say each mistake with its key, in one line."""
    mistakes = []
    for mistake in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in mistake["loc"]) or "front matter"
        unknown = mistake["type"] == "extra_forbidden"
        mistakes.append(f"{key}: {'there is no such key' if unknown else mistake['msg']}")
    return "; ".join(mistakes)
