"""The suite itself notices a test that leaves a task behind."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEAKING_TEST = """
import asyncio

async def test_leaving_a_task_behind():
    asyncio.get_running_loop().create_task(asyncio.Event().wait())

async def test_task_that_ends_by_itself():
    asyncio.get_running_loop().create_task(asyncio.sleep(0))
"""
CONFTEST = "from tests.conftest import no_leaked_tasks, tasks_ended\n"


def test_leaked_task_fails_its_test(tmp_path: Path) -> None:
    """A task that outlives its test and all fixtures is an error; one that ends is none."""
    (tmp_path / "test_leaking.py").write_text(LEAKING_TEST)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    options = ("-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", f"--rootdir={tmp_path}")

    result = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert "2 passed, 1 error" in result.stdout
    assert "the test left tasks behind: <coroutine object Event.wait" in result.stdout
