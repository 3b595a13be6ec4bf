"""Process groups within limits: each mechanism against a program that needs it."""

import asyncio
import gc
import os
import resource
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from skills.process import (
    DEFAULT_SEARCH_PATH,
    ProcessLimits,
    ProcessOutcome,
    Program,
    run_process,
)
from tests.integration.skills.processes import has_ended

PATIENCE_SECONDS = 20
TURNS_TO_START = 12  # of the event loop: more than asyncio takes until a process is connected


def program(command: str, folder: Path, data: bytes = b"") -> Program:
    """Return a shell command as a program."""
    return Program(
        arguments=("/bin/bash", "-c", command),
        folder=folder,
        environment={"PATH": DEFAULT_SEARCH_PATH},
        input=data,
    )


def limits(seconds: float = 10, **others: int) -> ProcessLimits:
    """Return limits that a test changes in one place."""
    values = {"memory_bytes": 1024**3, "output_bytes": 1000, **others}
    return ProcessLimits(timeout=timedelta(seconds=seconds), **values)


def open_handles() -> int:
    """Count the files that this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def first_line(fifo: Path) -> list[int]:
    """Wait for the numbers that a program writes into a pipe."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return [int(word) for word in (await asyncio.to_thread(fifo.read_text)).split()]


async def run(command: str, folder: Path, **others: int) -> ProcessOutcome:
    """Run a command to its end."""
    return await run_process(program(command, folder), limits(**others))


async def test_output_exit_code_and_input_are_passed_on(tmp_path: Path) -> None:
    """Both streams come in order, with the exit code; the input is read to its end."""
    command = program("echo out; echo err >&2; cat; exit 3", tmp_path, b"in")

    outcome = await run_process(command, limits())

    assert outcome == ProcessOutcome(exit_code=3, has_timed_out=False, output="out\nerr\nin")


async def test_a_large_input_that_nobody_reads_is_no_trouble(tmp_path: Path) -> None:
    """A program may ignore its input, however long it is."""
    outcome = await run_process(program("echo done", tmp_path, b"x" * 1_000_000), limits())

    assert outcome.output == "done\n"


async def test_the_environment_is_ours_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the gateway's environment is seen by the program."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary")

    outcome = await run("env", tmp_path, output_bytes=10_000)

    assert "PATH=" in outcome.output
    assert "canary" not in outcome.output


async def test_megabytes_of_output_are_drained_and_cut(tmp_path: Path) -> None:
    """A program that prints a lot ends by itself, and its first and last words are kept."""
    outcome = await run("echo first; head -c 30000000 /dev/zero; echo last", tmp_path)

    assert outcome.exit_code == 0
    assert outcome.output.startswith("first")
    assert outcome.output.endswith("last\n")
    assert len(outcome.output) < 1_100


async def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """At the timeout the whole group ends, also those that ignore the polite signal."""
    command = program("trap '' TERM; sleep 60 & echo $$ $!; wait", tmp_path)

    outcome = await run_process(command, limits(0.5))

    assert outcome.has_timed_out
    assert outcome.exit_code == -signal.SIGKILL
    assert all(has_ended(int(pid)) for pid in outcome.output.split())


async def test_what_was_left_in_the_background_is_ended(tmp_path: Path) -> None:
    """A program's children do not outlive its call, nor does it wait for them."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcome = await run("sleep 60 & echo $!", tmp_path)

    assert outcome.exit_code == 0
    assert has_ended(int(outcome.output))


async def test_a_daemon_is_ended_too(tmp_path: Path) -> None:
    """Leaving the process group for a session of one's own does not help."""
    daemon = "setsid bash -c 'echo $$ > pid; exec sleep 60' & until [ -s pid ]; do :; done; cat pid"
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcome = await run(daemon, tmp_path)

    assert has_ended(int(outcome.output))


async def test_cancellation_ends_the_program_first(tmp_path: Path) -> None:
    """When the cancelled call returns, the program and its children are gone."""
    os.mkfifo(tmp_path / "ready")
    command = program("sleep 60 & echo $$ $! > ready; wait", tmp_path)
    async with asyncio.TaskGroup() as group:
        call = group.create_task(run_process(command, limits(60)))
        leader, child = await first_line(tmp_path / "ready")
        call.cancel()

    assert call.cancelled()
    assert has_ended(leader)
    assert has_ended(child)


