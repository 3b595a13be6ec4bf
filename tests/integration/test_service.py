"""The whole gateway in this process."""

import asyncio
from http import HTTPStatus
from pathlib import Path

import aiohttp

from channels.protocol import Channel
from gateway.app import build, read_settings
from gateway.config import Settings
from gateway.roster import ChannelPlan
from gateway.service import Service

PATIENCE_SECONDS = 20


def settings_in(folder: Path) -> Settings:
    """Return the settings of a gateway that nobody else is in the way of."""
    return read_settings({"CREWDESK_DATA_DIR": str(folder / "data"), "CREWDESK_HTTP__PORT": "0"})


async def test_stop_that_comes_while_it_starts_ends_it(tmp_path: Path) -> None:
    """Nothing has begun to run then, and nothing waits for what never will."""
    service = build(settings_in(tmp_path))
    stop = asyncio.Event()
    stop.set()

    async with asyncio.timeout(PATIENCE_SECONDS):
        await service.run(stop, stop_seconds=1)

    assert not service.started.is_set()


async def test_channel_whose_library_breaks_is_the_only_one_that_is_missing(tmp_path: Path) -> None:
    """Whatever it raises; the probe says why, and the gateway runs until it is stopped."""

    def load() -> Channel:
        raise RuntimeError("the library is broken")

    plan = ChannelPlan(name="broken", load=load, split=lambda text: [text])
    service = build(settings_in(tmp_path), channels=[plan])
    stop = asyncio.Event()
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(service.run(stop, stop_seconds=1))
        await service.started.wait()
        while "the library is broken" not in await readiness(service):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.02)
        stop.set()


async def readiness(service: Service) -> str:
    """Return what a probe is told of a gateway that is not ready."""
    url = f"{service.url}/readyz"
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        assert response.status == HTTPStatus.SERVICE_UNAVAILABLE
        return await response.text()
