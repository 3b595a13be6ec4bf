"""The tool by which an agent hands in a skill that it wrote; an administrator decides about it."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Protocol

from skills.errors import SkillError
from skills.package import Package, read_package
from workers.errors import ToolError
from workers.models.protocol import ToolSpec
from workers.tools.arguments import text_argument
from workers.tools.protocol import Arguments, Effect, ToolContext
from workers.tools.workspace import Workspace

PROPOSE_SKILL: Final = "propose_skill"
REFUSED: Final = "skill_refused"
PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "path": {
                "type": "string",
                "description": (
                    "the folder in the working directory; its name is the skill's, and it holds "
                    "SKILL.md and scripts/execute.py"
                ),
                "minLength": 1,
            }
        },
        "required": ["path"],
        "additionalProperties": False,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A skill as an agent wrote it."""

    name: str
    package: Package


class TakesDrafts(Protocol):
    """Checks drafts, tries them, and puts them before an administrator."""

    async def propose(self, draft: Draft) -> str:
        """Keep a draft as a proposal and return what became of it, for the model to read.

        Handing in the same draft again is harmless.

        Raises:
            ToolError: `skill_refused`; the text says what to correct.
        """


class ProposeSkill:
    """`propose_skill`: nothing is used before an administrator has approved it."""

    effect = Effect.IDEMPOTENT
    spec = ToolSpec(
        name=PROPOSE_SKILL,
        description=(
            "Hand in a new skill, or a changed version of one, that you wrote into a folder of "
            "your working directory. It is checked, tried with each of its samples without any "
            "secret, and put before an administrator: until they approve it, it can't be run."
        ),
        parameters=PARAMETERS,
    )

    def __init__(self, workspace: Workspace, desk: TakesDrafts) -> None:
        self._workspace = workspace
        self._desk = desk

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Read the folder as it is now, and hand it in."""
        del context
        path = text_argument(arguments, "path")
        package = await asyncio.to_thread(self._read, path)
        return await self._desk.propose(Draft(name=PurePosixPath(path).name, package=package))

    def _read(self, path: str) -> Package:
        with self._workspace.folder(path) as handle:
            try:
                return read_package(handle)
            except SkillError as error:
                raise ToolError(REFUSED, f"'{path}': {error}") from error
            except OSError as error:
                raise ToolError(REFUSED, f"'{path}' can't be read: {error.strerror}") from error
