"""The skill `rss_subscribe` against a real server: every new item once."""

import gzip
import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.doubles.web_server import WebServer
from tests.integration.skills.conftest import RunSkill


def feed(*titles: str, name: str = "News", encoding: str = "utf-8") -> bytes:
    """Return an RSS feed with items of these titles, newest first."""
    items = "".join(
        f"<item><title>{title}</title><guid>{title}</guid><link>http://news.example/{number}</link>"
        f"<description>&lt;b&gt;About&lt;/b&gt; {title}</description></item>"
        for number, title in enumerate(titles)
    )
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel>'
        f"<title>{name}</title>{items}</channel></rss>"
    )
    return text.encode(encoding)


@pytest.fixture
def url(server: WebServer) -> str:
    """Return the address of a feed with one item."""
    serve(server, "one")
    return server.url("/feed")


def serve(server: WebServer, *titles: str, **headers: str) -> None:
    """Lay out a feed."""
    server.serve("/feed", feed(*titles), content_type="application/rss+xml", headers=headers)


async def test_what_was_there_before_is_not_new(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """Subscribing shows a sample; only what comes later is new, and only once."""
    subscribed = await run_skill("rss_subscribe", action="subscribe", url=url)
    nothing = await run_skill("rss_subscribe", action="new")
    serve(server, "two", "one")
    new = await run_skill("rss_subscribe", action="new")
    again = await run_skill("rss_subscribe", action="new")

    assert subscribed.text.startswith(f"Subscribed: News ({url}). Latest items:\n- one")
    assert nothing.text == "Nothing new."
    assert new.text == "## News\n- two · http://news.example/0 · About two"
    assert again.text == "Nothing new."


async def test_a_call_made_again_gets_the_same_items(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """After a crash the same call returns what it returned, and another call does not."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    serve(server, "two", "one")

    first = await run_skill("rss_subscribe", "call-1", action="new")
    repeated = await run_skill("rss_subscribe", "call-1", action="new")
    other = await run_skill("rss_subscribe", "call-2", action="new")

    assert "- two" in first.text
    assert repeated == first
    assert other.text == "Nothing new."


async def test_an_unchanged_feed_is_not_sent_again(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """The marks of the last answer are sent back, and "not modified" means nothing new."""
    serve(server, "one", ETag='"v1"', **{"Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"})
    await run_skill("rss_subscribe", action="subscribe", url=url)

    result = await run_skill("rss_subscribe", action="new")

    assert result.text == "Nothing new."
    assert server.asked[1].headers["if-none-match"] == '"v1"'
    assert server.asked[1].headers["if-modified-since"] == "Mon, 02 Nov 2026 10:00:00 GMT"


async def test_more_than_fits_comes_with_the_next_call(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """Nothing is lost to the limit, not even if the server says that nothing was modified."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    titles = [f"item-{number:02}" for number in range(70, 0, -1)]
    serve(server, *titles, "one", ETag='"v2"')

    first = await run_skill("rss_subscribe", action="new")
    second = await run_skill("rss_subscribe", action="new")
    third = await run_skill("rss_subscribe", action="new")

    assert first.text.count("- item-") == 50
    assert "(20 more come with the next 'new')" in first.text
    assert second.text.count("- item-") == 20
    assert all((f"- {title} " in first.text) != (f"- {title} " in second.text) for title in titles)
    assert third.text == "Nothing new."


async def test_subscriptions_are_listed_and_removed(run_skill: RunSkill, url: str) -> None:
    """A feed can be listed, subscribed once only, and left."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    twice = await run_skill("rss_subscribe", action="subscribe", url=url)
    listed = await run_skill("rss_subscribe", action="list")
    left = await run_skill("rss_subscribe", action="unsubscribe", url=url)
    not_there = await run_skill("rss_subscribe", action="unsubscribe", url=url)

    assert twice.text.startswith("Already subscribed")
    assert listed.text == f"- News: {url}"
    assert left.text == f"Unsubscribed: News ({url})"
    assert not not_there.ok
    assert (await run_skill("rss_subscribe", action="list")).text == "There are no subscriptions."


async def test_a_feed_in_trouble_does_not_stop_the_others(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """The one that fails is named and changes nothing; the other's items come."""
    server.serve("/other", feed("x", name="Other"), content_type="text/xml")
    await run_skill("rss_subscribe", action="subscribe", url=url)
    await run_skill("rss_subscribe", action="subscribe", url=server.url("/other"))
    serve(server, "two", "one")
    server.serve("/other", status=500)

    troubled = await run_skill("rss_subscribe", action="new")
    server.serve("/other", feed("y", "x", name="Other"), content_type="text/xml")
    mended = await run_skill("rss_subscribe", action="new")

    assert "- two" in troubled.text
    assert "## Other\nnot fetched: http_500: " in troubled.text
    assert mended.text.startswith("## Other\n- y")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><body>no feed</body></html>", "no_feed: "),
        (b'<!DOCTYPE r [<!ENTITY a "b">]>' + feed("x"), "entities_refused: "),
        ('<!DOCTYPE r [<!ENTITY a "b">]><rss/>'.encode("utf-16"), "entities_refused: "),
        (b'{"version": "1", "items": []}', "no_feed: "),
        (b'{"items": ' + b"[" * 100_000, "no_feed: "),
        (b"", "no_feed: "),
        (b"x" * (2 * 1024 * 1024 + 1), "too_large: "),
    ],
)
async def test_what_is_no_proper_feed_is_refused(
    server: WebServer, run_skill: RunSkill, body: bytes, words: str
) -> None:
    """Pages, entity bombs and oversized documents are named, and nothing is subscribed."""
    server.serve("/feed", body, content_type="text/xml")

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert not result.ok
    assert result.text.startswith(words)


