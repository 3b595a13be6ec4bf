"""Search engines: what they are asked, and what their answers mean."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, JsonValue, ValidationError

from skills.errors import SkillFailure
from skills.http import HttpClient

MAX_ANSWER_BYTES: Final = 2 * 1024 * 1024
ANSWER_TIMEOUT: Final = timedelta(seconds=15)
MAX_TITLE_CHARACTERS: Final = 200
MAX_EXCERPT_CHARACTERS: Final = 400
MAX_URL_CHARACTERS: Final = 1_000
MAX_MARKUP_CHARACTERS: Final = 20_000  # of many "<" without a ">" each is looked for up to the end
HTTP_ERROR: Final = 400
CODES: Final = {401: "refused", 403: "refused", 422: "refused", 429: "rate_limited"}
# https://api-dashboard.search.brave.com/api-reference/web/search/get
BRAVE_FRESHNESS: Final = {"day": "pd", "week": "pw", "month": "pm", "year": "py"}
BRAVE_LANGUAGES: Final = {"zh": "zh-hans"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is searched for; `time_range` is day, week, month, year or empty."""

    query: str
    count: int
    is_news: bool
    time_range: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result, as plain text."""

    title: str
    url: str
    details: tuple[str, ...]  # date and excerpt, as far as there are any


class Engine(Protocol):
    """A search engine; asking again is harmless."""

    name: str

    async def search(self, question: Question, http: HttpClient) -> list[Hit]:
        """Return hits, the best first, perhaps more than asked for.

        Raises:
            SkillFailure: it refused, or what came is no answer.
        """


class _SearXngHit(BaseModel):
    url: str
    title: str = ""
    content: str | None = None
    publishedDate: str | None = None  # noqa: N815 - SearXNG's name


class _SearXngAnswer(BaseModel):
    results: list[_SearXngHit]
    unresponsive_engines: list[list[JsonValue]] = []  # name and reason of each


class SearXng:
    """A SearXNG instance: https://docs.searxng.org/dev/search_api.html."""

    name = "SearXNG"

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    async def search(self, question: Question, http: HttpClient) -> list[Hit]:
        """Ask for the first page."""
        query = {
            "q": question.query,
            "format": "json",
            "categories": "news" if question.is_news else "general",
            "language": question.language or "auto",
            **({"time_range": question.time_range} if question.time_range else {}),
        }
        url = f"{self._base_url}/search?{urlencode(query)}"
        answer = await _get(url, {}, _SearXngAnswer, http)
        if not answer.results and answer.unresponsive_engines:
            engines = "; ".join(": ".join(map(str, one)) for one in answer.unresponsive_engines)
            reasons = _plain(engines, MAX_EXCERPT_CHARACTERS)
            raise SkillFailure("no_engine", f"the engines that it asks gave nothing ({reasons})")
        return _hits((it.url, it.title, it.publishedDate, it.content) for it in answer.results)


class _BraveHit(BaseModel):
    url: str
    title: str = ""
    description: str | None = None
    page_age: str | None = None


class _BraveHits(BaseModel):
    results: list[_BraveHit] = []


class _BraveWeb(BaseModel):
    """The web search's answer, which leaves `web` out where it found nothing."""

    type: str
    web: _BraveHits = _BraveHits()


class _BraveNews(_BraveHits):
    """The news search's answer."""

    type: str


class Brave:
    """Brave's search API: https://api-dashboard.search.brave.com/api-reference/web/search/get."""

    name = "Brave"

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key

    async def search(self, question: Question, http: HttpClient) -> list[Hit]:
        """Ask for the first page."""
        language = BRAVE_LANGUAGES.get(question.language, question.language)
        freshness = BRAVE_FRESHNESS.get(question.time_range)
        query = {
            "q": question.query,
            "count": str(question.count),
            **({"search_lang": language} if language else {}),
            **({"freshness": freshness} if freshness else {}),
        }
        kind = "news" if question.is_news else "web"
        url = f"{self._base_url}/res/v1/{kind}/search?{urlencode(query)}"
        headers = {"X-Subscription-Token": self._key, "Accept": "application/json"}
        found: _BraveHits
        if question.is_news:
            found = await _get(url, headers, _BraveNews, http)
        else:
            found = (await _get(url, headers, _BraveWeb, http)).web
        return _hits((it.url, it.title, it.page_age, it.description) for it in found.results)


Answer = TypeVar("Answer", bound=BaseModel)


async def _get(
    url: str, headers: Mapping[str, str], kind: type[Answer], http: HttpClient
) -> Answer:
    """Fetch JSON of one kind.

    Raises:
        SkillFailure: the engine refused, or what it sent is something else.
    """
    response = await http.get(
        url, headers=headers, max_bytes=MAX_ANSWER_BYTES, timeout=ANSWER_TIMEOUT
    )
    if response.status >= HTTP_ERROR:
        code = CODES.get(response.status, f"http_{response.status}")
        raise SkillFailure(code, f"it answered with status {response.status}")
    try:
        return kind.model_validate_json(response.text)
    except ValidationError as error:
        raise SkillFailure("bad_answer", "what came are no results") from error


def _hits(found: Iterable[tuple[str, str, str | None, str | None]]) -> list[Hit]:
    """Make hits of address, title, date and excerpt; what is no web address is left out."""
    return [
        Hit(
            title=_plain(title, MAX_TITLE_CHARACTERS) or url,
            url=url,
            details=tuple(
                text for text in (_plain(date, 40), _plain(excerpt, MAX_EXCERPT_CHARACTERS)) if text
            ),
        )
        for url, title, date, excerpt in found
        if url.startswith(("http://", "https://")) and len(url) <= MAX_URL_CHARACTERS
    ]


def _plain(text: str | None, limit: int) -> str:
    """Return text without markup, in one line, cut to `limit` characters."""
    markup = (text or "")[:MAX_MARKUP_CHARACTERS]
    line = " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
