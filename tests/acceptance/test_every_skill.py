"""Every packaged skill, from `crewdesk skill run` and from a chat, against recorded sources.

What each can fail with is in `integration/skills/test_documented_errors.py`.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio
from pydantic import JsonValue

from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from tests.acceptance.command_line import crewdesk
from tests.acceptance.scene import Chat, Scene, tool_outputs
from tests.doubles.model_reply import ParsedRequest, Reply, Script
from tests.doubles.web_server import WebServer
from workers.models.protocol import ToolCall, ToolOutput

QUOTE = {"chart": {"result": [{"meta": {"regularMarketPrice": 105.25, "currency": "USD"}}]}}
FEED = (
    "<rss version='2.0'><channel><title>Reed news</title>"
    "<item><title>Dawn</title></item></channel></rss>"
)
PAGE = "<html><body><article><h1>Reeds</h1><p>{}</p></article></body></html>"
BERLIN = {"results": [{"name": "Berlin", "latitude": 52.5, "longitude": 13.4}]}
FORECAST = {
    "timezone": "Europe/Berlin",
    "current_units": {"temperature_2m": "°C", "wind_speed_10m": "km/h"},
    "current": {
        "time": "2026-11-21T15:00",
        "temperature_2m": 4.2,
        "apparent_temperature": 0.5,
        "relative_humidity_2m": 81,
        "weather_code": 61,
        "wind_speed_10m": 15.1,
    },
    "daily_units": {"temperature_2m_max": "°C", "precipitation_sum": "mm"},
    "daily": {
        "time": ["2026-11-21"],
        "weather_code": [61],
        "temperature_2m_min": [1.5],
        "temperature_2m_max": [5],
        "precipitation_sum": [2.5],
        "precipitation_probability_max": [90],
    },
}
BIRDS = 400
LONG = "".join(f"Bird {number} stands in the reeds at dawn, alone.\n\n" for number in range(BIRDS))

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A call that works and what it says, and one that fails and by which word it says so."""

    good: Mapping[str, JsonValue]
    says: str
    bad: Mapping[str, JsonValue]
    word: str


