"""Looks at processes that a test started."""

import os
import select

MOMENT_SECONDS = 1


def has_ended(pid: int) -> bool:
    """Return whether a process is over, or is so within the moment that a signal takes."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], MOMENT_SECONDS)[0])
    finally:
        os.close(handle)