async def test_a_second_cancellation_does_not_spare_the_program(tmp_path: Path) -> None:
    """A program that ignores the polite signal is killed when the caller is cancelled again."""
    os.mkfifo(tmp_path / "ready")
    command = program("trap '' TERM; echo $$ > ready; while :; do sleep 1; done", tmp_path)
    async with asyncio.TaskGroup() as group:
        call = group.create_task(run_process(command, limits(60)))
        (leader,) = await first_line(tmp_path / "ready")
        call.cancel()
        await asyncio.sleep(0)
        call.cancel()

    assert call.cancelled()
    assert has_ended(leader)


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_cancellation_while_it_starts_leaves_no_pipe_open(tmp_path: Path, times: int) -> None:
    """However early and however often the call is cancelled, what it opened is closed again."""
    await run("true", tmp_path)  # the first one opens what asyncio keeps
    before = open_handles()
    for turns in range(TURNS_TO_START):
        async with asyncio.TaskGroup() as group:
            call = group.create_task(run_process(program("sleep 60", tmp_path), limits(60)))
            for _ in range(turns):
                await asyncio.sleep(0)
            for _ in range(times):
                call.cancel()
                await asyncio.sleep(0)
        assert call.cancelled()

    gc.collect()  # a transport that nobody closed warns when it is collected, and fails the test
    assert open_handles() == before


async def test_its_streams_are_pipes(tmp_path: Path) -> None:
    """On sockets bash reads a person's start-up files, and `/dev/stdout` can't be opened."""
    (tmp_path / ".bashrc").write_text("echo read a start-up file\n", encoding="utf-8")
    command = Program(
        arguments=("/bin/bash", "-c", "echo plain > /dev/stdout; cat < /dev/stdin"),
        folder=tmp_path,
        environment={"PATH": DEFAULT_SEARCH_PATH, "HOME": str(tmp_path)},
        input=b"given",
    )

    outcome = await run_process(command, limits())

    assert outcome.output == "plain\ngiven"


async def test_memory_is_limited(tmp_path: Path) -> None:
    """A program that takes more memory than it may fails, and no other."""
    outcome = await run("head -c 500000000 /dev/zero | tail -c 400000000 | wc -c", tmp_path)
    starved = await run(
        "head -c 500000000 /dev/zero | tail -c 400000000 | wc -c",
        tmp_path,
        memory_bytes=100 * 1024**2,
    )

    assert "400000000" in outcome.output
    assert "memory exhausted" in starved.output


async def test_file_size_is_limited(tmp_path: Path) -> None:
    """A program can't fill the disk with one file."""
    outcome = await run(
        "head -c 5000000 /dev/zero > big; echo $?", tmp_path, file_bytes=1024 * 1024
    )

    assert outcome.output.strip().endswith(str(128 + signal.SIGXFSZ))
    assert (tmp_path / "big").stat().st_size == 1024 * 1024


async def test_processor_time_and_open_files_are_limited(tmp_path: Path) -> None:
    """The shell that starts the program set these limits for it."""
    outcome = await run("ulimit -t; ulimit -n; ulimit -c", tmp_path, open_files=64)

    assert outcome.output.split() == ["11", "64", "0"]


async def test_a_program_that_can_not_be_started_is_an_error(tmp_path: Path) -> None:
    """A missing folder is the caller's mistake and is raised."""
    with pytest.raises(FileNotFoundError):
        await run("true", tmp_path / "missing")


async def test_no_handle_is_left_open(tmp_path: Path) -> None:
    """Many runs leave no pipe behind."""
    await run("true", tmp_path)
    before = open_handles()

    for _ in range(10):
        await run("sleep 60 & true", tmp_path)

    assert open_handles() == before


async def test_a_limit_that_is_lower_already_stays_without_a_word(tmp_path: Path) -> None:
    """What the system forbids to raise is kept, and nothing about it gets into the output."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)

    outcome = await run("ulimit -n", tmp_path, open_files=most + 1_000_000_000)

    assert outcome.output.split()[0].isdigit()
    assert len(outcome.output.split()) == 1