TRIES: Mapping[str, Try] = {
    "notes": Try(
        good={"action": "add", "text": "Milk is in the cellar."},
        says="Kept as note #",
        bad={"action": "show", "id": 99},
        word="no_such_note",
    ),
    "rss_subscribe": Try(
        good={"action": "subscribe", "url": "SERVER/feed"},
        says="Subscribed: Reed news",
        bad={"action": "subscribe", "url": "SERVER/page"},
        word="no_feed",
    ),
    "stock_watch": Try(
        good={"action": "quote", "symbol": "AAPL"},
        says="AAPL 105.25 USD [Yahoo]",
        bad={"action": "quote", "symbol": "NOPE"},
        word="unknown_symbol",
    ),
    "summarize": Try(
        good={"url": "SERVER/long"},
        says="in 3 parts",
        bad={},
        word="source_missing",
    ),
    "translate": Try(
        good={"url": "SERVER/page", "language": "中文"},
        says="stands in the reeds at dawn",
        bad={"text": "x"},
        word="language_missing",
    ),
    "weather": Try(
        good={"place": "Berlin", "days": 1},
        says="light rain, 4.2°C",
        bad={"place": "Atlantis"},
        word="unknown_place",
    ),
    "web_fetch": Try(
        good={"url": "SERVER/page"},
        says="stands in the reeds at dawn",
        bad={"url": "SERVER/gone"},
        word="http_404",
    ),
    "web_search": Try(
        good={"query": "reeds"},
        says="https://reeds.example/",
        bad={"query": "nothing laid out"},
        word="search_failed",
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def web() -> AsyncIterator[WebServer]:
    """Start the server of all sources, with what they answered once."""
    async with WebServer() as web:
        web.serve("/page", PAGE.format("The heron stands in the reeds at dawn. " * 5))
        web.serve("/long", LONG, content_type="text/plain")
        web.serve("/feed", FEED, content_type="text/xml")
        for language in ("auto", "en"):
            question = f"q=reeds&format=json&categories=general&language={language}"
            hit = {"url": "https://reeds.example/", "title": "Reeds"}
            web.serve(f"/searx/search?{question}", json.dumps({"results": [hit]}))
        place = "/places/v1/search?name={}&count=10&language=en&format=json"
        web.serve(place.format("Berlin"), json.dumps(BERLIN))
        web.serve(place.format("Atlantis"), "{}")
        wanted = (
            "latitude=52.5000&longitude=13.4000&current=temperature_2m,apparent_temperature,"
            "relative_humidity_2m,weather_code,wind_speed_10m&daily=weather_code,"
            "temperature_2m_min,temperature_2m_max,precipitation_sum,"
            "precipitation_probability_max&timezone=auto&forecast_days=1"
        )
        web.serve(f"/weather/v1/forecast?{wanted}", json.dumps(FORECAST))
        chart = "/yahoo/v8/finance/chart/{}?interval=1d&range=1d"
        web.serve(chart.format("AAPL"), json.dumps(QUOTE))
        web.serve(chart.format("NOPE"), "{}", status=404)
        web.serve("/stooq/q/l/?s=nope.us&f=sd2t2ohlcvp&h&e=csv", "Symbol,Close\r\nNOPE,N/D\r\n")
        yield web


@pytest.fixture(scope="module")
def settings(web: WebServer) -> Mapping[str, str]:
    """Name the test's server as every source."""
    own = {
        "WEB_SEARCH__SEARXNG_URL": "/searx",
        "WEATHER__GEOCODING_URL": "/places",
        "WEATHER__FORECAST_URL": "/weather",
        "STOCK_WATCH__YAHOO_URL": "/yahoo",
        "STOCK_WATCH__STOOQ_URL": "/stooq",
        "STOCK_WATCH__TENCENT_URL": "/tencent",
    }
    return {
        "CREWDESK_SKILLS__ALLOWED_HOSTS": web.host,
        **{f"CREWDESK_SKILL_SETTINGS__{name}": web.url(path) for name, path in own.items()},
    }


def with_server(arguments: Mapping[str, JsonValue], web: WebServer) -> str:
    """Return the arguments as JSON, with the server's address."""
    return json.dumps(arguments, ensure_ascii=False).replace("SERVER", web.url(""))


def call(name: str, arguments: str) -> str:
    """Return the marker that lets the model run a skill."""
    return f'[[tool:run_extension {{"skill_name": "{name}", "args": {arguments}}}]]'


def summarising(arguments: str) -> Script:
    """Return a model that does what the skill's answer says: hand out the parts, fetch, join."""

    def script(request: ParsedRequest) -> Reply:
        outputs = [item.output for item in request.items if isinstance(item, ToolOutput)]
        if not outputs:
            return calls("run_extension", arguments)
        files = json.loads(outputs[0])["files"]
        done = outputs[1:]
        if not done:
            return calls("dispatch_worker", *(order(*one) for one in enumerate(files, start=1)))
        if len(done) == len(files):
            ids = [json.loads(output)["task_id"] for output in done]
            return calls("await_worker", *(json.dumps({"task_id": one}) for one in ids))
        return Reply(text=" ".join(json.loads(output)["result"] for output in done[len(files) :]))

    return script


def calls(tool: str, *arguments: str) -> Reply:
    """Return the answer that calls a tool, once for each of the arguments."""
    return Reply(
        tool_calls=tuple(
            ToolCall(call_id=f"{tool}_{number}", name=tool, arguments=one)
            for number, one in enumerate(arguments)
        )
    )


def order(number: int, file: str) -> str:
    """Return what hands a part to a worker, who reads it and returns a point."""
    reading = f'[[tool:read {{"path": "{file}"}}]]'
    work = f"Part {number}: {reading}[[say:Point of part {number}.]]"
    return json.dumps({"worker_id": "worker", "instruction": work, "wait": False})


async def test_every_program_is_tried() -> None:
    """A new skill takes its place in the table."""
    catalog = SkillCatalog([PACKAGED_SKILLS])

    assert {one.name for one in catalog.all() if not one.is_guidance} == set(TRIES)


@pytest.mark.parametrize("name", TRIES)
async def test_it_works_from_the_command_line(scene: Scene, web: WebServer, name: str) -> None:
    """It answers, and says plainly what went wrong."""
    one = TRIES[name]
    good = await crewdesk(scene.gateway, "skill", "run", name, "--args", with_server(one.good, web))
    bad = await crewdesk(scene.gateway, "skill", "run", name, "--args", with_server(one.bad, web))

    assert (good.returncode, good.stderr) == (0, "")
    assert one.says in good.stdout
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr.startswith(f"crewdesk: execution_error: {one.word}: ")
    assert bad.stderr.count("\n") == 1


@pytest.mark.parametrize("name", TRIES)
async def test_it_works_from_a_chat(chat: Chat, web: WebServer, name: str) -> None:
    """Its answer and its error reach the model as values, and the person is answered."""
    one = TRIES[name]
    await chat.asks(f"Do {call(name, with_server(one.good, web))}[[say:Done.]]")
    good = json.loads(tool_outputs(chat.requests[-1])[-1])
    said = await chat.asks(f"And {call(name, with_server(one.bad, web))}[[say:No luck.]]")
    bad = json.loads(tool_outputs(chat.requests[-1])[-1])

    assert (good["ok"], good["error"], said) == (True, None, "No luck.")
    assert one.says in good["result"]
    assert (bad["ok"], bad["error"]) == (False, "execution_error")
    assert bad["message"].startswith(f"{one.word}: ")


async def test_guidance_works_from_both(scene: Scene, chat: Chat) -> None:
    """It is shown as what it is; nothing is run."""
    shown = await crewdesk(scene.gateway, "skill", "run", "reminders")
    await chat.asks(f"Remind me {call('reminders', '{}')}[[say:When?]]")
    told = json.loads(tool_outputs(chat.requests[-1])[-1])

    assert (shown.returncode, shown.stderr) == (0, "")
    assert "The tools are `create_schedule`" in shown.stdout
    assert told["error"] == "skill_no_execute"
    assert "The tools are `create_schedule`" in told["message"]


async def test_a_long_page_is_summarised_by_workers(
    scene: Scene, chat: Chat, web: WebServer
) -> None:
    """Each part is read by a worker of its own, all of the page by somebody, and one answers."""
    arguments = json.dumps({"skill_name": "summarize", "args": {"url": web.url("/long")}})
    scene.book.on("Summarise", summarising(arguments))
    said = await chat.asks("Summarise the long page")
    read = [
        output
        for request in scene.model.requests
        if request.parsed.newest_user_text.startswith("Part ")
        for output in tool_outputs(request)
    ]

    assert said == "Point of part 1. Point of part 2. Point of part 3."
    assert len(read) == 3
    assert all(any(f"Bird {number} stands" in text for text in read) for number in range(BIRDS))
