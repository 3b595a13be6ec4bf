"""The skill `web_search` against recorded answers of SearXNG and Brave."""

import json
from pathlib import Path

import pytest
from pydantic import JsonValue

from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.result import SkillContext, SkillResult
from skills.runner import SkillRunner
from skills.values import SkillValues
from tests.doubles.web_server import WebServer

SEARXNG = "/searx/search?q=reeds&format=json&categories=general&language=zh"
BRAVE = "/brave/res/v1/web/search?q=reeds&count=8&search_lang=zh-hans"
SEARXNG_ANSWER = json.dumps(
    {
        "query": "reeds",
        "results": [
            {
                "url": "https://reeds.example/",
                "title": "Reeds <b>&amp;</b> herons",
                "content": "In  the\nreeds.",
                "publishedDate": "2026-11-20T00:00:00",
                "engine": "duckduckgo",
            },
            {"url": "javascript:alert(1)", "title": "bad"},
            {"url": "https://芦苇.example/", "title": "", "content": None},
        ],
        "unresponsive_engines": [],
    }
)
BRAVE_ANSWER = json.dumps(
    {
        "type": "search",
        "query": {"original": "reeds"},
        "web": {
            "results": [
                {
                    "title": "Reed news",
                    "url": "https://brave.example/",
                    "description": "About <strong>reeds</strong>.",
                    "page_age": "2026-11-19T10:00:00",
                }
            ]
        },
    }
)


def plain(server: WebServer) -> SkillValues:
    """Return settings with an instance of SearXNG."""
    return SkillValues(plain={"web_search": {"searxng_url": server.url("/searx/")}})


def both(server: WebServer) -> SkillValues:
    """Return settings with an instance of SearXNG and a key for Brave."""
    urls = {"searxng_url": server.url("/searx"), "brave_url": server.url("/brave")}
    return SkillValues(plain={"web_search": urls}, secret={"web_search": {"brave_key": "brave-1"}})


async def search(tmp_path: Path, values: SkillValues, **params: JsonValue) -> SkillResult:
    """Run the skill for a Chinese conversation, with no host allowed but by its settings."""
    skill = SkillCatalog([PACKAGED_SKILLS]).get("web_search")
    assert skill is not None
    context = SkillContext(
        state_dir=tmp_path / "state", work_dir=tmp_path / "work", language="zh-CN"
    )
    return await SkillRunner(values=values).run(skill, {"query": "reeds", **params}, context)


async def test_hits_are_listed(server: WebServer, tmp_path: Path) -> None:
    """As plain text, without what is no web page."""
    server.serve(SEARXNG, SEARXNG_ANSWER, content_type="application/json")

    result = await search(tmp_path, plain(server))

    assert result.text.splitlines() == [
        "1. Reeds & herons",
        "   https://reeds.example/",
        "   2026-11-20T00:00:00",
        "   In the reeds.",
        "2. https://芦苇.example/",
        "   https://芦苇.example/",
    ]


async def test_the_answer_is_bounded(server: WebServer, tmp_path: Path) -> None:
    """However many and long the hits are."""
    hit = {"url": "https://a.example/", "title": "t" * 5000, "content": "c" * 50_000}
    server.serve(SEARXNG, json.dumps({"results": [hit] * 30}), content_type="application/json")

    result = await search(tmp_path, plain(server), count=20)

    assert result.text.count("https://a.example/") == 20
    assert len(result.text) < 20_000


async def test_news_of_some_days_can_be_asked_for(server: WebServer, tmp_path: Path) -> None:
    """Both engines are asked in their own words."""
    query = "q=reeds&format=json&categories=news&language=zh&time_range=week"
    server.serve(f"/searx/search?{query}", status=500)
    found = json.dumps({"type": "news", "results": [{"url": "https://n.example/", "title": "N"}]})
    path = "/brave/res/v1/news/search?q=reeds&count=2&search_lang=zh-hans&freshness=pw"
    server.serve(path, found, content_type="application/json")

    result = await search(tmp_path, both(server), category="news", time_range="week", count=2)

    assert result.text == "1. N\n   https://n.example/"


async def test_where_one_fails_the_other_is_asked(server: WebServer, tmp_path: Path) -> None:
    """With its key, which no other host gets to see."""
    server.serve(SEARXNG, "<html>", content_type="text/html")
    server.serve(BRAVE, BRAVE_ANSWER, content_type="application/json")

    result = await search(tmp_path, both(server))

    assert result.text.startswith("1. Reed news\n   https://brave.example/\n   2026-11-19")
    assert "x-subscription-token" not in server.asked[0].headers
    assert server.asked[1].headers["x-subscription-token"] == "brave-1"


async def test_an_instance_whose_engines_refuse_it_has_failed(
    server: WebServer, tmp_path: Path
) -> None:
    """It answers as if there was nothing; the next engine knows better."""
    silent = {"results": [], "unresponsive_engines": [["google", "Suspended: access denied"]]}
    server.serve(SEARXNG, json.dumps(silent), content_type="application/json")
    alone = await search(tmp_path, plain(server))
    server.serve(BRAVE, BRAVE_ANSWER, content_type="application/json")

    other = await search(tmp_path, both(server))

    assert alone.text.startswith("search_failed: SearXNG: no_engine: ")
    assert "google: Suspended: access denied" in alone.text
    assert other.text.startswith("1. Reed news")


async def test_nothing_found_is_no_failure(server: WebServer, tmp_path: Path) -> None:
    """The next engine would not find more."""
    server.serve(SEARXNG, '{"results": []}', content_type="application/json")

    result = await search(tmp_path, both(server))

    assert (result.ok, result.text) == (True, "Nothing was found for 'reeds'.")


async def test_nothing_set_is_named_with_what_to_set(tmp_path: Path) -> None:
    """Nobody is asked."""
    result = await search(tmp_path, SkillValues())

    assert result.text.startswith("not_configured: ")
    assert "CREWDESK_SKILL_SETTINGS__WEB_SEARCH__SEARXNG_URL" in result.text


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (403, "", "refused"),
        (429, "", "rate_limited"),
        (502, "", "http_502"),
        (200, "[]", "bad_answer"),
        (200, '{"results": "none"}', "bad_answer"),
        (200, "x" * (2 * 1024 * 1024 + 1), "too_large"),
    ],
)
async def test_a_failure_is_told_for_each_engine(
    server: WebServer, tmp_path: Path, status: int, body: str, code: str
) -> None:
    """With its own reason."""
    server.serve(SEARXNG, body, status=status)
    server.serve(BRAVE, status=401)

    result = await search(tmp_path, both(server))

    assert result.text.startswith(f"search_failed: SearXNG: {code}: ")
    assert "Brave: refused: " in result.text
    assert not result.ok


@pytest.mark.parametrize(
    "params", [{"query": " "}, {"query": "x" * 401}, {"count": 0}, {"time_range": "decade"}]
)
async def test_arguments_are_checked(
    server: WebServer, tmp_path: Path, params: dict[str, JsonValue]
) -> None:
    """Nobody is asked for nothing."""
    result = await search(tmp_path, plain(server), **params)

    assert result.text.startswith("wrong arguments: ")
    assert server.asked == []
