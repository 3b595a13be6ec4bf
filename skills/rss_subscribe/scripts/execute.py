"""Subscriptions to RSS, Atom and JSON feeds: each new item is returned once (how: see SKILL.md)."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from skills.errors import SkillFailure
from skills.http import HttpClient, HttpResponse
from skills.result import Signal, SkillContext
from skills.rss_subscribe.scripts.feeds import Fetched, Item, parse_feed
from skills.runtime import Runtime
from skills.state import held, read_state, replace_text, take_in

STATE_FILE = "feeds.json"
MAX_WAITING = 500  # items of one feed that `new` has yet to return
MAX_FEEDS = 50
MAX_FEED_BYTES = 2 * 1024 * 1024
MAX_SEEN = 2_000  # ids kept for one feed
MAX_NEW_ITEMS = 50  # in one answer
MAX_SIGNALS = 200  # as many as a skill may return
MAX_ANSWERS = 20  # kept for calls that are made again
SAMPLE_ITEMS = 3
FETCHES_AT_ONCE = 10
FETCH_TIMEOUT = timedelta(seconds=10)
SIGNALLED = timedelta(days=60)  # less than a heartbeat remembers what it has told
HTTP_NOT_MODIFIED = 304
HTTP_ERROR = 400


class Feed(BaseModel):
    """What is kept of one subscription.

    `seen` holds the ids of items that were returned, `waiting` the items that were found and are
    still to be returned by `new`; the newest first.
    """

    model_config = ConfigDict(extra="forbid")

    title: str
    etag: str = ""
    last_modified: str = ""
    seen: list[str] = []
    waiting: list[Item] = []


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
    with held(runtime.state_dir):
        kept = _load(runtime.state_dir)
        if action == "check":
            signals = await _signals(kept, runtime.http)
            _store(runtime.state_dir, kept)
            return {"signals": signals}
        if ctx.call_id in kept.answers:
            return kept.answers[ctx.call_id]
        text = await _act(action, url, kept, runtime.http)
        if ctx.call_id:
            kept.answers[ctx.call_id] = text
            for oldest in list(kept.answers)[:-MAX_ANSWERS]:
                del kept.answers[oldest]
        _store(runtime.state_dir, kept)
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
    response = await _fetch(url, Feed(title=url), http)
    if response is None:
        raise SkillFailure("no_feed", f"{url} sent nothing")
    fetched = parse_feed(response)
    seen = [item.id for item in fetched.items]
    kept.feeds[url] = _with_marks(Feed(title=fetched.title, seen=seen), fetched)
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
    """Look at all feeds, then mark as returned what goes into the answer."""
    if not kept.feeds:
        return "There are no subscriptions."
    troubles = await _look(kept, http)
    sections: list[str] = []
    room = MAX_NEW_ITEMS
    for url, feed in kept.feeds.items():
        shown = feed.waiting[-room:] if room else []  # the oldest first: the rest stays new
        room -= len(shown)
        left = feed.waiting[: len(feed.waiting) - len(shown)]
        kept.feeds[url] = feed.model_copy(
            update={"waiting": left, "seen": _ids(shown, feed.seen)[:MAX_SEEN]}
        )
        sections += _section(feed.title, shown, len(left), troubles.get(url, ""))
    return "\n\n".join(sections) or "Nothing new."


async def _signals(kept: Subscriptions, http: HttpClient) -> list[Signal]:
    """Return what `new` would return, as findings, those first that were found last."""
    troubles = await _look(kept, http)
    if troubles and len(troubles) == len(kept.feeds):
        raise SkillFailure(
            "not_fetched", f"no feed could be fetched: {next(iter(troubles.values()))}"
        )
    oldest = (datetime.now(UTC) - SIGNALLED).timestamp()
    waiting = [
        (url, item)
        for url, feed in kept.feeds.items()
        for item in feed.waiting
        if item.found > oldest
    ]
    waiting.sort(key=lambda one: -one[1].found)
    return [_signal(url, item) for url, item in waiting[:MAX_SIGNALS]]


def _signal(url: str, item: Item) -> Signal:
    """Make a finding; two feeds may use the same ids for different items."""
    feed = hashlib.sha256(url.encode("utf-8", errors="replace")).hexdigest()[:16]
    return Signal(
        fingerprint=f"{feed}/{item.id}", title=item.title, url=item.link, detail=item.summary
    )


async def _look(kept: Subscriptions, http: HttpClient) -> dict[str, str]:
    """Add to each feed what is new in it; return what went wrong, by address."""
    now = datetime.now(UTC).timestamp()
    troubles: dict[str, str] = {}
    # All are fetched before one is read: reading takes the time in which others would be late.
    for url, response in (await _fetch_all(kept, http)).items():
        try:
            if isinstance(response, SkillFailure):
                raise response
            if response is not None:
                kept.feeds[url] = _taken_in(kept.feeds[url], parse_feed(response), now)
        except SkillFailure as error:
            troubles[url] = f"{error.code}: {error.message}"
    return troubles


def _taken_in(feed: Feed, fetched: Fetched, now: float) -> Feed:
    """Return the subscription with its new items waiting; `now` is in seconds since 1970.

    What is still in the feed stays known, however old it is. Of more than fits to wait, the oldest
    are let go, and stay known.
    """
    known = {*feed.seen, *(item.id for item in feed.waiting)}
    fresh = [replace(item, found=now) for item in fetched.items if item.id not in known]
    waiting = [*fresh, *feed.waiting]
    waits = {item.id for item in waiting[:MAX_WAITING]}
    in_feed = [item for item in fetched.items if item.id not in waits]
    seen = _ids([*in_feed, *waiting[MAX_WAITING:]], feed.seen)[:MAX_SEEN]
    return _with_marks(Feed(title=fetched.title, seen=seen, waiting=waiting[:MAX_WAITING]), fetched)


def _with_marks(feed: Feed, fetched: Fetched) -> Feed:
    """Keep the marks by which the server tells next time that nothing changed."""
    marks = {"etag": fetched.etag, "last_modified": fetched.last_modified}
    return feed.model_copy(update=marks)


def _ids(items: Iterable[Item], more: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*(item.id for item in items), *more]))


async def _fetch_all(
    kept: Subscriptions, http: HttpClient
) -> dict[str, HttpResponse | SkillFailure | None]:
    """Fetch all feeds side by side, by address; None where nothing changed."""
    gate = asyncio.Semaphore(FETCHES_AT_ONCE)

    async def fetch(url: str, feed: Feed) -> HttpResponse | SkillFailure | None:
        async with gate:
            try:
                return await _fetch(url, feed, http)
            except SkillFailure as error:  # one feed's trouble does not stop the others
                return error

    async with asyncio.TaskGroup() as group:
        fetches = {url: group.create_task(fetch(url, feed)) for url, feed in kept.feeds.items()}
    return {url: task.result() for url, task in fetches.items()}


async def _fetch(url: str, feed: Feed, http: HttpClient) -> HttpResponse | None:
    """Ask for a feed; None if it did not change.

    Raises:
        SkillFailure: there is no usable response, or the server refused.
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
    return response


def _section(title: str, items: Sequence[Item], left: int, trouble: str) -> list[str]:
    if not (items or left or trouble):
        return []
    problem = [f"not fetched: {trouble}"] if trouble else []
    more = [f"({left} more come with the next 'new')"] if left else []
    return ["\n".join([f"## {title}", *problem, *(_line(item) for item in items), *more])]


def _line(item: Item) -> str:
    parts = (f"- {item.title}", item.link, item.published, item.summary)
    return " · ".join(part for part in parts if part)


def _add(state_dir: Path, other: Path) -> None:
    """Add the feeds of an account that turned out to be the same person's; a known one stays."""
    kept = _load(state_dir)
    kept.feeds = _load(other).feeds | kept.feeds
    replace_text(state_dir / STATE_FILE, kept.model_dump_json())


def _load(state_dir: Path) -> Subscriptions:
    return read_state(state_dir / STATE_FILE, Subscriptions)


def _store(state_dir: Path, kept: Subscriptions) -> None:
    replace_text(state_dir / STATE_FILE, kept.model_dump_json())
