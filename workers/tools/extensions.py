"""The tools that list and run skills."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from skills.catalog import SkillCatalog
from skills.result import SkillContext, SkillErrorCode, SkillResult, failure
from skills.runner import SkillRunner
from skills.search import matching
from workers.models.protocol import ToolSpec
from workers.tools.arguments import text_argument
from workers.tools.protocol import Arguments, Effect, JsonValue, ToolContext

LIST_PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "query": {
                "type": "string",
                "description": "what is to be done, in English or Chinese; all skills if left out",
            }
        },
        "additionalProperties": False,
    }
)
RUN_PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "skill_name": {"type": "string", "description": "a name from list_extensions"},
            "args": {"type": "object", "description": "arguments after the skill's own schema"},
        },
        "required": ["skill_name"],
        "additionalProperties": False,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillFolders:
    """Where skills keep and find files: `state` per person, `work` per conversation."""

    state: Path
    work: Path
    language: str = ""


class ListExtensions:
    """`list_extensions`: what skills there are, with the arguments they take."""

    effect = Effect.READ
    spec = ToolSpec(
        name="list_extensions",
        description=(
            "List the skills that run_extension can run, with their arguments; those that fit a "
            "query come first. One of kind 'guidance' is no program: run_extension returns "
            "instructions to follow."
        ),
        parameters=LIST_PARAMETERS,
    )

    def __init__(self, catalog: SkillCatalog) -> None:
        self._catalog = catalog

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return the list as JSON; all skills if none fits the query."""
        del context
        skills = self._catalog.all()
        found = matching(skills, str(arguments.get("query", ""))) or skills
        listed = [
            {
                "skill_name": skill.name,
                "description": skill.description,
                "kind": "guidance" if skill.is_guidance else "program",
                "args": json.loads(skill.parameters),
            }
            for skill in found
        ]
        return json.dumps(listed, ensure_ascii=False)


class RunExtension:
    """`run_extension`: runs one skill; its failures are values that the model can act on."""

    effect = Effect.UNSAFE
    spec = ToolSpec(
        name="run_extension",
        description=(
            "Run a skill by its name and return what it answered. The error skill_no_execute "
            "carries instructions in its message: follow them with your other tools."
        ),
        parameters=RUN_PARAMETERS,
    )

    def __init__(self, catalog: SkillCatalog, runner: SkillRunner, folders: SkillFolders) -> None:
        self._catalog = catalog
        self._runner = runner
        self._folders = folders

    def effect_of(self, arguments: Arguments) -> Effect:
        """Return the effect that the named skill declares; one that is gone may have had any."""
        skill = self._catalog.get(text_argument(arguments, "skill_name"))
        return Effect.UNSAFE if skill is None else Effect(skill.effect)

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return `{ok, skill_name, result, files, error, message}` as JSON.

        `files` are paths as the file tools take them.
        """
        name = text_argument(arguments, "skill_name")
        skill = self._catalog.get(name)
        if skill is None:
            return self._answer(name, _unknown(name, self._catalog))
        given = arguments.get("args")
        params: dict[str, JsonValue] = given if isinstance(given, dict) else {}
        where = SkillContext(
            state_dir=self._folders.state / skill.name,
            work_dir=self._folders.work,
            language=self._folders.language,
            call_id=context.step_id,
        )
        try:
            result = await self._runner.run(skill, params, where)
        except OSError as error:
            message = f"'{name}' can't be run here: {error.strerror}"
            result = failure(SkillErrorCode.EXECUTION_ERROR, message)
        return self._answer(name, result)

    def _answer(self, name: str, result: SkillResult) -> str:
        root = self._folders.work.resolve()
        return json.dumps(
            {
                "ok": result.ok,
                "skill_name": name,
                "result": result.text if result.ok else "",
                "files": [str(path.relative_to(root)) for path in result.files],
                "error": None if result.error_code is None else str(result.error_code),
                "message": "" if result.ok else result.text,
            },
            ensure_ascii=False,
        )


def _unknown(name: str, catalog: SkillCatalog) -> SkillResult:
    known = ", ".join(skill.name for skill in catalog.all()) or "none"
    return failure(SkillErrorCode.NOT_FOUND, f"there is no skill {name!r}; there are: {known}")
