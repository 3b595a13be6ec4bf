"""Commands that somebody types beside a running gateway."""

import asyncio
import subprocess
import sys
from typing import Final

from tests.doubles.gateway_process import GatewayProcess

COMMAND_SECONDS: Final = 60

Ended = subprocess.CompletedProcess[str]
"""How a command ended: `returncode`, `stdout`, `stderr`."""


async def crewdesk(gateway: GatewayProcess, *arguments: str, typed: str = "") -> Ended:
    """Run one command beside the gateway, with its settings, and return how it ended."""
    return await asyncio.to_thread(
        subprocess.run,
        (sys.executable, "-m", "gateway", *arguments),
        input=typed,
        env=dict(gateway.environment),
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
