"""Runs a skill in a child process that holds none of our secrets and can't outlive its limits."""

import asyncio
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import JsonValue, ValidationError

from skills.confinement import ROOMS, Confinement
from skills.errors import SkillError
from skills.exchange import RunAnswer, RunRequest
from skills.pinned import approved_copy
from skills.process import (
    DEFAULT_SEARCH_PATH,
    ProcessLimits,
    ProcessOutcome,
    Program,
    run_process,
)
from skills.result import SkillContext, SkillErrorCode, SkillResult, failure
from skills.schema import violation
from skills.skill import Skill
from skills.values import SkillValues

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
SHOWN_OUTPUT_CHARACTERS: Final = 2_000
MASK: Final = "***"
MIN_SECRET_CHARACTERS: Final = 6  # masking a shorter one would eat ordinary words


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillCeiling:
    """The most that any skill may use, whatever it declares."""

    timeout: timedelta
    memory_bytes: int


USUAL_CEILING: Final = SkillCeiling(timeout=timedelta(seconds=60), memory_bytes=1024 * 1024 * 1024)


class SkillRunner:
    """Runs skills, each in a process of its own.

    The limits hold against accidents: a skill runs as the gateway's user, so only skills that an
    administrator trusts belong into the catalog. `allowed_hosts` are `host:port` texts that
    `runtime.http` may reach although their addresses are not public; `values` are the settings of
    all skills, of which each is given its own. `hidden` folders a skill can't reach, but for those
    below them that it is given (where the system can do that, see `Confinement`).
    """

    def __init__(
        self,
        *,
        allowed_hosts: Collection[str] = (),
        values: SkillValues | None = None,
        ceiling: SkillCeiling = USUAL_CEILING,
        hidden: Iterable[Path] = (),
        python: Path = Path(sys.executable),
        search_path: str = DEFAULT_SEARCH_PATH,
    ) -> None:
        self._allowed_hosts = tuple(allowed_hosts)
        self._values = values or SkillValues()
        self._ceiling = ceiling
        self._hidden = tuple(hidden)
        self._python = python
        self._search_path = search_path

    async def run(
        self, skill: Skill, params: Mapping[str, JsonValue], context: SkillContext
    ) -> SkillResult:
        """Run a skill once and return its result; failures of the skill are results too.

        On cancellation the process and all that it started are ended first.

        Raises:
            OSError: the folders can't be made or no process can be started.
        """
        if mistake := violation(skill.parameters, dict(params)):
            return failure(SkillErrorCode.EXECUTION_ERROR, f"wrong arguments: {mistake}")
        if lacking := "; ".join(self._values.problems(skill)):
            return failure(SkillErrorCode.EXECUTION_ERROR, f"setting_missing: {lacking}")
        return await self._run(skill, context, params)

    async def try_load(self, skill: Skill, context: SkillContext) -> SkillResult:
        """Load the script within the limits without calling it; ok if it could be called.

        Raises:
            OSError: the folders can't be made or no process can be started.
        """
        return await self._run(skill, context, None)

    async def _run(
        self, skill: Skill, context: SkillContext, params: Mapping[str, JsonValue] | None
    ) -> SkillResult:
        """Run the child; without parameters it is a trial."""
        temporary = tempfile.TemporaryDirectory(prefix="crewdesk-skill-")
        own_folder = Path(temporary.name)
        try:
            if skill.pin:
                skill = await asyncio.to_thread(approved_copy, skill, own_folder / "skill")
            skill = _bounded(skill, self._ceiling)
            if missing := await asyncio.to_thread(_missing, skill):
                return missing
            if not skill.has_files:
                context = replace(context, work_dir=own_folder / "work")
            await asyncio.to_thread(_make_folders, context)
            request = self._request(skill, context, params, own_folder / "answer.json")
            outcome = await run_process(self._program(request, own_folder), _limits(skill))
            result = await asyncio.to_thread(_result, outcome, request, skill)
            return replace(result, text=_masked(result.text, request.secrets.values()))
        except SkillError as error:
            return failure(SkillErrorCode.LOAD_FAILED, str(error))
        finally:
            await asyncio.to_thread(temporary.cleanup)

    def _request(
        self,
        skill: Skill,
        context: SkillContext,
        params: Mapping[str, JsonValue] | None,
        answer: Path,
    ) -> RunRequest:
        given = self._values.given(skill)
        return RunRequest(
            script=skill.script.absolute(),
            answer=answer,
            params=None if params is None else dict(params),
            state_dir=context.state_dir.absolute(),
            work_dir=context.work_dir.absolute(),
            language=context.language,
            call_id=context.call_id,
            has_network=skill.has_network,
            confinement=self._confinement(skill, context, answer.parent).folders(),
            allowed_hosts=(*self._allowed_hosts, *given.chosen_hosts),
            declared_hosts=None if skill.hosts is None else (*skill.hosts, *given.hosts),
            settings=dict(given.settings),
            secrets=dict(given.secrets),
        )

    def _confinement(self, skill: Skill, context: SkillContext, own_folder: Path) -> Confinement:
        return Confinement(
            hidden=self._hidden,
            open=(own_folder, context.state_dir, context.work_dir),
            readable=(skill.folder,),
            is_offline=not skill.has_network,
        )

    def _program(self, request: RunRequest, own_folder: Path) -> Program:
        """Return the child's command; `-P` keeps modules in the work folder from being imported."""
        return Program(
            arguments=(str(self._python), "-P", "-m", "skills.child"),
            folder=request.work_dir,
            input=request.model_dump_json().encode(),
            environment={
                "PATH": self._search_path,
                "HOME": str(own_folder),
                "TMPDIR": str(own_folder),
                "LANG": "C.UTF-8",
                "PYTHONPATH": str(ROOMS),
                "PYTHONUTF8": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )


def _missing(skill: Skill) -> SkillResult | None:
    """Say what of a skill is missing on disk, None if all is there."""
    if not skill.folder.is_dir():
        return failure(SkillErrorCode.NOT_FOUND, f"the folder of skill '{skill.name}' is gone")
    if not skill.script.is_file():
        return failure(SkillErrorCode.NO_EXECUTE, _guidance(skill))
    return None


def _guidance(skill: Skill) -> str:
    """Return the instructions of a skill that has no program, and what they are."""
    words = skill.instructions.strip()
    if not words:
        return f"'{skill.name}' has no scripts/execute.py and no instructions"
    return (
        f"'{skill.name}' has no scripts/execute.py: it is guidance. Nothing was run; follow it "
        f"yourself:\n\n{words}"
    )


def _make_folders(context: SkillContext) -> None:
    context.state_dir.mkdir(parents=True, exist_ok=True)
    context.work_dir.mkdir(parents=True, exist_ok=True)


def _bounded(skill: Skill, ceiling: SkillCeiling) -> Skill:
    """Return the skill with its own limits cut down to what the operator grants."""
    return replace(
        skill,
        timeout=min(skill.timeout, ceiling.timeout),
        memory_bytes=min(skill.memory_bytes, ceiling.memory_bytes),
    )


def _limits(skill: Skill) -> ProcessLimits:
    return ProcessLimits(timeout=skill.timeout, memory_bytes=skill.memory_bytes)


def _result(outcome: ProcessOutcome, request: RunRequest, skill: Skill) -> SkillResult:
    """Read the answer file, or say from how the process ended why there is none."""
    answer = _read_answer(request.answer)
    if isinstance(answer, RunAnswer):
        return _checked(answer, request.work_dir, skill)
    if outcome.has_timed_out:
        seconds = skill.timeout.total_seconds()
        return failure(SkillErrorCode.TIMEOUT, f"'{skill.name}' was ended after {seconds:g} s")
    printed = outcome.output[-SHOWN_OUTPUT_CHARACTERS:].strip()
    text = f"'{skill.name}' ended with exit code {outcome.exit_code}: {answer}\n{printed}"
    return failure(SkillErrorCode.EXECUTION_ERROR, text.strip())


def _read_answer(path: Path) -> RunAnswer | str:
    """Return the answer, or a sentence that says why there is none."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_ANSWER_BYTES + 1)
    except FileNotFoundError:
        return "it left no answer"
    if len(data) > MAX_ANSWER_BYTES:
        return f"its answer is larger than {MAX_ANSWER_BYTES} bytes"
    try:
        return RunAnswer.model_validate_json(data)
    except ValidationError as error:
        return f"its answer can't be read: {error}"


def _checked(answer: RunAnswer, work_dir: Path, skill: Skill) -> SkillResult:
    """Make a result of an answer that keeps to what the skill declares."""
    if answer.files and not skill.has_files:
        text = f"'{skill.name}' returned files, but declares 'files: false'"
        return failure(SkillErrorCode.EXECUTION_ERROR, text)
    if answer.signals and not skill.is_signal:
        text = f"'{skill.name}' returned signals, but does not declare 'signal: true'"
        return failure(SkillErrorCode.EXECUTION_ERROR, text)
    root = work_dir.resolve()
    files = tuple((root / name).resolve() for name in answer.files)
    for file in files:
        if not file.is_relative_to(root) or not file.is_file():
            text = f"the file '{file.name}' is not a file inside the work folder"
            return failure(SkillErrorCode.EXECUTION_ERROR, text)
    return SkillResult(
        ok=answer.ok,
        text=answer.text,
        ui=answer.ui,
        files=files,
        signals=answer.signals,
        error_code=answer.error_code,
    )


def _masked(text: str, secrets: Iterable[str]) -> str:
    """Take a skill's own secrets out of what it says, which a model and the log will see."""
    for secret in secrets:
        if len(secret) >= MIN_SECRET_CHARACTERS:
            text = text.replace(secret, MASK)
    return text
