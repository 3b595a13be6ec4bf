"""Subscriptions to RSS and Atom feeds: each new item is returned once (how: see SKILL.md)."""

import asyncio
import contextlib
import fcntl
import hashlib
import html
import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import feedparser
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from skills.errors import HttpError
from skills.http import HttpClient, HttpResponse
from skills.result import SkillContext
from skills.runtime import Runtime

MAX_FEEDS = 50
MAX_FEED_BYTES = 2 * 1024 * 1024
MAX_ENTRIES = 500  # of one feed; more are not looked at
MAX_SEEN = 2_000  # ids kept for one feed
MAX_NEW_ITEMS = 50  # in one answer
MAX_ANSWERS = 20  # kept for calls that are made again
MAX_TITLE_CHARACTERS = 200
MAX_SUMMARY_CHARACTERS = 240
SAMPLE_ITEMS = 3
FETCHES_AT_ONCE = 10
FETCH_TIMEOUT = timedelta(seconds=10)
HTTP_NOT_MODIFIED = 304
HTTP_ERROR = 400


class FeedError(Exception):
    """Nothing can be done as asked; the sentence says why."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed, as plain text."""

    id: str
    title: str
    link: str
    published: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a feed holds now, and the marks for the next conditional request."""

    title: str
    items: tuple[Item, ...]
    etag: str
    last_modified: str


async def execute(
    ctx: SkillContext, params: Mapping[str, JsonValue], runtime: Runtime
) -> dict[str, JsonValue]:
    """Do one action; a call that is made again under its id gets its first answer."""
    url = str(params.get("url", "")).strip()
    with _locked(runtime.state_dir):
        kept = _load(runtime.state_dir)
        if ctx.call_id in kept.answers:
            return {"ok": True, "text": kept.answers[ctx.call_id]}
        try:
            text = await _act(str(params["action"]), url, kept, runtime.http)
        except (FeedError, HttpError) as error:
            return {"ok": False, "text": str(error)}
        if ctx.call_id:
            kept.answers[ctx.call_id] = text
            for oldest in list(kept.answers)[:-MAX_ANSWERS]:
                del kept.answers[oldest]
        _store(runtime.state_dir, kept)
    return {"ok": True, "text": text}


async def _act(action: str, url: str, kept: Subscriptions, http: HttpClient) -> str:
    if action == "list":
        return _listing(kept)
    if action == "new":
        return await _new_items(kept, http)
    if not url:
        raise FeedError(f"'{action}' needs the feed's address as 'url'")
    if action == "unsubscribe":
        return _unsubscribe(kept, url)
    return await _subscribe(kept, url, http)


async def _subscribe(kept: Subscriptions, url: str, http: HttpClient) -> str:
    if url in kept.feeds:
        return f"Already subscribed: {kept.feeds[url].title} ({url})"
    if len(kept.feeds) >= MAX_FEEDS:
        raise FeedError(f"there are {MAX_FEEDS} subscriptions already; unsubscribe from one first")
    fetched = await _fetch(url, Feed(title=url), http)
    if fetched is None:
        raise FeedError(f"{url} sent no feed")
    kept.feeds[url] = _seen_now(Feed(title=fetched.title), fetched, fetched.items)
    sample = "\n".join(_line(item) for item in fetched.items[:SAMPLE_ITEMS])
    return f"Subscribed: {fetched.title} ({url}). Latest items:\n{sample or '(none yet)'}"


def _unsubscribe(kept: Subscriptions, url: str) -> str:
    if url not in kept.feeds:
        raise FeedError(f"there is no subscription to {url}; 'list' shows the addresses")
    return f"Unsubscribed: {kept.feeds.pop(url).title} ({url})"


def _listing(kept: Subscriptions) -> str:
    lines = [f"- {feed.title}: {url}" for url, feed in kept.feeds.items()]
    return "\n".join(lines) or "There are no subscriptions."


async def _new_items(kept: Subscriptions, http: HttpClient) -> str:
    """Fetch all feeds side by side, then mark as seen what goes into the answer."""
    if not kept.feeds:
        return "There are no subscriptions."
    gate = asyncio.Semaphore(FETCHES_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        fetches = {
            url: group.create_task(_fetch_or_reason(url, feed, http, gate))
            for url, feed in kept.feeds.items()
        }
    sections: list[str] = []
    room = MAX_NEW_ITEMS
    for url, fetch in fetches.items():
        fetched = fetch.result()
        feed = kept.feeds[url]
        if isinstance(fetched, str):
            sections.append(f"## {feed.title}\nnot fetched: {fetched}")
        elif fetched is not None:
            seen = frozenset(feed.seen)
            fresh = tuple(item for item in fetched.items if item.id not in seen)
            shown = fresh[-room:] if room else ()  # the oldest first: the rest stays new
            kept.feeds[url] = _seen_now(feed, fetched, shown, is_complete=shown == fresh)
            room -= len(shown)
            sections += _section(fetched.title, shown, len(fresh) - len(shown))
    return "\n\n".join(sections) or "Nothing new."


async def _fetch_or_reason(
    url: str, feed: Feed, http: HttpClient, gate: asyncio.Semaphore
) -> Fetched | str | None:
    """Fetch one of many: a feed's trouble is a sentence, so that it does not stop the others."""
    async with gate:
        try:
            return await _fetch(url, feed, http)
        except (FeedError, HttpError) as error:
            return str(error)


