"""The tools `list_extensions` and `run_extension`, with real skills."""

import json
from pathlib import Path

import pytest

from skills.catalog import SkillCatalog
from skills.runner import SkillRunner
from workers.tools.extensions import ListExtensions, RunExtension, SkillFolders
from workers.tools.protocol import Arguments, Effect, JsonValue, ToolContext

FRONT_MATTER = """---
name: {name}
description: Makes {name}.
metadata:
  crewdesk:
    effect: {effect}
    parameters: {{"type": "object", "properties": {{"size": {{"type": "integer"}}}}}}
---
Words for the model.
"""


def add_skill(tmp_path: Path, name: str, effect: str, script: str | None) -> None:
    """Write a skill into the catalog's folder."""
    folder = tmp_path / "skills" / name / "scripts"
    folder.mkdir(parents=True)
    folder.with_name("SKILL.md").write_text(FRONT_MATTER.format(name=name, effect=effect))
    if script is not None:
        (folder / "execute.py").write_text(script)


@pytest.fixture
def catalog(tmp_path: Path) -> SkillCatalog:
    """Return a catalog of one skill that works and one without a script."""
    script = (
        "def execute(ctx, params, runtime):\n"
        "    runtime.work_dir.joinpath('made').mkdir()\n"
        "    runtime.work_dir.joinpath('made', 'tea.txt').write_text('tea')\n"
        "    facts = params.get('size'), ctx.language, ctx.call_id, runtime.state_dir.name\n"
        "    text = ' '.join(str(fact) for fact in facts)\n"
        "    return {'ok': True, 'text': text, 'files': ['made/tea.txt']}\n"
    )
    add_skill(tmp_path, "tea", "idempotent", script)
    add_skill(tmp_path, "coffee", "unsafe", None)
    return SkillCatalog([tmp_path / "skills"])


@pytest.fixture
def extension(tmp_path: Path, catalog: SkillCatalog) -> RunExtension:
    """Return the tool, for a Chinese conversation."""
    folders = SkillFolders(state=tmp_path / "state", work=tmp_path / "work", language="zh")
    return RunExtension(catalog, SkillRunner(), folders)


async def answer_of(
    tool: RunExtension, context: ToolContext, arguments: Arguments
) -> dict[str, JsonValue]:
    """Run the tool and read what it returns."""
    answer = json.loads(await tool.run(arguments, context))
    assert list(answer) == ["ok", "skill_name", "result", "files", "error", "message"]
    return dict(answer)


async def test_skills_are_listed_with_their_arguments(
    catalog: SkillCatalog, context: ToolContext
) -> None:
    """By name, with the schema that `args` must fit."""
    listed = json.loads(await ListExtensions(catalog).run({}, context))

    assert [(one["skill_name"], one["description"]) for one in listed] == [
        ("coffee", "Makes coffee."),
        ("tea", "Makes tea."),
    ]
    assert listed[1]["args"]["properties"] == {"size": {"type": "integer"}}
    assert [one["kind"] for one in listed] == ["guidance", "program"]


@pytest.mark.parametrize(
    ("query", "found"),
    [("some tea", ["tea"]), ("tea, coffee", ["coffee", "tea"]), ("wine", ["coffee", "tea"])],
)
async def test_skills_are_found_by_a_query(
    catalog: SkillCatalog, context: ToolContext, query: str, found: list[str]
) -> None:
    """Those that fit; all of them if none does, for the list is short."""
    listed = json.loads(await ListExtensions(catalog).run({"query": query}, context))

    assert [one["skill_name"] for one in listed] == found


async def test_a_skill_is_run_with_its_folders(
    extension: RunExtension, context: ToolContext
) -> None:
    """It gets the call's id, and its files come back as the file tools take them."""
    answer = await answer_of(extension, context, {"skill_name": "tea", "args": {"size": 3}})

    assert answer == {
        "ok": True,
        "skill_name": "tea",
        "result": "3 zh step tea",
        "files": ["made/tea.txt"],
        "error": None,
        "message": "",
    }


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"skill_name": "cocoa"}, "skill_not_found", "there are: coffee, tea"),
        (
            {"skill_name": "coffee"},
            "skill_no_execute",
            "follow it yourself:\n\nWords for the model.",
        ),
        ({"skill_name": "tea", "args": {"size": "big"}}, "execution_error", "size: 'big'"),
    ],
)
async def test_failures_are_values(
    extension: RunExtension, context: ToolContext, arguments: Arguments, error: str, words: str
) -> None:
    """With a code on which a model can act and a sentence that it can read."""
    answer = await answer_of(extension, context, arguments)

    assert (answer["ok"], answer["result"], answer["error"]) == (False, "", error)
    assert words in str(answer["message"])


async def test_a_skill_that_cannot_be_started_is_a_failure(
    tmp_path: Path, catalog: SkillCatalog, context: ToolContext
) -> None:
    """A file stands where the skill's folder should be; the model reads it, the run goes on."""
    (tmp_path / "state").write_text("in the way")
    folders = SkillFolders(state=tmp_path / "state", work=tmp_path / "work")

    answer = await answer_of(
        RunExtension(catalog, SkillRunner(), folders), context, {"skill_name": "tea"}
    )

    assert answer["error"] == "execution_error"
    assert "'tea' can't be run here: " in str(answer["message"])


@pytest.mark.parametrize(
    ("name", "effect"),
    [("tea", Effect.IDEMPOTENT), ("coffee", Effect.UNSAFE), ("cocoa", Effect.UNSAFE)],
)
def test_a_skill_declares_its_effect(extension: RunExtension, name: str, effect: Effect) -> None:
    """One that is not there (any more) is taken for the worst."""
    assert extension.effect_of({"skill_name": name}) is effect
    assert extension.effect is Effect.UNSAFE
