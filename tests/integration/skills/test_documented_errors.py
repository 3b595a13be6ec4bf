"""Each error that a packaged skill documents is seen, against recorded answers of a real server.

The table below is compared with what each `SKILL.md` lists: a new error without a case is red, as
is a case without an error. `test_every_skill.py` shows the same from the chat and the command line.
"""

import asyncio
import hashlib
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import JsonValue

from skills.catalog import PACKAGED_SKILLS, SkillCatalog
from skills.http import NoNetwork
from skills.notes.scripts.execute import MAX_NOTES, STATE_FILE, execute
from skills.result import SkillContext, SkillErrorCode, SkillResult
from skills.runner import SkillRunner
from skills.runtime import Runtime
from skills.values import SkillValues
from tests.doubles.web_server import WebServer
from tests.integration.skills.test_stock_watch import YAHOO, stooq
from tests.integration.skills.test_weather import BERLIN, FORECAST, PLACES, serve

NOBODY = "127.0.0.1:9"  # the port of a service that nobody runs: discard
SERVER = "SERVER"  # stands for the address of the test's server
WORD = re.compile(r"`([a-z0-9_]+)`")
NESTED = b"<rss version='2.0'><channel>" + b"<item>" * 300_000
ENTITIES = b"<!DOCTYPE r [<!ENTITY a 'b'>]><rss version='2.0'><channel/></rss>"
LONG = "A sentence. " * 1_000
FORM = "<html><body></body></html>"

Arguments = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a case lays out: the server, and what a skill keeps and works on."""

    server: WebServer
    state: Path
    work: Path


def nothing(_: World) -> None:
    """Lay out nothing: every page is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A call that fails with one word; `settings` are set besides the usual ones."""

    arguments: Arguments
    lay: Callable[[World], None] = nothing
    settings: Mapping[str, str] = field(default_factory=dict)
    is_set_up: bool = True


def page(
    path: str,
    body: str | bytes = "",
    *,
    kind: str = "text/html",
    status: int = 200,
    **headers: str,
) -> Callable[[World], None]:
    """Return what lays out one answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda world: world.server.serve(
        path, body, content_type=kind, status=status, headers=named
    )


def flood(path: str) -> Callable[[World], None]:
    """Return what lays out an answer without end."""
    return lambda world: world.server.flood(path)


def stall(path: str) -> Callable[[World], None]:
    """Return what lays out an answer that never comes to its end."""
    return lambda world: world.server.stall(path)


def state(name: str, text: str) -> Callable[[World], None]:
    """Return what lays out a file of the skill's state."""
    return lambda world: _write(world.state / name, text)


def work(name: str, data: str | bytes) -> Callable[[World], None]:
    """Return what lays out a file of the conversation."""
    return lambda world: _write(world.work / name, data)


