"""The child process in which one run of a skill takes place: `python -m skills.child`."""

import asyncio
import importlib.util
import inspect
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Annotated, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    TypeAdapter,
    ValidationError,
)

from skills.errors import SkillFailure
from skills.exchange import RunAnswer, RunRequest
from skills.http import GuardedHttp, NoNetwork
from skills.landlock import confine
from skills.result import Signal, SkillContext, SkillErrorCode
from skills.runtime import Runtime
from skills.undeclared import Declared

MAX_SIGNALS: Final = 200
SIGNAL: Final = TypeAdapter(Signal)
SIGNALS: Final = TypeAdapter(dict[str, list[Signal]])

Execute = Callable[[SkillContext, Mapping[str, JsonValue], Runtime], object]


class _Returned(BaseModel):
    """What `execute` may return besides a text; of findings alone, the text is made."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ok: bool = True
    text: str | None = None
    ui: JsonValue = None
    files: list[str | Path] = []
    # A finding may be a mapping, too, where strict mode would ask for the dataclass itself.
    signals: list[Annotated[Signal, BeforeValidator(SIGNAL.validate_python)]] | None = None


def main() -> None:
    """Read a request from standard input, run the skill, and leave the answer in a file."""
    request = RunRequest.model_validate_json(sys.stdin.buffer.read())
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    confine(request.confinement)
    Declared(
        has_network=request.has_network,
        hosts=request.declared_hosts,
        allowed_hosts=request.allowed_hosts,
    ).enforce()
    answer = answer_request(request)
    unfinished = request.answer.with_suffix(".part")
    unfinished.write_text(answer.model_dump_json(), encoding="utf-8")
    unfinished.replace(request.answer)


def answer_request(request: RunRequest) -> RunAnswer:
    """Load the script, call its `execute`, and make an answer of whatever happens."""
    try:
        module = _load(request.script)
    except (Exception, SystemExit):  # noqa: BLE001 - whatever a skill raises becomes its answer
        return _failed(SkillErrorCode.LOAD_FAILED, traceback.format_exc(limit=-3))
    execute = getattr(module, "execute", None)
    if not callable(execute):
        message = f"{request.script.name} has no function 'execute(ctx, params, runtime)'"
        return _failed(SkillErrorCode.NO_EXECUTE, message)
    if request.params is None:
        return _trial(execute)
    try:
        returned = asyncio.run(_call(execute, request, request.params))
    except SkillFailure as error:
        return _failed(SkillErrorCode.EXECUTION_ERROR, f"{error.code}: {error.message}")
    except (Exception, SystemExit):  # noqa: BLE001 - whatever a skill raises becomes its answer
        return _failed(SkillErrorCode.EXECUTION_ERROR, traceback.format_exc(limit=-3))
    return _answer(returned)


def _trial(execute: Execute) -> RunAnswer:
    """Say whether `execute` can be called with context, parameters and runtime."""
    try:
        inspect.signature(execute).bind(None, {}, None)
    except TypeError as error:
        message = f"'execute' can't be called as execute(ctx, params, runtime): {error}"
        return _failed(SkillErrorCode.NO_EXECUTE, message)
    return RunAnswer(ok=True, text="")


def _load(script: Path) -> ModuleType:
    """Import the script as a module of its own, with its folder open for further imports."""
    sys.path.insert(0, str(script.parent))
    spec = importlib.util.spec_from_file_location("crewdesk_skill", script)
    if spec is None or spec.loader is None:
        raise ImportError(f"{script} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickling look a class's module up there
    spec.loader.exec_module(module)
    return module


async def _call(execute: Execute, request: RunRequest, params: Mapping[str, JsonValue]) -> object:
    """Call `execute`, which may be plain or async."""
    context = SkillContext(
        state_dir=request.state_dir,
        work_dir=request.work_dir,
        language=request.language,
        call_id=request.call_id,
    )
    has_network = request.has_network
    runtime = Runtime(
        http=GuardedHttp(allowed_hosts=request.allowed_hosts, declared_hosts=request.declared_hosts)
        if has_network
        else NoNetwork(),
        state_dir=request.state_dir,
        work_dir=request.work_dir,
        log=logging.getLogger("skill"),
        settings=request.settings,
        secrets=request.secrets,
    )
    returned = execute(context, params, runtime)
    return await returned if inspect.isawaitable(returned) else returned


def _answer(returned: object) -> RunAnswer:
    """Make an answer of what `execute` returned."""
    if isinstance(returned, str):
        return RunAnswer(ok=True, text=_clean(returned))
    try:
        kept = _Returned.model_validate(returned)
    except ValidationError as error:
        message = f"execute returned neither text nor {{ok, text, ui, files, signals}}: {error}"
        return _failed(SkillErrorCode.EXECUTION_ERROR, message)
    signals = kept.signals or []
    if kept.text is None and kept.signals is None:
        return _failed(SkillErrorCode.EXECUTION_ERROR, "execute returned neither text nor signals")
    if len(signals) > MAX_SIGNALS:
        message = f"execute returned {len(signals)} signals, at most {MAX_SIGNALS} are taken"
        return _failed(SkillErrorCode.EXECUTION_ERROR, message)
    text = SIGNALS.dump_json({"signals": signals}).decode() if kept.text is None else kept.text
    return RunAnswer(
        ok=kept.ok,
        text=_clean(text),
        ui=kept.ui,
        files=tuple(str(name) for name in kept.files),
        signals=tuple(signals),
        error_code=None if kept.ok else SkillErrorCode.EXECUTION_ERROR,
    )


def _clean(text: str) -> str:
    """Return text that any store takes: no lone surrogates and no NUL."""
    return text.encode("utf-8", errors="replace").decode("utf-8").replace("\0", "\ufffd")


def _failed(code: SkillErrorCode, message: str) -> RunAnswer:
    return RunAnswer(ok=False, text=_clean(message), error_code=code)


if __name__ == "__main__":
    main()
