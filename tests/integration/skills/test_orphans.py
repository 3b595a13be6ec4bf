"""What tools leave behind when the process that started them is killed."""

import os
import select
import subprocess
import sys
from pathlib import Path

from skills.process import end_orphans

ROOT = Path(__file__).parents[3]
STARTER = """
import asyncio, os, signal
from datetime import timedelta
from pathlib import Path
from skills.process import ProcessLimits, Program, run_process

async def main():
    program = Program(
        arguments=("/bin/bash", "-c", "echo $$ > pid.new; mv pid.new pid; sleep 300"),
        folder=Path.cwd(),
        environment={"PATH": "/usr/bin:/bin"},
    )
    async with asyncio.TaskGroup() as group:
        limits = ProcessLimits(timeout=timedelta(seconds=300), memory_bytes=2**31)
        group.create_task(run_process(program, limits))
        while not Path("pid").exists():
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_orphans_of_a_killed_process_are_ended(tmp_path: Path) -> None:
    """The next start ends them; what belongs to a living process stays."""
    subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", STARTER], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False
    )
    orphan = os.pidfd_open(int((tmp_path / "pid").read_text()))
    assert not has_ended(orphan, within_seconds=0)

    assert end_orphans() >= 1
    assert has_ended(orphan, within_seconds=10)
    os.close(orphan)


def has_ended(process: int, *, within_seconds: float) -> bool:
    """Tell whether a process ends in time; its descriptor becomes readable then."""
    readable, _, _ = select.select([process], [], [], within_seconds)
    return bool(readable)
