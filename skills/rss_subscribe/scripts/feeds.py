"""What a feed holds, read from RSS, Atom or JSON."""

import hashlib
import html
import io
import re
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import feedparser
from pydantic import BaseModel, ConfigDict, ValidationError

from skills.errors import SkillFailure
from skills.http import HttpResponse

MAX_ENTRIES = 500  # of one feed; more are not looked at
MAX_TITLE_CHARACTERS = 200
MAX_SUMMARY_CHARACTERS = 240
MAX_MARKUP_CHARACTERS = 20_000  # of one text; what lies behind is not looked at
MAX_LINK_CHARACTERS = 2_000
MAX_DATE_CHARACTERS = 64
PROCESSOR_SECONDS = 3.0  # for one feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed, as plain text; `found` says when, in seconds since 1970."""

    id: str
    title: str
    link: str
    published: str
    summary: str
    found: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a feed holds now, and the marks for the next conditional request."""

    title: str
    items: tuple[Item, ...]
    etag: str
    last_modified: str


def parse_feed(response: HttpResponse) -> Fetched:
    """Read a feed from a response; only in a program's main thread, for it is timed by a signal.

    Raises:
        SkillFailure: it is no feed, it declares entities, of which a few lines can fill the
            memory, or it is built so that reading it takes without end.
    """
    try:
        with _bounded():
            return _parsed(response)
    except _TimeIsUpError as error:
        message = f"{response.url} takes more than {PROCESSOR_SECONDS:g} s to read"
        raise SkillFailure("too_complex", message) from error


class _TimeIsUpError(BaseException):
    """Not an `Exception`: a parser that forgives everything must not forgive this."""


@contextmanager
def _bounded() -> Iterator[None]:
    """End what runs inside once it used up its processor time (deep nesting takes hours)."""

    def end(*_: object) -> None:
        raise _TimeIsUpError

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _parsed(response: HttpResponse) -> Fetched:
    if response.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _fetched(response, *_read_json(response))
    # In UTF-16 there is a NUL beside each letter.
    if b"<!ENTITY" in response.body.replace(b"\0", b"").upper():
        raise SkillFailure("entities_refused", f"{response.url} declares XML entities")
    headers = {
        "content-type": response.headers.get("content-type", ""),
        "content-location": response.url,
    }
    parsed = feedparser.parse(io.BytesIO(response.body), response_headers=headers)
    if not parsed.get("version"):  # an empty document has not even that
        raise SkillFailure("no_feed", f"{response.url} is no RSS, Atom or JSON feed")
    entries = parsed.entries[:MAX_ENTRIES]
    return _fetched(response, parsed.feed.get("title"), entries)


class _JsonItem(BaseModel):
    """One item after https://www.jsonfeed.org/version/1.1/; ids may be numbers in old feeds."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = ""
    url: str = ""
    title: str = ""
    summary: str = ""
    content_text: str = ""
    content_html: str = ""
    date_published: str = ""


class _JsonFeed(BaseModel):
    """A JSON feed; what is not read here is left alone."""

    version: str
    title: str = ""
    items: list[_JsonItem] = []


def _read_json(response: HttpResponse) -> tuple[str, list[dict[str, str]]]:
    """Return a JSON feed's title, and its items as feedparser would name their parts."""
    try:
        feed = _JsonFeed.model_validate_json(response.text)
    except ValidationError as error:
        raise SkillFailure("no_feed", f"{response.url} is JSON, but no JSON feed") from error
    if "jsonfeed.org/version/" not in feed.version:
        raise SkillFailure("no_feed", f"{response.url} is JSON, but no JSON feed")
    return feed.title, [
        {
            "id": item.id,
            "link": item.url,
            "title": item.title,
            "published": item.date_published,
            "summary": item.summary or item.content_text or item.content_html,
        }
        for item in feed.items[:MAX_ENTRIES]
    ]


def _fetched(
    response: HttpResponse, title: object, entries: Iterable[Mapping[str, object]]
) -> Fetched:
    return Fetched(
        title=_plain(title, MAX_TITLE_CHARACTERS) or response.url,
        items=tuple(_item(entry) for entry in entries),
        etag=response.headers.get("etag", ""),
        last_modified=response.headers.get("last-modified", ""),
    )


def _item(entry: Mapping[str, object]) -> Item:
    title = _plain(entry.get("title"), MAX_TITLE_CHARACTERS)
    link = str(entry.get("link") or "")
    published = str(entry.get("published") or entry.get("updated") or "")[:MAX_DATE_CHARACTERS]
    identity = str(entry.get("id") or link or f"{title}\n{published}")
    return Item(
        # A digest: ids are as long as their author likes.
        id=hashlib.sha256(identity.encode("utf-8", errors="replace")).hexdigest()[:32],
        title=title or "(untitled)",
        link=link if len(link) <= MAX_LINK_CHARACTERS else "",
        published=published,
        summary=_plain(entry.get("summary"), MAX_SUMMARY_CHARACTERS),
    )


def _plain(value: object, limit: int) -> str:
    """Return the text of an HTML fragment in one line, cut to `limit` characters."""
    # Cut first: of many "<" without a ">" each is looked for up to the end.
    markup = str(value or "")[:MAX_MARKUP_CHARACTERS]
    text = html.unescape(re.sub(r"<[^>]*>", " ", markup))
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
