"""Subscriptions to RSS, Atom and JSON feeds: each new item is returned once (how: see SKILL.md)."""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from skills.errors import SkillFailure
from skills.http import HttpClient
from skills.result import Signal, SkillContext
from skills.rss_subscribe.scripts.feeds import Fetched, Item, parse_feed
from skills.runtime import Runtime
from skills.state import held, replace_text, take_in

STATE_FILE = "feeds.json"
MAX_FEEDS = 50
MAX_FEED_BYTES = 2 * 1024 * 1024
MAX_SEEN = 2_000  # ids kept for one feed
MAX_NEW_ITEMS = 50  # in one answer
MAX_ANSWERS = 20  # kept for calls that are made again
MAX_LINK_CHARACTERS = 2_000
SAMPLE_ITEMS = 3
FETCHES_AT_ONCE = 10
FETCH_TIMEOUT = timedelta(seconds=10)
HTTP_NOT_MODIFIED = 304
HTTP_ERROR = 400


class Feed(BaseModel):
    """What is kept of one subscription; `seen` holds the ids of items, newest first."""

    model_config = ConfigDict(extra="forbid")

    title: str
    etag: str = ""
    last_modified: str = ""
    seen: list[str] = []


class Subscriptions(BaseModel):
    """All that is kept for one person: feeds by address, and the last answers by call id."""

    model_config = ConfigDict(extra="forbid")

    feeds: dict[str, Feed] = {}
    answers: dict[str, str] = Field(default_factory=dict)


async def execute(
    ctx: SkillContext, params: Mapping[str, JsonValue], runtime: Runtime
) -> str | dict[str, list[Signal]]:
    """Do one action; a call that is made again under its id gets its first answer."""
    action = str(params["action"])
    url = str(params.get("url", "")).strip()
    take_in(runtime.state_dir, partial(_add, runtime.state_dir))
    if action == "check":
        return {"signals": await _signals(_load(runtime.state_dir), runtime.http)}
    with held(runtime.state_dir):
        kept = _load(runtime.state_dir)
        if ctx.call_id in kept.answers:
            return kept.answers[ctx.call_id]
        text = await _act(action, url, kept, runtime.http)
        if ctx.call_id:
            kept.answers[ctx.call_id] = text
            for oldest in list(kept.answers)[:-MAX_ANSWERS]:
                del kept.answers[oldest]
        replace_text(runtime.state_dir / STATE_FILE, kept.model_dump_json())
    return text


async def _act(action: str, url: str, kept: Subscriptions, http: HttpClient) -> str:
    if action == "list":
        return _listing(kept)
    if action == "new":
        return await _new_items(kept, http)
    if not url:
        raise SkillFailure("url_missing", f"'{action}' needs the feed's address as 'url'")
    if action == "unsubscribe":
        return _unsubscribe(kept, url)
    return await _subscribe(kept, url, http)


async def _subscribe(kept: Subscriptions, url: str, http: HttpClient) -> str:
    if url in kept.feeds:
        return f"Already subscribed: {kept.feeds[url].title} ({url})"
    if len(kept.feeds) >= MAX_FEEDS:
        message = f"there are {MAX_FEEDS} subscriptions already; unsubscribe from one first"
        raise SkillFailure("too_many_feeds", message)
    fetched = await _fetch(url, Feed(title=url), http)
    if fetched is None:
        raise SkillFailure("no_feed", f"{url} sent nothing")
    kept.feeds[url] = _seen_now(Feed(title=fetched.title), fetched, fetched.items)
    sample = "\n".join(_line(item) for item in fetched.items[:SAMPLE_ITEMS])
    return f"Subscribed: {fetched.title} ({url}). Latest items:\n{sample or '(none yet)'}"


def _unsubscribe(kept: Subscriptions, url: str) -> str:
    if url not in kept.feeds:
        message = f"there is no subscription to {url}; 'list' shows the addresses"
        raise SkillFailure("not_subscribed", message)
    return f"Unsubscribed: {kept.feeds.pop(url).title} ({url})"


def _listing(kept: Subscriptions) -> str:
    lines = [f"- {feed.title}: {url}" for url, feed in kept.feeds.items()]
    return "\n".join(lines) or "There are no subscriptions."


async def _new_items(kept: Subscriptions, http: HttpClient) -> str:
    """Fetch all feeds, then mark as seen what goes into the answer."""
    if not kept.feeds:
        return "There are no subscriptions."
    sections: list[str] = []
    room = MAX_NEW_ITEMS
    for url, fetched in (await _fetch_all(kept, http)).items():
        feed = kept.feeds[url]
        if isinstance(fetched, str):
            sections.append(f"## {feed.title}\nnot fetched: {fetched}")
        elif fetched is not None:
            fresh = _unseen(feed, fetched)
            shown = fresh[-room:] if room else ()  # the oldest first: the rest stays new
            kept.feeds[url] = _seen_now(feed, fetched, shown, is_complete=shown == fresh)
            room -= len(shown)
            sections += _section(fetched.title, shown, len(fresh) - len(shown))
    return "\n\n".join(sections) or "Nothing new."