async def test_an_entity_bomb_in_an_encoding_of_its_own_is_harmless(
    server: WebServer, run_skill: RunSkill
) -> None:
    """Where the declaration can't be seen in the bytes, nothing is expanded."""
    lines = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij"))
    bomb = f'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">{lines}]><rss version="2.0"><channel>'
    body = f'<?xml version="1.0" encoding="cp037"?>{bomb}<title>&j;</title></channel></rss>'
    server.serve("/feed", body.encode("cp037"), content_type="text/xml; charset=cp037")

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert len(result.text) < 200


async def test_a_compression_bomb_is_refused(server: WebServer, run_skill: RunSkill) -> None:
    """A small body that unpacks to a large one counts as what it unpacks to."""
    bomb = gzip.compress(b" " * 200_000_000)
    server.serve("/feed", bomb, content_type="text/xml", headers={"Content-Encoding": "gzip"})

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert result.text.startswith("too_large: ")


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [("gb18030", "text/xml"), ("utf-8", "text/xml; charset=iso-8859-1"), ("utf-16", "text/xml")],
)
async def test_odd_encodings_are_read(
    server: WebServer, run_skill: RunSkill, encoding: str, content_type: str
) -> None:
    """A feed that is not in UTF-8, or whose server says another encoding, is read as meant."""
    server.serve("/feed", feed("新闻", encoding=encoding), content_type=content_type)

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert "- 新闻" in result.text


async def test_a_damaged_state_is_not_started_over(
    tmp_path: Path, run_skill: RunSkill, url: str
) -> None:
    """Subscriptions that can't be read are an error, never silently forgotten."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    (tmp_path / "state" / "feeds.json").write_text("{broken")

    result = await run_skill("rss_subscribe", action="list")

    assert result.text.startswith("damaged: feeds.json ")
    assert (tmp_path / "state" / "feeds.json").read_text() == "{broken"


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Atoms</title><entry>
<title>one</title><id>urn:1</id><link href="http://news.example/1"/><summary>About</summary>
</entry></feed>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Objects", "items": [
{"id": 1, "url": "http://news.example/1", "title": "one", "content_html": "<b>About</b>"}]}"""


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (ATOM, "application/atom+xml", "Atoms"),
        (JSON, "application/feed+json", "Objects"),
        (f"\ufeff{JSON}", "application/json", "Objects"),
    ],
)
async def test_other_kinds_of_feeds_are_read(
    server: WebServer, run_skill: RunSkill, body: str, content_type: str, title: str
) -> None:
    """Atom and JSON feeds give the same lines as RSS."""
    server.serve("/feed", body, content_type=content_type)

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert result.text.startswith(f"Subscribed: {title} ")
    assert result.text.endswith("- one · http://news.example/1 · About")


