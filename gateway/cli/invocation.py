"""How a command can be typed in the shell in which this one was."""

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "crewdesk"
DATA_DIR_VARIABLE = "CREWDESK_DATA_DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """How this process was started: the script, the interpreter, where, and with which variables.

    `script` is `sys.argv[0]`.
    """

    script: Path
    python: Path
    directory: Path
    environ: Mapping[str, str]

    def typed(self, arguments: str) -> str:
        """Return a command line that does what `crewdesk ARGUMENTS` does, for a second terminal."""
        data_dir = self.environ.get(DATA_DIR_VARIABLE)
        setting = f"{DATA_DIR_VARIABLE}={shlex.quote(data_dir)} " if data_dir else ""
        return f"{setting}{self._program()} {arguments}"

    def _program(self) -> str:
        script = self.directory / self.script
        if script.name != PROGRAM:  # python -m gateway: the script lies beside the interpreter
            script = self.python.with_name(PROGRAM)
        if not script.exists():
            return f"{shlex.quote(str(self.python))} -m gateway"
        found = shutil.which(PROGRAM, path=self.environ.get("PATH", ""))
        if found is not None and Path(found).samefile(script):
            return PROGRAM
        if script.is_relative_to(self.directory):
            return shlex.quote(str(script.relative_to(self.directory)))
        return shlex.quote(str(script))
