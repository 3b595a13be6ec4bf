"""What people write so that the scripted model acts, and what acceptance tests do besides."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

MANY: Final = 10_000  # more permits than any answer has pieces


def dispatch(instruction: str) -> str:
    """Return the marker that lets the Manager hand work out and wait for it."""
    arguments = json.dumps({"worker_id": "worker", "instruction": instruction})
    return f"[[tool:dispatch_worker {arguments}]]"


def run(skill: str, **arguments: str) -> str:
    """Return the marker that lets the model run a skill."""
    call = json.dumps({"skill_name": skill, "args": arguments})
    return f"[[tool:run_extension {call}]]"


def add_skill(data_dir: Path, name: str, body: str) -> Path:
    """Put a skill into a data directory; return its `SKILL.md`."""
    folder = data_dir / "skills" / name
    (folder / "scripts").mkdir(parents=True)
    lines = ["async def execute(ctx, params, runtime):", body, ""]
    (folder / "scripts" / "execute.py").write_text("\n".join(lines))
    file = folder / "SKILL.md"
    limits = "metadata: {crewdesk: {timeout_s: 3, memory_mb: 256}}"
    file.write_text(f"---\nname: {name}\ndescription: for a test\n{limits}\n---\n")
    return file


def release(pace: asyncio.Semaphore, pieces: int = MANY) -> None:
    """Let so many pieces of an answer go."""
    for _ in range(pieces):
        pace.release()


def long_answer(code: Sequence[str]) -> str:
    """Return eight chapters of prose and code."""
    chapters = []
    for number in range(8):
        block = "\n".join(code[number * 50 : number * 50 + 50])
        chapters.append(f"§{number} {'Some prose. ' * 30}\n\n```python\n{block}\n```\n")
    return "\n".join([*chapters, "The end."])


def is_running(command: str) -> bool:
    """Tell whether some process was started with these very words."""
    wanted = command.encode().replace(b" ", b"\0") + b"\0"
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if file.read_bytes() == wanted:
                return True
        except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
            continue
    return False
