"""The whole gateway in this process."""

import asyncio
from pathlib import Path

from gateway.app import build, read_settings

PATIENCE_SECONDS = 20


async def test_stop_that_comes_while_it_starts_ends_it(tmp_path: Path) -> None:
    """Nothing has begun to run then, and nothing waits for what never will."""
    environ = {"CREWDESK_DATA_DIR": str(tmp_path / "data"), "CREWDESK_HTTP__PORT": "0"}
    service = build(read_settings(environ))
    stop = asyncio.Event()
    stop.set()

    async with asyncio.timeout(PATIENCE_SECONDS):
        await service.run(stop, stop_seconds=1)

    assert not service.started.is_set()