async def test_a_check_shows_what_is_new_without_taking_it(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """The same findings each time, until `new` has returned them."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    serve(server, "two", "one")

    first = await run_skill("rss_subscribe", action="check")
    again = await run_skill("rss_subscribe", action="check")
    await run_skill("rss_subscribe", action="new")
    after = await run_skill("rss_subscribe", action="check")

    (signal,) = first.signals
    assert (signal.title, signal.url, signal.detail) == (
        "two",
        "http://news.example/0",
        "About two",
    )
    assert again == first
    assert (after.text, after.signals) == ('{"signals":[]}', ())


async def test_a_check_with_a_feed_in_trouble_finds_the_rest(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """A feed that can't be fetched is no finding."""
    server.serve("/other", feed("x", name="Other"), content_type="text/xml")
    await run_skill("rss_subscribe", action="subscribe", url=url)
    await run_skill("rss_subscribe", action="subscribe", url=server.url("/other"))
    serve(server, "two", "one")
    server.serve("/other", status=500)

    result = await run_skill("rss_subscribe", action="check")

    assert [signal.title for signal in result.signals] == ["two"]


async def test_an_endless_feed_is_refused(server: WebServer, run_skill: RunSkill) -> None:
    """It is cut off at the limit of size."""
    server.flood("/feed")

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert result.text.startswith("too_large: ")


async def test_what_cannot_be_done_is_named(run_skill: RunSkill) -> None:
    """By the word that SKILL.md lists."""
    no_url = await run_skill("rss_subscribe", action="subscribe")
    not_there = await run_skill("rss_subscribe", action="unsubscribe", url="http://x.example/")

    assert no_url.text.startswith("url_missing: ")
    assert not_there.text.startswith("not_subscribed: ")


async def test_too_many_feeds_are_refused(
    tmp_path: Path, server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """Before anything is fetched."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    state = tmp_path / "state" / "feeds.json"
    kept = json.loads(state.read_text())
    kept["feeds"] = {f"http://x.example/{n}": {"title": "x"} for n in range(50)}
    state.write_text(json.dumps(kept))
    before = len(server.asked)

    result = await run_skill("rss_subscribe", action="subscribe", url=url)

    assert result.text.startswith("too_many_feeds: ")
    assert len(server.asked) == before


async def test_bytes_that_fit_no_encoding_are_no_crash(
    server: WebServer, run_skill: RunSkill
) -> None:
    """A feed that declares the wrong encoding is read as far as it can be."""
    body = feed("one").replace(b"<guid>one", "<guid>新闻".encode("gbk") + b"\xff\xfe")
    server.serve("/feed", body, content_type="text/xml; charset=utf-8")

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert "- one" in result.text


async def test_a_check_leaves_no_feed_to_be_sent_again(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """What it found waits here, so the server is asked only whether anything changed since."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    serve(server, "two", "one", ETag='"v2"')

    first = await run_skill("rss_subscribe", action="check")
    again = await run_skill("rss_subscribe", action="check")
    new = await run_skill("rss_subscribe", action="new")

    assert [asked.headers.get("if-none-match") for asked in server.asked[1:]] == [
        None,
        '"v2"',
        '"v2"',
    ]
    assert again.signals == first.signals
    assert new.text == "## News\n- two · http://news.example/0 · About two"


async def test_an_item_that_left_the_feed_still_comes(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """Once, if a check has seen it, and even while the feed is down."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    serve(server, "two", "one")
    await run_skill("rss_subscribe", action="check")
    serve(server, "three")
    await run_skill("rss_subscribe", action="check")
    server.serve("/feed", status=503)

    new = await run_skill("rss_subscribe", action="new")
    serve(server, "three", "two", "one")
    again = await run_skill("rss_subscribe", action="new")

    assert new.text.startswith("## News\nnot fetched: http_503: ")
    assert [line[:7] for line in new.text.splitlines()[2:]] == ["- three", "- two ·"]
    assert again.text == "Nothing new."


async def test_what_is_found_last_is_told_first(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """So that nothing new is hidden behind what waits, however much that is."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    server.serve("/other", feed("x", name="Other"), content_type="text/xml")
    await run_skill("rss_subscribe", action="subscribe", url=server.url("/other"))
    serve(server, *(f"item-{number}" for number in range(250)), "one")
    many = await run_skill("rss_subscribe", action="check")
    server.serve("/other", feed("y", "x", name="Other"), content_type="text/xml")

    more = await run_skill("rss_subscribe", action="check")

    assert len(many.signals) == len(more.signals) == 200
    assert more.signals[0].title == "y"
    assert more.signals[1:] == many.signals[:199]


async def test_what_waits_for_long_is_no_finding_any_more(
    tmp_path: Path, server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """Whoever asks forgets what was told at last; `new` still returns it."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    serve(server, "two", "one")
    await run_skill("rss_subscribe", action="check")
    state = tmp_path / "state" / "feeds.json"
    kept = json.loads(state.read_text())
    kept["feeds"][url]["waiting"][0]["found"] -= timedelta(days=61).total_seconds()
    state.write_text(json.dumps(kept))

    later = await run_skill("rss_subscribe", action="check")

    assert later.signals == ()
    assert "- two" in (await run_skill("rss_subscribe", action="new")).text


async def test_more_than_may_wait_is_let_go(
    tmp_path: Path, server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """The oldest; they don't come back as new."""
    await run_skill("rss_subscribe", action="subscribe", url=url)
    for start in (0, 400):
        serve(server, *(f"item-{number}" for number in range(start + 400, start, -1)))
        await run_skill("rss_subscribe", action="check")
    kept = json.loads((tmp_path / "state" / "feeds.json").read_text())["feeds"][url]
    serve(server, "item-1")

    again = await run_skill("rss_subscribe", action="check")

    titles = [item["title"] for item in kept["waiting"]]
    assert (len(titles), titles[0], titles[-1]) == (500, "item-800", "item-301")
    assert "item-1" not in {signal.title for signal in again.signals}


async def test_trouble_with_all_feeds_is_no_silence(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """A check that could look at none says so; one that has none finds nothing."""
    nothing = await run_skill("rss_subscribe", action="check")
    await run_skill("rss_subscribe", action="subscribe", url=url)
    server.serve("/feed", status=500)

    trouble = await run_skill("rss_subscribe", action="check")

    assert (nothing.ok, nothing.signals) == (True, ())
    assert trouble.text.startswith("not_fetched: no feed could be fetched: http_500: ")


NESTED = b"<rss version='2.0'><channel>" + b"<item>" * 300_000


async def test_a_feed_that_takes_for_ever_to_read_stops_no_other(
    server: WebServer, run_skill: RunSkill, url: str
) -> None:
    """A small one can be built so; it is named, and the others' items come."""
    server.serve("/other", feed("x", name="Other"), content_type="text/xml")
    await run_skill("rss_subscribe", action="subscribe", url=server.url("/other"))
    await run_skill("rss_subscribe", action="subscribe", url=url)
    server.serve("/other", NESTED, content_type="text/xml")
    serve(server, "two", "one")

    result = await run_skill("rss_subscribe", action="new")

    assert "## Other\nnot fetched: too_complex: " in result.text
    assert "- two" in result.text


@pytest.mark.parametrize("piece", ["&lt;", "&lt;div&gt;", "&amp;#"])
async def test_markup_without_end_is_cut(
    server: WebServer, run_skill: RunSkill, piece: str
) -> None:
    """A title of a megabyte is shown as far as it fits, or given up; it takes no minute."""
    body = f"<rss version='2.0'><channel><title>{piece * 150_000}</title></channel></rss>"
    server.serve("/feed", body, content_type="text/xml")

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert len(result.text) < 1_000
    assert result.text.startswith(("Subscribed: ", "too_complex: "))