def _write(path: Path, data: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def _full_notes(world: World) -> None:
    """Keep as many notes as there may be."""
    world.state.mkdir(parents=True)
    context = SkillContext(state_dir=world.state, work_dir=world.work)
    runtime = Runtime(
        http=NoNetwork(),
        state_dir=world.state,
        work_dir=world.work,
        log=logging.getLogger("skill"),
    )
    execute(context, {"action": "list"}, runtime)  # makes the file
    with closing(sqlite3.connect(world.state / STATE_FILE)) as notes, notes:
        notes.executemany("INSERT INTO notes (text) VALUES (?)", [("x",)] * MAX_NOTES)


def _jam(name: str) -> Callable[[World], None]:
    """Return what puts a file where the folder of the long text's parts is wanted."""
    digest = hashlib.sha256(f"{LONG.strip()}\n".encode()).hexdigest()[:8]
    return lambda world: _write(world.work / f"{name}-{digest}", "in the way")


def of_address(arguments: Arguments, *, name: str = "url") -> dict[str, Case]:
    """Return what can go wrong with an address that a person gives."""

    def at(address: str) -> Arguments:
        return {**arguments, name: address}

    return {
        "http_404": Case(arguments=at(f"{SERVER}/gone")),
        "bad_url": Case(arguments=at("ftp://example.org/")),
        "refused_address": Case(arguments=at("http://10.0.0.1/")),
        "unreachable": Case(arguments=at(f"http://{NOBODY}/")),
        "too_large": Case(arguments=at(f"{SERVER}/flood"), lay=flood("/flood")),
        "too_many_redirects": Case(
            arguments=at(f"{SERVER}/circle"), lay=page("/circle", status=302, Location="/circle")
        ),
        "bad_response": Case(
            arguments=at(f"{SERVER}/torn"), lay=page("/torn", b"junk", Content_Encoding="gzip")
        ),
        "timeout": Case(arguments=at(f"{SERVER}/stall"), lay=stall("/stall")),
    }


def of_text(arguments: Arguments) -> dict[str, Case]:
    """Return what can go wrong with a long text."""
    return {
        **of_address(arguments),
        "source_missing": Case(arguments={**arguments, "url": "http://a.example", "text": "b"}),
        "no_such_file": Case(arguments={**arguments, "path": "../../etc/passwd"}),
        "not_text": Case(arguments={**arguments, "path": "a"}, lay=work("a", b"%PDF\0\x01")),
        "no_text": Case(arguments={**arguments, "path": "a"}, lay=work("a", " \n")),
        "too_long": Case(arguments={**arguments, "path": "a"}, lay=work("a", "x" * 600_001)),
    }


FEED = {"action": "subscribe", "url": f"{SERVER}/feed"}
FULL_FEEDS = json.dumps({"feeds": {f"http://{n}.example/": {"title": "x"} for n in range(50)}})
ONE_FEED = {"feeds": {f"http://{NOBODY}/": {"title": "x"}}}
LIMIT = {"kind": "above", "value": 1}
FULL_WATCHES = json.dumps(
    {"watches": {f"A{n}": {"added": n, "limits": [LIMIT]} for n in range(50)}}
)
QUOTE = {"action": "quote", "symbol": "AAPL"}
ADD: Arguments = {"action": "add", "symbol": "AAPL", "above": 1}
IN_BERLIN = {"place": "Berlin"}


def _known_place_without_weather(world: World) -> None:
    serve(world.server, PLACES.format("Berlin"), {"results": [dict(BERLIN)]})
    serve(world.server, f"{FORECAST}3", {"nothing": "of use"})


def _unknown_everywhere(world: World) -> None:
    world.server.serve(YAHOO.format("AAPL"), '{"chart": {"error": {}}}', status=404)
    stooq(world.server, "aapl.us", "N/D")


CASES: Mapping[str, Mapping[str, Case]] = {
    "notes": {
        "text_missing": Case(arguments={"action": "add"}),
        "query_missing": Case(arguments={"action": "search"}),
        "id_missing": Case(arguments={"action": "show"}),
        "no_such_note": Case(arguments={"action": "delete", "id": 7}),
        "too_many_notes": Case(arguments={"action": "add", "text": "one more"}, lay=_full_notes),
        "damaged": Case(arguments={"action": "list"}, lay=state("notes.db", "no database" * 100)),
    },
    "reminders": {},
    "rss_subscribe": {
        **of_address({"action": "subscribe"}),
        "url_missing": Case(arguments={"action": "subscribe"}),
        "not_subscribed": Case(arguments={"action": "unsubscribe", "url": "http://a.example/"}),
        "too_many_feeds": Case(arguments=FEED, lay=state("feeds.json", FULL_FEEDS)),
        "no_feed": Case(arguments=FEED, lay=page("/feed", FORM)),
        "entities_refused": Case(arguments=FEED, lay=page("/feed", ENTITIES, kind="text/xml")),
        "too_complex": Case(arguments=FEED, lay=page("/feed", NESTED, kind="text/xml")),
        "not_fetched": Case(
            arguments={"action": "check"}, lay=state("feeds.json", json.dumps(ONE_FEED))
        ),
        "damaged": Case(arguments={"action": "list"}, lay=state("feeds.json", "{broken")),
    },
    "stock_watch": {
        "symbol_missing": Case(arguments={"action": "quote"}),
        "limit_missing": Case(arguments={"action": "add", "symbol": "AAPL"}),
        "too_many_symbols": Case(arguments=ADD, lay=state("watches.json", FULL_WATCHES)),
        "not_watched": Case(arguments={"action": "remove", "symbol": "AAPL"}),
        "unknown_symbol": Case(arguments=QUOTE, lay=_unknown_everywhere),
        "no_quote": Case(arguments=QUOTE, lay=page(YAHOO.format("AAPL"), "nonsense")),
        "damaged": Case(arguments={"action": "list"}, lay=state("watches.json", "[]")),
    },
    "summarize": {
        **of_text({}),
        "not_written": Case(arguments={"text": LONG}, lay=_jam("summarize")),
    },
    "translate": {
        **of_text({"language": "中文"}),
        "language_missing": Case(arguments={"text": "x"}),
        "not_prepared": Case(arguments={"action": "join", "folder": "../elsewhere"}),
        "parts_missing": Case(
            arguments={"action": "join", "folder": "translate-0123abcd"},
            lay=work("translate-0123abcd/part-001.md", "one"),
        ),
        "not_written": Case(arguments={"text": LONG, "language": "中文"}, lay=_jam("translate")),
    },
    "weather": {
        "unknown_place": Case(arguments=IN_BERLIN, lay=page(PLACES.format("Berlin"), "{}")),
        "bad_answer": Case(arguments=IN_BERLIN, lay=_known_place_without_weather),
        "http_400": Case(arguments=IN_BERLIN, lay=page(PLACES.format("Berlin"), status=400)),
        "unreachable": Case(arguments=IN_BERLIN, settings={"geocoding_url": f"http://{NOBODY}"}),
        "too_large": Case(arguments=IN_BERLIN, lay=flood(PLACES.format("Berlin"))),
        "bad_response": Case(
            arguments=IN_BERLIN, lay=page(PLACES.format("Berlin"), b"junk", Content_Encoding="gzip")
        ),
        "timeout": Case(arguments=IN_BERLIN, lay=stall(PLACES.format("Berlin"))),
    },
    "web_fetch": {
        **of_address({}),
        "not_text": Case(arguments={"url": f"{SERVER}/a"}, lay=page("/a", "x", kind="image/png")),
        "no_text": Case(arguments={"url": f"{SERVER}/a"}, lay=page("/a", FORM)),
        "past_the_end": Case(
            arguments={"url": f"{SERVER}/a", "offset": 9}, lay=page("/a", "x", kind="text/plain")
        ),
    },
    "web_search": {
        "not_configured": Case(arguments={"query": "reeds"}, is_set_up=False),
        "search_failed": Case(arguments={"query": "reeds"}),
    },
}
SLOW = "timeout"  # takes as long as a skill waits: these run side by side


def documented() -> dict[str, set[str]]:
    """Return the words of each skill's list of errors."""
    words: dict[str, set[str]] = {}
    for skill in SkillCatalog([PACKAGED_SKILLS]).all():
        _, _, listed = skill.instructions.partition("\n## Errors\n")
        rows = [line.split("|")[1] for line in listed.splitlines() if line.startswith("| `")]
        words[skill.name] = {word for row in rows for word in WORD.findall(row)}
    return words


def raised() -> Iterator[tuple[str, str]]:
    """Yield each word that stands in a skill's program, with the skill's name."""
    for file in sorted(PACKAGED_SKILLS.glob("*/scripts/*.py")):
        for word in re.findall(r'SkillFailure\(\s*"([a-z_]+)"', file.read_text(encoding="utf-8")):
            yield file.parent.parent.name, word


def test_each_documented_error_has_a_case_and_each_case_an_error() -> None:
    """The lists of all skills and the table above name the same words."""
    assert {name: set(cases) for name, cases in CASES.items()} == documented()


def test_each_error_of_a_program_is_documented() -> None:
    """By its own word, or as a reason behind the word that sums up several sources."""
    known = {skill.name: skill.instructions for skill in SkillCatalog([PACKAGED_SKILLS]).all()}

    assert [(name, word) for name, word in raised() if f"`{word}`" not in known[name]] == []


@pytest.mark.parametrize(
    ("name", "word"), [(name, word) for name in CASES for word in CASES[name] if word != SLOW]
)
async def test_a_documented_error_is_seen(
    tmp_path: Path, server: WebServer, name: str, word: str
) -> None:
    """The call fails, and what it says begins with the word."""
    result = await called(tmp_path, server, name, word)

    assert result.error_code is SkillErrorCode.EXECUTION_ERROR
    assert result.text.startswith(f"{word}: ")
    assert "Traceback" not in result.text


async def test_who_never_answers_is_given_up(tmp_path: Path) -> None:
    """Each skill that waits for somebody says so at last."""
    async with asyncio.TaskGroup() as group:
        waiting = {
            name: group.create_task(_alone(tmp_path / name, name))
            for name, cases in CASES.items()
            if SLOW in cases
        }
    texts = {name: task.result().text for name, task in waiting.items()}

    assert [text.partition(":")[0] for text in texts.values()] == [SLOW] * len(texts)


async def _alone(folder: Path, name: str) -> SkillResult:
    async with WebServer() as server:
        return await called(folder, server, name, SLOW)


async def called(folder: Path, server: WebServer, name: str, word: str) -> SkillResult:
    """Lay a case out and make its call."""
    case = CASES[name][word]
    world = World(server=server, state=folder / "state", work=folder / "work")
    await asyncio.to_thread(case.lay, world)
    skill = SkillCatalog([PACKAGED_SKILLS]).get(name)
    assert skill is not None
    runner = SkillRunner(
        allowed_hosts=[server.host, NOBODY],
        values=values(server, case),
    )
    arguments = json.loads(json.dumps(case.arguments).replace(SERVER, server.url("")))
    return await runner.run(
        skill, arguments, SkillContext(state_dir=world.state, work_dir=world.work)
    )


def values(server: WebServer, case: Case) -> SkillValues:
    """Return settings by which every service stands on the test's server."""
    if not case.is_set_up:
        return SkillValues()
    usual = {
        "weather": {
            "geocoding_url": server.url("/places"),
            "forecast_url": server.url("/weather"),
        },
        "stock_watch": {
            "yahoo_url": server.url("/yahoo"),
            "stooq_url": server.url("/stooq"),
            "tencent_url": server.url("/tencent"),
        },
        "web_search": {"searxng_url": server.url("/searx")},
    }
    return SkillValues(plain={name: {**one, **case.settings} for name, one in usual.items()})
