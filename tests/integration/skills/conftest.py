"""What tests of the packaged skills share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import JsonValue

from gateway.cli.up import event_loop_factory
from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.result import SkillContext, SkillResult
from skills.runner import SkillRunner
from skills.values import SkillValues
from tests.doubles.web_server import WebServer

ON_EVERY_LOOP = frozenset({"test_process.py", "test_orphans.py"})  # asyncio's, and the gateway's


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run what starts processes on each kind of event loop, since each starts them in its way."""
    ours = event_loop_factory()
    if ours is None or item.path.name not in ON_EVERY_LOOP:
        return {"asyncio": asyncio.SelectorEventLoop}
    return {"asyncio": asyncio.SelectorEventLoop, "gateway": ours}


RunSkill = Callable[..., Awaitable[SkillResult]]


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    """Start a web server that nothing was laid out on."""
    async with WebServer() as server:
        yield server


@pytest.fixture
def values() -> SkillValues:
    """Return what is set for skills; a module that needs settings has a fixture of its own."""
    return SkillValues()


@pytest.fixture
def run_skill(tmp_path: Path, server: WebServer, values: SkillValues) -> RunSkill:
    """Return a function that runs a packaged skill, which may reach the test's server."""
    catalog = SkillCatalog([PACKAGED_SKILLS])
    runner = SkillRunner(allowed_hosts=[server.host], values=values)

    async def run(name: str, call_id: str = "", **params: JsonValue) -> SkillResult:
        skill = catalog.get(name)
        assert skill is not None
        context = SkillContext(
            state_dir=tmp_path / "state", work_dir=tmp_path / "work", call_id=call_id
        )
        return await runner.run(skill, params, context)

    return run
