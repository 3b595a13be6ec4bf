"""Finds and kills a process with all that it started, in whatever group or session they are."""

import os
import signal
from collections import defaultdict
from contextlib import suppress
from pathlib import Path


def kill_tree(pid: int) -> None:
    """Send SIGKILL to a process first, so that it starts nothing more, then to its descendants."""
    below = descendants(pid)
    for one in (pid, *below):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """Return the processes below `pid`, as they are at this moment."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                children[int(fields[1])].append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children[waiting.pop()]
        found += below
        waiting += below
    return found
