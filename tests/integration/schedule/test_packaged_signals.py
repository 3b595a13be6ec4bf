"""What heartbeats find by the skills that come along: new items of feeds, and crossed limits."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from gateway.config.sections import ToolSettings
from gateway.schedule.signals import Lookout
from gateway.workshop import Workshop
from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.result import SkillContext
from skills.runner import SkillRunner
from skills.values import SkillValues
from souls.catalog import SoulCatalog
from tests.doubles.model_scripted import ScriptedModel
from tests.doubles.web_server import WebServer
from tests.integration.schedule.test_signals import ONE
from tests.integration.skills.test_rss_subscribe import feed
from tests.integration.skills.test_stock_watch import yahoo


@pytest.fixture
async def server() -> AsyncIterator[WebServer]:
    """Start the server of both sources."""
    async with WebServer() as server:
        yield server


@pytest.fixture
def workshop(tmp_path: Path, server: WebServer) -> Workshop:
    """Return a workshop with the packaged skills, which may reach the test's server."""
    sources = ("yahoo", "stooq", "tencent")
    urls = {f"{source}_url": server.url(f"/{source}") for source in sources}
    return Workshop(
        souls=SoulCatalog([]),
        skills=SkillCatalog([PACKAGED_SKILLS]),
        runner=SkillRunner(
            allowed_hosts=[server.host],
            values=SkillValues(plain={"stock_watch": urls}),
            hidden=[tmp_path],
        ),
        model=lambda _: ScriptedModel("none"),
        data_dir=tmp_path,
        tools=ToolSettings(),
        context_tokens=1000,
    )


async def run(workshop: Workshop, name: str, **params: JsonValue) -> str:
    """Let the person do something with a skill."""
    skill = workshop.skills.get(name)
    assert skill is not None
    state = workshop.data_dir / "skill-state" / ONE.user_id / name
    context = SkillContext(state_dir=state, work_dir=workshop.data_dir / "work")
    result = await workshop.runner.run(skill, params, context)
    assert result.ok, result.text
    return result.text


async def test_a_heartbeat_finds_new_items_and_crossed_limits(
    workshop: Workshop, server: WebServer
) -> None:
    """Nothing before there is something; then the same findings until they are told."""
    server.serve("/feed", feed("old"), content_type="text/xml")
    yahoo(server, "AAPL", 100)
    await run(workshop, "rss_subscribe", action="subscribe", url=server.url("/feed"))
    await run(workshop, "stock_watch", action="add", symbol="AAPL", above=105)
    quiet = await Lookout(workshop).look(ONE, [])
    server.serve("/feed", feed("fresh", "old"), content_type="text/xml")
    yahoo(server, "AAPL", 106)

    found = await Lookout(workshop).look(ONE, [])
    again = await Lookout(workshop).look(ONE, [])

    assert quiet == []
    assert {one.source: one.title.partition(" — ")[0] for one in found} == {
        "skill:rss_subscribe": "fresh",
        "skill:stock_watch": "AAPL crossed above 105",
    }
    assert again == found


async def test_a_source_that_is_down_is_no_finding(workshop: Workshop, server: WebServer) -> None:
    """And what the other one finds is found."""
    server.serve("/feed", feed("old"), content_type="text/xml")
    yahoo(server, "AAPL", 100)
    await run(workshop, "rss_subscribe", action="subscribe", url=server.url("/feed"))
    await run(workshop, "stock_watch", action="add", symbol="AAPL", above=105)
    server.serve("/feed", feed("fresh", "old"), content_type="text/xml")
    server.serve("/yahoo/v8/finance/chart/AAPL?interval=1d&range=1d", json.dumps({}), status=503)

    found = await Lookout(workshop).look(ONE, [])

    assert [one.source for one in found] == ["skill:rss_subscribe"]