async def _fetch(url: str, feed: Feed, http: HttpClient) -> Fetched | None:
    """Return what the feed holds, None if it did not change.

    Raises:
        FeedError: the server refused, or what it sent is no feed.
        HttpError: there is no usable response.
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
        raise FeedError(f"the server answered {response.status}")
    return await asyncio.to_thread(parse_feed, response)


def parse_feed(response: HttpResponse) -> Fetched:
    """Read a feed from a response.

    Raises:
        FeedError: it is no feed, or it declares entities, of which a few lines can fill the memory.
    """
    # In UTF-16 there is a NUL beside each letter.
    if b"<!ENTITY" in response.body.replace(b"\0", b"").upper():
        raise FeedError("the feed declares XML entities, which are refused")
    headers = {
        "content-type": response.headers.get("content-type", ""),
        "content-location": response.url,
    }
    parsed = feedparser.parse(io.BytesIO(response.body), response_headers=headers)
    if not parsed.version:
        raise FeedError(f"{response.url} is no RSS or Atom feed")
    return Fetched(
        title=_plain(parsed.feed.get("title", ""), MAX_TITLE_CHARACTERS) or response.url,
        items=tuple(_item(entry) for entry in parsed.entries[:MAX_ENTRIES]),
        etag=response.headers.get("etag", ""),
        last_modified=response.headers.get("last-modified", ""),
    )


def _item(entry: Mapping[str, object]) -> Item:
    title = _plain(entry.get("title"), MAX_TITLE_CHARACTERS)
    link = str(entry.get("link") or "")
    published = str(entry.get("published") or entry.get("updated") or "")
    identity = str(entry.get("id") or link or f"{title}\n{published}")
    return Item(
        # A digest: ids are as long as their author likes.
        id=hashlib.sha256(identity.encode("utf-8", errors="replace")).hexdigest()[:32],
        title=title or "(untitled)",
        link=link,
        published=published,
        summary=_plain(entry.get("summary"), MAX_SUMMARY_CHARACTERS),
    )


def _plain(value: object, limit: int) -> str:
    """Return the text of an HTML fragment in one line, cut to `limit` characters."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", str(value or "")))
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


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


@contextlib.contextmanager
def _locked(state_dir: Path) -> Iterator[None]:
    """Let one call at a time work on a person's subscriptions; the runner's timeout bounds it."""
    with (state_dir / "feeds.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _load(state_dir: Path) -> Subscriptions:
    path = state_dir / "feeds.json"
    return (
        Subscriptions.model_validate_json(path.read_bytes()) if path.exists() else Subscriptions()
    )


def _store(state_dir: Path, kept: Subscriptions) -> None:
    """Replace the state in one step; it is on disk before the answer is returned."""
    draft = state_dir / "feeds.json.part"
    with draft.open("w", encoding="utf-8") as file:
        file.write(kept.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(state_dir / "feeds.json")
    folder = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
