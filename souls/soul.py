"""What a soul is, and how its Markdown file becomes one."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from souls.errors import SoulError
from souls.front_matter import read_front_matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Soul:
    """Who an agent is.

    `instructions` is Markdown for the model. `model` is None where the gateway's own choice holds.
    `tools` are names of tools; `capabilities` are words by which a replacement is found when this
    soul's worker is not well. `max_steps`, `max_tokens` and `max_seconds` (wall time) bound
    one run.
    """

    name: str
    description: str
    instructions: str
    tools: tuple[str, ...]
    capabilities: tuple[str, ...]
    model: str | None
    max_steps: int
    max_tokens: int
    max_seconds: int


Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=64)]
Names = Annotated[tuple[Name, ...], Field(max_length=64)]


class _FrontMatter(BaseModel):
    """The keys of a soul file; an unknown one is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: Name
    description: Annotated[str, Field(min_length=1, max_length=1024)]
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    tools: Names = ()
    capabilities: Names = ()
    max_steps: Annotated[int, Field(ge=1, le=500)] = 40
    max_tokens: Annotated[int, Field(ge=1_000, le=10_000_000)] = 300_000
    max_seconds: Annotated[int, Field(ge=1, le=86_400)] = 1_800


def parse_soul(text: str) -> Soul:
    """Read a soul from the text of its Markdown file.

    Raises:
        SoulError: the file has a mistake; the sentence names the key.
    """
    data, instructions = read_front_matter(text)
    if not instructions:
        raise SoulError("there are no instructions below the front matter")
    # Strict mode takes a YAML list for no tuple, so the two lists are turned here.
    listed = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
    try:
        keys = _FrontMatter.model_validate(listed)
    except ValidationError as error:
        raise SoulError(_sentence(error)) from error
    return Soul(
        name=keys.name,
        description=keys.description.strip(),
        instructions=instructions,
        tools=keys.tools,
        capabilities=keys.capabilities,
        model=keys.model,
        max_steps=keys.max_steps,
        max_tokens=keys.max_tokens,
        max_seconds=keys.max_seconds,
    )


def _sentence(error: ValidationError) -> str:
    """Say each mistake with its key, in one line."""
    mistakes = []
    for mistake in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in mistake["loc"]) or "front matter"
        unknown = mistake["type"] == "extra_forbidden"
        mistakes.append(f"{key}: {'there is no such key' if unknown else mistake['msg']}")
    return "; ".join(mistakes)
