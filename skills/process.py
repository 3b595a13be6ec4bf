"""Runs a program as a process group of its own, within limits, and ends all of it afterwards."""

import asyncio
import contextlib
import os
import signal
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import FileIO
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


class _Exit(asyncio.SubprocessProtocol):
    """Notes when a program exits."""

    def __init__(self) -> None:
        self.seen = asyncio.Event()

    def process_exited(self) -> None:
        self.seen.set()


class _Printed(asyncio.Protocol):
    """Takes what a program and its children print, and notes when none of them can any more."""

    def __init__(self, output: CappedOutput) -> None:
        self.ended = asyncio.Event()
        self._output = output

    def data_received(self, data: bytes) -> None:
        self._output.add(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.ended.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A program that was started, with our ends of its pipes."""

    process: asyncio.SubprocessTransport
    exit: _Exit
    feeding: asyncio.WriteTransport
    printing: asyncio.ReadTransport
    printed: _Printed

    def close(self) -> None:
        """Give up whatever of it is still open."""
        if self.feeding.get_write_buffer_size():
            self.feeding.abort()
        self.printing.close()
        self.process.close()


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
        _start(program, limits, output, marker)
    )
    try:
        running = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _finish(starting)
        if starting.exception() is None:
            await _end(starting.result(), marker)
        raise
    try:
        has_timed_out = not await _within(running.exit.seen, limits.timeout.total_seconds())
    finally:
        await _end(running, marker)
    return ProcessOutcome(
        exit_code=_exit_code(running.process), has_timed_out=has_timed_out, output=output.text()
    )


async def _start(
    program: Program, limits: ProcessLimits, output: CappedOutput, marker: str
) -> _Running:
    """Start a program; not to be cancelled, for an event loop then loses what it was opening.

    The pipes are made here, for those of the gateway's event loop are sockets: on these bash reads
    the user's start-up files, and `/dev/stdout` can't be opened.
    """
    loop = asyncio.get_running_loop()
    with contextlib.ExitStack() as ours:
        (stdin, given), (printing, stdout) = _pipe(), _pipe()
        with stdin, stdout:  # the program has copies of its own
            feeder, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, given)
            ours.callback(feeder.abort)
            reader, printed = await loop.connect_read_pipe(lambda: _Printed(output), printing)
            ours.callback(reader.close)
            process, exit_ = await loop.subprocess_exec(
                _Exit,
                *("/bin/bash", "-c", LIMITING_SHELL, "limits", *limits.shell_arguments()),
                *program.arguments,
                stdin=stdin,
                stdout=stdout,
                stderr=asyncio.subprocess.STDOUT,
                cwd=program.folder,
                env={**program.environment, MARKER: marker},
                start_new_session=True,
            )
        ours.pop_all()
    feeder.write(program.input)
    feeder.close()
    return _Running(process=process, exit=exit_, feeding=feeder, printing=reader, printed=printed)


def _pipe() -> tuple[FileIO, FileIO]:
    """Return the two ends of a new pipe: one to read from, one to write to."""
    reading, writing = os.pipe()
    return FileIO(reading, "rb"), FileIO(writing, "wb")


async def _finish(task: asyncio.Task[object]) -> None:
    """Wait for a short task to end, however often the caller is cancelled meanwhile."""
    while not task.done():
        with contextlib.suppress(asyncio.CancelledError):  # the caller raises the first one
            await asyncio.wait((task,))


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


async def _end(running: _Running, marker: str) -> None:
    """End the group: ask first if the leader still runs, then kill whatever is left.

    The kill stands in `finally`, for a second cancellation may cut the grace short.
    """
    group, exited = running.process.get_pid(), running.exit.seen
    try:
        if not exited.is_set():
            _signal_group(group, signal.SIGTERM)
            await _within(exited, TERM_GRACE_SECONDS)
    finally:
        _signal_group(group, signal.SIGKILL)
        _kill_marked(marker)
        try:
            async with asyncio.timeout(KILL_WAIT_SECONDS):
                await exited.wait()
            # What was printed before the end may still be in the pipe.
            await _within(running.printed.ended, PIPE_WAIT_SECONDS)
        finally:
            running.close()


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