async def _signals(kept: Subscriptions, http: HttpClient) -> list[Signal]:
    """Return what `new` would return, as findings; nothing becomes known, and nothing is kept."""
    found: list[Signal] = []
    for url, fetched in (await _fetch_all(kept, http)).items():
        if isinstance(fetched, Fetched):
            found += [_signal(url, item) for item in _unseen(kept.feeds[url], fetched)]
    return found[:MAX_NEW_ITEMS]


def _signal(url: str, item: Item) -> Signal:
    """Make a finding; two feeds may use the same ids for different items."""
    feed = hashlib.sha256(url.encode("utf-8", errors="replace")).hexdigest()[:16]
    return Signal(
        fingerprint=f"{feed}/{item.id}",
        title=item.title,
        url=item.link if len(item.link) <= MAX_LINK_CHARACTERS else "",
        detail=item.summary,
    )


def _unseen(feed: Feed, fetched: Fetched) -> tuple[Item, ...]:
    seen = frozenset(feed.seen)
    return tuple(item for item in fetched.items if item.id not in seen)


async def _fetch_all(kept: Subscriptions, http: HttpClient) -> dict[str, Fetched | str | None]:
    """Fetch all feeds side by side, by address."""
    gate = asyncio.Semaphore(FETCHES_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        fetches = {
            url: group.create_task(_fetch_or_reason(url, feed, http, gate))
            for url, feed in kept.feeds.items()
        }
    return {url: fetch.result() for url, fetch in fetches.items()}


async def _fetch_or_reason(
    url: str, feed: Feed, http: HttpClient, gate: asyncio.Semaphore
) -> Fetched | str | None:
    """Fetch one of many: a feed's trouble is a sentence, so that it does not stop the others."""
    async with gate:
        try:
            return await _fetch(url, feed, http)
        except SkillFailure as error:
            return f"{error.code}: {error.message}"


async def _fetch(url: str, feed: Feed, http: HttpClient) -> Fetched | None:
    """Return what the feed holds, None if it did not change.

    Raises:
        SkillFailure: there is no usable response, the server refused, or what it sent is no feed.
    """
    marks = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    response = await http.get(
        url,
        headers={name: value for name, value in marks.items() if value},
        max_bytes=MAX_FEED_BYTES,
        timeout=FETCH_TIMEOUT,
    )
    if response.status == HTTP_NOT_MODIFIED:
        return None
    if response.status >= HTTP_ERROR:
        message = f"{response.url} answered with status {response.status}"
        raise SkillFailure(f"http_{response.status}", message)
    return await asyncio.to_thread(parse_feed, response)


def _seen_now(
    feed: Feed, fetched: Fetched, shown: tuple[Item, ...], *, is_complete: bool = True
) -> Feed:
    """Return the subscription with `shown` marked as seen.

    The marks of a conditional request are kept only when nothing new is left in the feed: with
    them, the server would answer "not modified" and the rest would never come.
    """
    known = {item.id for item in shown} | set(feed.seen)
    in_feed = [item.id for item in fetched.items if item.id in known]
    seen = list(dict.fromkeys([*in_feed, *feed.seen]))
    return Feed(
        title=fetched.title,
        etag=fetched.etag if is_complete else "",
        last_modified=fetched.last_modified if is_complete else "",
        seen=seen[:MAX_SEEN],
    )


def _section(title: str, items: tuple[Item, ...], left: int) -> list[str]:
    if not items and not left:
        return []
    more = [f"({left} more come with the next 'new')"] if left else []
    return ["\n".join([f"## {title}", *(_line(item) for item in items), *more])]


def _line(item: Item) -> str:
    parts = (f"- {item.title}", item.link, item.published, item.summary)
    return " · ".join(part for part in parts if part)


def _add(state_dir: Path, other: Path) -> None:
    """Add the feeds of an account that turned out to be the same person's; a known one stays."""
    kept = _load(state_dir)
    kept.feeds = _load(other).feeds | kept.feeds
    replace_text(state_dir / STATE_FILE, kept.model_dump_json())


def _load(state_dir: Path) -> Subscriptions:
    path = state_dir / STATE_FILE
    return (
        Subscriptions.model_validate_json(path.read_bytes()) if path.exists() else Subscriptions()
    )
