"""The skill `rss_subscribe` against a real server: every new item once."""

import gzip
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
    assert "## Other\nnot fetched: the server answered 500" in troubled.text
    assert mended.text.startswith("## Other\n- y")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><body>no feed</body></html>", "no RSS or Atom feed"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]>' + feed("x"), "entities"),
        ('<!DOCTYPE r [<!ENTITY a "b">]><rss/>'.encode("utf-16"), "entities"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than"),
    ],
)
async def test_what_is_no_proper_feed_is_refused(
    server: WebServer, run_skill: RunSkill, body: bytes, words: str
) -> None:
    """Pages, entity bombs and oversized documents are named, and nothing is subscribed."""
    server.serve("/feed", body, content_type="text/xml")

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert not result.ok
    assert words in result.text


async def test_a_compression_bomb_is_refused(server: WebServer, run_skill: RunSkill) -> None:
    """A small body that unpacks to a large one counts as what it unpacks to."""
    bomb = gzip.compress(b" " * 200_000_000)
    server.serve("/feed", bomb, content_type="text/xml", headers={"Content-Encoding": "gzip"})

    result = await run_skill("rss_subscribe", action="subscribe", url=server.url("/feed"))

    assert "larger than" in result.text


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

    assert not result.ok
    assert (tmp_path / "state" / "feeds.json").read_text() == "{broken"
