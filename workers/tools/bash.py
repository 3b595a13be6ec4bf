"""The tool that runs shell commands in a workspace."""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from skills.confinement import Confinement
from skills.process import (
    DEFAULT_SEARCH_PATH,
    ProcessLimits,
    ProcessOutcome,
    Program,
    run_process,
)
from workers.errors import ToolError
from workers.models.protocol import ToolSpec
from workers.tools.arguments import integer_argument, text_argument
from workers.tools.protocol import Arguments, Effect, ToolContext
from workers.tools.workspace import Workspace

MAX_TIMEOUT_SECONDS: Final = 600
MAX_OUTPUT_BYTES: Final = 30_000
MAX_FILE_BYTES: Final = 1024 * 1024 * 1024
MAX_OPEN_FILES: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BashLimits:
    """What a command may use: `timeout` where the call names none, and memory per process.

    `hidden` folders it can't reach, but for the workspace (see `Confinement`).
    """

    timeout: timedelta
    memory_bytes: int
    hidden: tuple[Path, ...] = ()


USUAL_LIMITS: Final = BashLimits(timeout=timedelta(seconds=120), memory_bytes=2048 * 1024 * 1024)


class RunCommand:
    """`bash`: runs a command and shows what it printed.

    The command sees none of the gateway's environment, and on Linux nothing of its state but the
    workspace. Beyond that it runs as the gateway's user, so the limits guard against accidents;
    against malice a worker belongs into a container.
    """

    effect = Effect.UNSAFE

    def __init__(
        self,
        workspace: Workspace,
        *,
        search_path: str = DEFAULT_SEARCH_PATH,
        limits: BashLimits = USUAL_LIMITS,
    ) -> None:
        self._workspace = workspace
        self._search_path = search_path
        self._given = limits
        self._usual_seconds = int(limits.timeout.total_seconds())
        self.spec = _spec(self._usual_seconds)

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return the output and how the command ended."""
        del context
        command = text_argument(arguments, "command")
        seconds = integer_argument(arguments, "timeout_s", self._usual_seconds)
        if "\0" in command:
            raise ToolError("bad_arguments", "command: it must not hold a NUL character")
        try:
            program = await asyncio.to_thread(self._program, command)
            outcome = await run_process(program, self._limits(seconds))
        except OSError as error:
            raise ToolError("not_started", f"bash can't be started: {error.strerror}") from error
        return _report(outcome, seconds)

    def _program(self, command: str) -> Program:
        confinement = Confinement(hidden=self._given.hidden, open=(self._workspace.root,))
        return Program(
            arguments=confinement.around(("/bin/bash", "-c", command)),
            folder=self._workspace.root,
            environment={
                "PATH": self._search_path,
                "HOME": str(self._workspace.root),
                "LANG": "C.UTF-8",
                "TERM": "dumb",
            },
        )

    def _limits(self, seconds: int) -> ProcessLimits:
        return ProcessLimits(
            timeout=timedelta(seconds=min(seconds, MAX_TIMEOUT_SECONDS)),
            memory_bytes=self._given.memory_bytes,
            output_bytes=MAX_OUTPUT_BYTES,
            file_bytes=MAX_FILE_BYTES,
            open_files=MAX_OPEN_FILES,
        )


def _report(outcome: ProcessOutcome, seconds: int) -> str:
    """Say what was printed and how the command ended.

    Raises:
        ToolError: its time was over.
    """
    output = outcome.output.rstrip("\n")
    if outcome.has_timed_out:
        message = f"the command was ended after {seconds} s; it had printed:\n{output}"
        raise ToolError("timeout", message)
    code = outcome.exit_code
    ending = f"[exit code {code}]" if code >= 0 else f"[ended by signal {-code}]"
    return f"{output}\n{ending}" if output else ending


@cache
def _spec(usual_seconds: int) -> ToolSpec:
    """Return what a model is told; there are as many as settings in one process: one."""
    return ToolSpec(
        name="bash",
        description=(
            "Run a command with bash in your working directory. It gets no input. What it "
            "started in the background is ended with it. Long output loses its middle."
        ),
        parameters=json.dumps(_parameters(usual_seconds)),
    )


def _parameters(usual_seconds: int) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {
            "command": {"type": "string", "minLength": 1, "maxLength": 100_000},
            "timeout_s": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_TIMEOUT_SECONDS,
                "description": f"seconds until it is ended; {usual_seconds} by default",
            },
        },
        "required": ["command"],
        "additionalProperties": False,
    }
