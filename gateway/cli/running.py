"""Finds the gateway that runs on a data directory."""

import os
from pathlib import Path

from gateway.cli.outcome import CommandFailed, ExitCode
from gateway.datadir import RunningGateway, running_gateway


def find_gateway(data_dir: Path) -> RunningGateway | None:
    """Return the gateway of a data directory, None where its process is gone."""
    found = running_gateway(data_dir)
    return found if found is not None and _is_alive(found.pid) else None


def require_gateway(data_dir: Path) -> RunningGateway:
    """Return the gateway of a data directory; raises `CommandFailed` where there is none."""
    found = find_gateway(data_dir)
    if found is None:
        raise CommandFailed(
            f"no gateway is running on the data directory {data_dir}; start it with `crewdesk up`, "
            "or name another directory with CREWDESK_DATA_DIR",
            ExitCode.NO_GATEWAY,
        )
    return found


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # signal 0 only asks
    except ProcessLookupError:
        return False
    except PermissionError:  # it is there, and somebody else's
        return True
    return True
