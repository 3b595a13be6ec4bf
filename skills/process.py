"""Runs a program as a process group of its own, within limits, and ends all of it afterwards."""

import asyncio
import contextlib
import os
import signal
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from skills.output import CappedOutput

TERM_GRACE_SECONDS: Final = 2.0
KILL_WAIT_SECONDS: Final = 10.0
PIPE_WAIT_SECONDS: Final = 1.0
MARKER: Final = "CREWDESK_PROCESS"
DEFAULT_SEARCH_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Limits are set by a shell that then becomes the program: `preexec_fn` is unsafe beside threads.
# A limit that the system already holds lower can't be raised, and stays; hence the silence.
LIMITING_SHELL: Final = (
    "{ ulimit -c 0; ulimit -v $1; ulimit -t $2; ulimit -f $3; ulimit -n $4; } 2>/dev/null; "
    'shift 4; exec "$@"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLimits:
    """What a program may use; memory, CPU time and file size hold for each of its processes."""

    timeout: timedelta
    memory_bytes: int
    output_bytes: int = 64 * 1024
    file_bytes: int = 256 * 1024 * 1024
    open_files: int = 256

    def shell_arguments(self) -> tuple[str, ...]:
        """Return the arguments of `LIMITING_SHELL`, in its units: KiB, seconds, KiB, count."""
        cpu_seconds = int(self.timeout.total_seconds()) + 1
        limits = (self.memory_bytes // 1024, cpu_seconds, self.file_bytes // 1024, self.open_files)
        return tuple(str(limit) for limit in limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run. `environment` is all that it sees, but for a marker by which it is ended."""

    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    input: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessOutcome:
    """How a program ended; `exit_code` is negative for a signal, `output` holds both streams."""

    exit_code: int
    has_timed_out: bool
    output: str


class _Listener(asyncio.SubprocessProtocol):
    """Takes what a program prints, and notes when it exits and when its pipes close."""

    def __init__(self, output: CappedOutput) -> None:
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()
        self._output = output

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        del fd  # both streams come through one pipe, in the order in which they were written
        self._output.add(data)

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.closed.set()


async def run_process(program: Program, limits: ProcessLimits) -> ProcessOutcome:
    """Run a program until it exits or its time is over.

    Whatever it started ends with it: its process group, and on Linux also what left that group.
    On cancellation all of it is ended before the cancellation goes on.

    Raises:
        OSError: the program can't be started.
    """
    output = CappedOutput(limits.output_bytes)
    marker = f"{os.getpid()}.{uuid.uuid4().hex}"
    starting = asyncio.create_task(  # noqa: TID251 - a group would hand a cancellation on to it
        _start(program, limits, _Listener(output), marker)
    )
    try:
        transport, listener = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _finish(starting)
        if starting.exception() is None:
            await _end(*starting.result(), marker)
        raise
    try:
        _feed(transport, program.input)
        has_timed_out = not await _within(listener.exited, limits.timeout.total_seconds())
    finally:
        await _end(transport, listener, marker)
    return ProcessOutcome(
        exit_code=_exit_code(transport), has_timed_out=has_timed_out, output=output.text()
    )


async def _start(
    program: Program, limits: ProcessLimits, listener: _Listener, marker: str
) -> tuple[asyncio.SubprocessTransport, _Listener]:
    """Start a program; not to be cancelled, for asyncio then loses the pipes it is opening."""
    return await asyncio.get_running_loop().subprocess_exec(
        lambda: listener,
        *("/bin/bash", "-c", LIMITING_SHELL, "limits", *limits.shell_arguments()),
        *program.arguments,
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=program.folder,
        env={**program.environment, MARKER: marker},
        start_new_session=True,
    )


async def _finish(task: asyncio.Task[object]) -> None:
    """Wait for a short task to end, however often the caller is cancelled meanwhile."""
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):  # the caller raises the first one
            await asyncio.wait((task,))


def _feed(transport: asyncio.SubprocessTransport, data: bytes) -> None:
    pipe = transport.get_pipe_transport(0)
    if isinstance(pipe, asyncio.WriteTransport):
        pipe.write(data)
        pipe.close()


def _exit_code(transport: asyncio.SubprocessTransport) -> int:
    code = transport.get_returncode()
    if code is None:
        raise RuntimeError("the process was joined, so it has an exit code")
    return code


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event and return whether it came in time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def _end(transport: asyncio.SubprocessTransport, listener: _Listener, marker: str) -> None:
    """End the group: ask first if the leader still runs, then kill whatever is left.

    The kill stands in `finally`, for a second cancellation may cut the grace short.
    """
    group = transport.get_pid()
    try:
        if not listener.exited.is_set():
            _signal_group(group, signal.SIGTERM)
            await _within(listener.exited, TERM_GRACE_SECONDS)
    finally:
        _signal_group(group, signal.SIGKILL)
        _kill_marked(marker)
        try:
            async with asyncio.timeout(KILL_WAIT_SECONDS):
                await listener.exited.wait()
            # What was printed before the end may still be in the pipe.
            await _within(listener.closed, PIPE_WAIT_SECONDS)
        finally:
            transport.close()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # the group is gone: nothing is left to end
        os.killpg(group, number)


def end_orphans() -> int:
    """Kill what programs left behind whose starter was killed itself; return how many there were.

    A mark begins with its starter's process id. Blocks while it looks through /proc.
    """
    orphans = [
        pid for pid, mark in _marked() if not Path(f"/proc/{mark.partition('.')[0]}").exists()
    ]
    for pid in orphans:
        _kill(pid)
    return len(orphans)


def _kill_marked(marker: str) -> None:
    """Kill what left the group (`setsid`, daemons), which still carries our mark."""
    for pid, mark in _marked():
        if mark == marker:
            _kill(pid)


def _marked() -> Iterator[tuple[int, str]]:
    """Return the processes that carry a mark, with the mark.

    Only Linux shows environments in /proc; elsewhere there is nothing to look through.
    """
    prefix = f"{MARKER}=".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        # Processes of other users can't be read, and any may end while we look: neither is ours.
        with contextlib.suppress(OSError):
            for variable in (folder / "environ").read_bytes().split(b"\0"):
                if variable.startswith(prefix):
                    yield int(folder.name), variable.removeprefix(prefix).decode(errors="replace")


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):  # it ended while we looked
        os.kill(pid, signal.SIGKILL)
