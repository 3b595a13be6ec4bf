"""The environment of the gateway is kept from other programs of the same user."""

import ctypes
import subprocess
import sys

import pytest

PR_GET_DUMPABLE = 3
PROGRAM = f"""
import ctypes
from gateway.cli.dumpable import forbid_dumps
forbid_dumps()
print(ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the mechanism is Linux's own")
def test_process_is_not_dumpable_any_more() -> None:
    """In a process of its own, for there is no way back."""
    before = ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)

    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )

    assert (before, done.stdout.strip()) == (1, "0")
