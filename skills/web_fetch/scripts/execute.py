"""Fetches one web page and returns its readable text."""

from collections.abc import Mapping
from dataclasses import dataclass

import trafilatura
from pydantic import JsonValue

from skills.errors import SkillFailure
from skills.http import HttpResponse
from skills.result import SkillContext
from skills.runtime import Runtime

PART_CHARACTERS = 8_000
HTTP_ERROR = 400
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript", ""})
TEXT_ENDINGS = ("+json", "+xml")
ACCEPT = {"Accept": "text/html, application/xhtml+xml, text/*;q=0.9, application/json;q=0.9"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a person would read on a page."""

    title: str
    text: str


async def execute(ctx: SkillContext, params: Mapping[str, JsonValue], runtime: Runtime) -> str:
    """Return one part of the page's text, or why there is none."""
    del ctx
    offset = params.get("offset", 0)
    response = await runtime.http.get(str(params["url"]), headers=ACCEPT)
    page = read_page(response)
    return part_of(page, response.url, offset if isinstance(offset, int) else 0)


def read_page(response: HttpResponse) -> Page:
    """Return the readable part of a response.

    Raises:
        SkillFailure: the server refused, or what it sent is no text.
    """
    if response.status >= HTTP_ERROR:
        raise SkillFailure(f"http_{response.status}", f"{response.url} gave no page")
    kind = response.media_type
    is_html = kind in HTML_TYPES or (not kind and b"<html" in response.body[:1024].lower())
    is_text = kind.startswith("text/") or kind in TEXT_TYPES or kind.endswith(TEXT_ENDINGS)
    if not (is_html or is_text) or _is_binary(response):
        raise SkillFailure("not_text", f"{response.url} is '{kind or 'binary data'}', not text")
    page = _read_html(response) if is_html else Page(title="", text=response.text)
    if not page.text.strip():
        raise SkillFailure("no_text", f"{response.url} holds no readable text")
    return page


def _is_binary(response: HttpResponse) -> bool:
    """Return whether NUL bytes are in it that UTF-16 or UTF-32 does not explain."""
    return "\0" in response.text


def part_of(page: Page, url: str, offset: int) -> str:
    """Return the text from `offset` on, as much as fits, below a heading.

    Raises:
        SkillFailure: there is no text at `offset`.
    """
    total = len(page.text)
    if offset >= total:
        raise SkillFailure("past_the_end", f"the text has {total} characters")
    end = min(offset + PART_CHARACTERS, total)
    title = f"Title: {page.title}\n" if page.title else ""
    heading = f"{title}URL: {url}\n"
    if offset == 0 and end == total:
        return f"{heading}\n{page.text}"
    onward = f"; go on with offset={end}" if end < total else ""
    return f"{heading}\n{page.text[offset:end]}\n[characters {offset}-{end} of {total}{onward}]"


def _read_html(response: HttpResponse) -> Page:
    """Extract the main text as Markdown; where nothing stands out, take all the text there is."""
    html = response.text
    document = trafilatura.bare_extraction(html, url=response.url, with_metadata=True)
    title = getattr(document, "title", None) or ""
    main = trafilatura.extract(
        html, url=response.url, output_format="markdown", include_links=True, include_tables=True
    )
    return Page(title=title, text=main or trafilatura.html2txt(html))
