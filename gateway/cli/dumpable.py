"""Keeps the environment of this process from other programs of the same user."""

import ctypes
import sys

import structlog

_PR_SET_DUMPABLE = 4  # https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html

logger = structlog.get_logger(__name__)


def forbid_dumps() -> None:
    """Make `/proc/<pid>/environ` and the memory unreadable for all but root; no core dumps.

    What the model runs (`bash`, skills) runs as the same user, and the environment holds tokens.
    Linux only; programs that are started from here are not affected, because `execve` resets it.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    unused = ctypes.c_ulong(0)
    if libc.prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(0), unused, unused, unused) != 0:
        logger.warning("dumps_not_forbidden", errno=ctypes.get_errno())
