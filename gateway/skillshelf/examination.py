"""Looks at one skill: at what it declares, at its program, and at what it does with samples."""

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import JsonValue, TypeAdapter

from skills.result import SkillContext, SkillResult
from skills.runner import SkillRunner
from skills.skill import Skill
from skills.values import SkillValues

CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
MIN_DESCRIPTION_CHARACTERS: Final = 20

Arguments = dict[str, JsonValue]
ARGUMENTS: Final = TypeAdapter(Arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about a skill, and what its author should do about it."""

    found: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What is known of a skill; with `mistakes` it could not run."""

    mistakes: tuple[Remark, ...]
    remarks: tuple[Remark, ...]


async def examine(skill: Skill, runner: SkillRunner, values: SkillValues) -> Examination:
    """Look at what a skill declares, and load its program within the limits."""
    remarks = (*_of_words(skill), *_of_values(skill, values))
    mistakes = _of_guidance(skill) if skill.is_guidance else await _of_program(skill, runner)
    return Examination(mistakes=tuple(mistakes), remarks=remarks)


def samples_of(skill: Skill) -> list[Arguments]:
    """Return the arguments with which a skill wants to be tried."""
    return [ARGUMENTS.validate_json(sample) for sample in skill.samples]


async def try_out(skill: Skill, runner: SkillRunner, call: Arguments) -> SkillResult:
    """Run a skill once in folders that are gone afterwards.

    Raises:
        OSError: the folders can't be made or no process can be started.
    """
    with tempfile.TemporaryDirectory(prefix="crewdesk-trial-") as folder:
        return await runner.run(skill, call, _context(folder))


def _context(folder: str) -> SkillContext:
    return SkillContext(state_dir=Path(folder, "state"), work_dir=Path(folder, "work"))


def _of_words(skill: Skill) -> Iterator[Remark]:
    """See whether a model finds the skill, and knows what to make of it."""
    if len(skill.description) < MIN_DESCRIPTION_CHARACTERS:
        yield Remark(
            found="the description is very short", advice="say what it does and when to use it"
        )
    if not CHINESE.search(skill.description):
        yield Remark(
            found="the description has no Chinese", advice="add it if your people write Chinese"
        )
    if not skill.instructions.strip():
        yield Remark(found="there is nothing below the front matter", advice="describe the answers")


def _of_values(skill: Skill, values: SkillValues) -> Iterator[Remark]:
    for problem in values.problems(skill):
        yield Remark(found=problem, advice="until then it answers setting_missing")
    for unknown in values.unknown(skill):
        yield Remark(found=unknown, advice="correct the name or remove it")


def _of_guidance(skill: Skill) -> Iterator[Remark]:
    """See whether a skill without a program is meant to have none."""
    if not skill.instructions.strip():
        yield Remark(
            found="it has neither scripts/execute.py nor instructions",
            advice=f"write {skill.script}, or what to do below the front matter",
        )
    takes_arguments = bool(json.loads(skill.parameters).get("properties"))
    if takes_arguments or skill.is_signal or skill.has_network or skill.samples:
        yield Remark(
            found="it declares parameters, samples, network or signal, but has no program",
            advice=f"write {skill.script}, or take these keys out",
        )


async def _of_program(skill: Skill, runner: SkillRunner) -> list[Remark]:
    """Load the program in a process of its own, as a run would, without calling it."""
    with tempfile.TemporaryDirectory(prefix="crewdesk-check-") as folder:
        result = await runner.try_load(skill, _context(folder))
    if result.ok:
        return []
    found = f"{result.error_code}: {result.text.strip()}"
    return [Remark(found=found, advice=f"correct {skill.script}")]
