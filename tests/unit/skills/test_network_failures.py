"""Whatever the network does, each packaged skill that uses it says so by a word of its list."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue

from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.errors import HttpError, SkillFailure
from skills.http import DEFAULT_MAX_BYTES, DEFAULT_TIMEOUT, NO_HEADERS, HttpResponse
from skills.result import SkillContext
from skills.rss_subscribe.scripts.execute import execute as rss_subscribe
from skills.runtime import Runtime
from skills.stock_watch.scripts.execute import execute as stock_watch
from skills.summarize.scripts.execute import execute as summarize
from skills.translate.scripts.execute import execute as translate
from skills.weather.scripts.execute import execute as weather
from skills.web_fetch.scripts.execute import execute as web_fetch
from skills.web_search.scripts.execute import execute as web_search

Execute = Callable[[SkillContext, Mapping[str, JsonValue], Runtime], Awaitable[object]]

SKILLS: list[tuple[str, Execute, Mapping[str, JsonValue]]] = [
    ("summarize", summarize, {"url": "http://x.example/"}),
    ("translate", translate, {"url": "http://x.example/", "language": "中文"}),
    ("rss_subscribe", rss_subscribe, {"action": "subscribe", "url": "http://x.example/"}),
    ("stock_watch", stock_watch, {"action": "quote", "symbol": "AAPL"}),
    ("weather", weather, {"place": "Berlin"}),
    ("web_fetch", web_fetch, {"url": "http://x.example/"}),
    ("web_search", web_search, {"query": "x"}),
]
CODES = ("unreachable", "timeout", "too_large", "bad_response")


class BrokenHttp:
    """A network that fails in one way; it stands for failures that take a server long to make."""

    def __init__(self, code: str) -> None:
        self._code = code

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = NO_HEADERS,
        max_bytes: int = DEFAULT_MAX_BYTES,
        timeout: timedelta = DEFAULT_TIMEOUT,  # noqa: ASYNC109 - the protocol's parameter
    ) -> HttpResponse:
        """Fail."""
        del url, headers, max_bytes, timeout
        raise HttpError(self._code, "as the test wants it")


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(("name", "execute", "params"), SKILLS)
async def test_a_failing_network_is_named(
    tmp_path: Path, name: str, execute: Execute, params: Mapping[str, JsonValue], code: str
) -> None:
    """By the network's own word, or behind the word that sums up several sources."""
    settings = {
        "searxng_url": "http://s.example",
        "yahoo_url": "http://y.example",
        "stooq_url": "http://q.example",
        "tencent_url": "http://t.example",
        "geocoding_url": "http://g.example",
        "forecast_url": "http://f.example",
    }
    context = SkillContext(state_dir=tmp_path, work_dir=tmp_path)
    runtime = Runtime(
        http=BrokenHttp(code),
        state_dir=tmp_path,
        work_dir=tmp_path,
        log=logging.getLogger("skill"),
        settings=settings,
    )

    with pytest.raises(SkillFailure) as raised:
        await execute(context, params, runtime)

    skill = SkillCatalog([PACKAGED_SKILLS]).get(name)
    assert skill is not None
    assert code in f"{raised.value.code}: {raised.value.message}"
    assert f"`{raised.value.code}`" in skill.instructions


def test_every_skill_that_uses_the_network_is_tried() -> None:
    """A new one takes its place in the list above."""
    networked = {skill.name for skill in SkillCatalog([PACKAGED_SKILLS]).all() if skill.has_network}

    assert networked == {name for name, _, _ in SKILLS}
