"""The skill `web_fetch` against a real server."""

import logging
from pathlib import Path

import pytest

from skills.errors import SkillFailure
from skills.http import GuardedHttp
from skills.result import SkillContext
from skills.runtime import Runtime
from skills.web_fetch.scripts.execute import execute
from tests.doubles.web_server import WebServer
from tests.integration.skills.conftest import RunSkill

ARTICLE = """<html><head><title>今日新闻</title></head><body><nav>Home | About</nav><article>
<h1>今日新闻</h1><p>{paragraph}</p></article><script>track()</script></body></html>"""
SENTENCE = "The council met on Monday and decided to build a bridge across the river. "


async def test_a_page_comes_as_readable_text(server: WebServer, run_skill: RunSkill) -> None:
    """Title, final address and main text come back; scripts do not."""
    server.serve("/a", status=302, headers={"Location": "/news"})
    server.serve("/news", ARTICLE.format(paragraph=SENTENCE * 5))

    result = await run_skill("web_fetch", url=server.url("/a"))

    assert result.ok, result.text
    assert "Title: 今日新闻" in result.text
    assert f"URL: {server.url('/news')}" in result.text
    assert "decided to build a bridge" in result.text
    assert "track()" not in result.text


async def test_a_long_page_comes_in_parts(server: WebServer, run_skill: RunSkill) -> None:
    """Each part names where to go on, and the parts together are the text."""
    server.serve("/long", "0123456789" * 1000, content_type="text/plain")

    first = await run_skill("web_fetch", url=server.url("/long"))
    second = await run_skill("web_fetch", url=server.url("/long"), offset=8000)

    assert "[characters 0-8000 of 10000; go on with offset=8000]" in first.text
    assert "[characters 8000-10000 of 10000]" in second.text
    assert second.text.count("0123456789") == 200


@pytest.mark.parametrize("kind", ["application/json", "text/xml", "application/atom+xml"])
async def test_data_comes_as_it_is(server: WebServer, run_skill: RunSkill, kind: str) -> None:
    """JSON and XML are not rewritten."""
    server.serve("/data", '{"a": "<b>"}', content_type=kind)

    result = await run_skill("web_fetch", url=server.url("/data"))

    assert result.text.endswith('{"a": "<b>"}')


async def test_each_failure_is_named(
    tmp_path: Path, server: WebServer, run_skill: RunSkill
) -> None:
    """By a word of its own; in a process, that word stands first."""
    server.serve("/picture", b"\x89PNG\0", content_type="image/png")
    server.serve("/binary", b"a\0b", content_type="text/plain")
    server.serve("/empty", "  ", content_type="text/plain")
    server.serve("/big", b"x" * (5 * 1024 * 1024 + 1))
    server.serve("/short", "short", content_type="text/plain")
    server.serve("/circle", status=302, headers={"Location": "/circle"})
    server.serve("/broken", b"no gzip", headers={"Content-Encoding": "gzip"})
    server.serve("/teapot", status=418)
    codes = {
        server.url("/missing"): "http_404",
        server.url("/picture"): "not_text",
        server.url("/binary"): "not_text",
        server.url("/empty"): "no_text",
        server.url("/big"): "too_large",
        "http://2130706433/": "bad_url",  # a spelling of this machine
        "file:///etc/passwd": "bad_url",
        "http://127.0.0.1:1/": "refused_address",
        server.url("/circle"): "too_many_redirects",
        server.url("/broken"): "bad_response",
        server.url("/teapot"): "http_418",
    }

    context = SkillContext(state_dir=tmp_path, work_dir=tmp_path)
    runtime = Runtime(
        http=GuardedHttp(allowed_hosts=[server.host]),
        state_dir=tmp_path,
        work_dir=tmp_path,
        log=logging.getLogger("skill"),
    )
    for url, code in codes.items():
        with pytest.raises(SkillFailure) as raised:
            await execute(context, {"url": url}, runtime)
        assert raised.value.code == code
    past = await run_skill("web_fetch", url=server.url("/short"), offset=5)
    assert past.text.startswith("past_the_end: ")
    # Another spelling, which only a resolver understands.
    spelled = await run_skill("web_fetch", url="http://0x7f.1:8080/")
    assert spelled.text.startswith("refused_address: ")
