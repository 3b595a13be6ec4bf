"""Skills and souls: those that come along, those that misbehave, and files with mistakes."""

import json
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from tests.acceptance.asking import add_skill, run
from tests.acceptance.scene import Chat, tool_outputs
from tests.doubles.web_server import WebServer

PAGE = "<html><body><article><h1>Reeds</h1><p>{}</p></article></body></html>"
FEED = "<rss version='2.0'><channel><title>Reed news</title>{}</channel></rss>"
ITEM = "<item><title>{0}</title><link>http://{1}/{0}</link><guid>{0}</guid></item>"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def web() -> AsyncIterator[WebServer]:
    """Start the one web server that skills may reach."""
    async with WebServer() as web:
        yield web


@pytest.fixture(scope="module")
def settings(web: WebServer) -> Mapping[str, str]:
    """Let skills reach the test's server, which is on this machine and otherwise refused."""
    return {
        "CREWDESK_SKILLS__ALLOWED_HOSTS": web.host,
        "CREWDESK_SKILL_SETTINGS__WEB_SEARCH__SEARXNG_URL": web.url("/searx"),
    }


async def test_a_page_is_fetched_by_a_skill(chat: Chat, web: WebServer) -> None:
    """The page's text reaches the model, and only the Manager's words the person."""
    web.serve("/reeds", PAGE.format("The heron stands in the reeds at dawn. " * 5))
    call = run("web_fetch", url=web.url("/reeds"))
    assert await chat.asks(f"Read it {call}[[say:I have read it.]]") == "I have read it."
    result = json.loads(tool_outputs(chat.requests[-1])[0])
    assert result["ok"] is True
    assert "stands in the reeds at dawn" in result["result"]


async def test_a_feed_is_followed_by_a_skill(chat: Chat, web: WebServer) -> None:
    """A subscription outlives the task that made it; each new item comes once."""
    web.serve("/feed", FEED.format(ITEM.format("old", web.host)), content_type="text/xml")
    await chat.asks(f"Follow {run('rss_subscribe', action='subscribe', url=web.url('/feed'))}")
    items = ITEM.format("fresh", web.host) + ITEM.format("old", web.host)
    web.serve("/feed", FEED.format(items), content_type="text/xml")
    await chat.asks(f"News? {run('rss_subscribe', action='new')}")
    news = json.loads(tool_outputs(chat.requests[-1])[0])["result"]
    await chat.asks(f"More? {run('rss_subscribe', action='new')}")
    more = json.loads(tool_outputs(chat.requests[-1])[0])["result"]
    assert "fresh" in news
    assert "old" not in news
    assert "fresh" not in more


async def test_a_skill_is_given_the_settings_that_it_declares(chat: Chat, web: WebServer) -> None:
    """The operator's search engine is asked."""
    query = "q=reeds&format=json&categories=general&language="
    found = json.dumps({"results": [{"url": "https://reeds.example/", "title": "Reeds"}]})
    for language in ("auto", "en", "zh"):
        web.serve(f"/searx/search?{query}{language}", found, content_type="application/json")
    await chat.asks(f"Search {run('web_search', query='reeds')}")
    assert "https://reeds.example/" in tool_outputs(chat.requests[-1])[0]


async def test_a_skill_without_a_program_guides_the_manager(chat: Chat) -> None:
    """Nothing is run; its instructions reach the model, and only the Manager's words the person."""
    said = await chat.asks(f"Remind me {run('reminders')}[[say:Of what, and when?]]")
    result = json.loads(tool_outputs(chat.requests[-1])[0])
    assert said == "Of what, and when?"
    assert result["error"] == "skill_no_execute"
    assert "The tools are `create_schedule`" in result["message"]


async def test_a_skill_cannot_reach_another_server_on_this_machine(chat: Chat) -> None:
    """Only what the settings name is open; the person's answer does not depend on it."""
    call = run("web_fetch", url="http://127.0.0.1:1/private")
    assert await chat.asks(f"Peek {call}[[say:I may not.]]") == "I may not."
    assert "refused_address" in tool_outputs(chat.requests[-1])[0]


@pytest.mark.parametrize(
    ("name", "body", "found"),
    [
        ("hanging", "    while True: pass", '"timeout"'),
        ("quitting", "    import os\n    os._exit(3)", '"execution_error"'),
        ("raising", "    raise RuntimeError('a flaw')", "a flaw"),
        ("flooding", "    print('x' * 5_000_000)\n    return {'result': 'y' * 5_000_000}", '"ok"'),
        ("greedy", "    return {'result': str(len(bytearray(10**10)))}", '"execution_error"'),
    ],
)
async def test_a_skill_that_misbehaves_harms_nobody(
    chat: Chat, name: str, body: str, found: str
) -> None:
    """Its failure is a value for the model, of bounded size, and the person is answered."""
    add_skill(chat.scene.gateway.data_dir, name, body)
    assert await chat.asks(f"Run {run(name)}[[say:Well.]]") == "Well."
    (output,) = tool_outputs(chat.requests[-1])
    assert found in output
    assert len(output) < 100_000


async def test_a_skill_file_with_a_mistake_keeps_its_last_good_version(chat: Chat) -> None:
    """The skill goes on as it was, and /status counts the mistake."""
    before = await mistakes(chat)
    file = add_skill(chat.scene.gateway.data_dir, "steady", "    return 'still here'")
    await chat.asks(f"Run {run('steady')}")
    file.write_text("---\nname: steady\ndescription: [unclosed\n---\n")
    await chat.asks(f"Again {run('steady')}")
    assert "still here" in tool_outputs(chat.requests[-1])[0]
    assert await mistakes(chat) == before + 1


async def test_a_soul_file_with_a_mistake_keeps_its_last_good_version(chat: Chat) -> None:
    """The worker goes on as it was, and /status counts the mistake."""
    before = await mistakes(chat)
    souls = chat.scene.gateway.data_dir / "souls"
    souls.mkdir(exist_ok=True)
    soul = souls / "gardener.md"
    soul.write_text("---\nname: gardener\ndescription: tends reeds\ntools: []\n---\nBe green.\n")
    assert "gardener" in await chat.asks("/workers")
    soul.write_text("---\nname: [gardener\n---\n")
    assert "gardener" in await chat.asks("/workers")
    assert await mistakes(chat) == before + 1


async def mistakes(chat: Chat) -> int:
    """Return how many files with a mistake /status tells of; it says nothing of none."""
    _, _, count = (await chat.asks("/status")).partition("with a mistake: ")
    return int(count or 0)
