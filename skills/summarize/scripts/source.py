"""Gets a long text whole: from a page, from a file of the conversation, or as it was given."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from skills.charset import decode
from skills.errors import SkillFailure
from skills.http import HttpResponse
from skills.runtime import Runtime
from skills.web_fetch.scripts.execute import ACCEPT, read_page

MAX_FILE_BYTES: Final = 5 * 1024 * 1024
MAX_CHARACTERS: Final = 600_000
HTML_ENDINGS: Final = frozenset({".html", ".htm", ".xhtml"})
KINDS: Final = ("url", "path", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text, and where it is from."""

    title: str
    origin: str
    text: str

    @property
    def name(self) -> str:
        """What it is called when somebody is told of it."""
        return f"'{self.title}' ({self.origin})" if self.title else self.origin

    @property
    def digest(self) -> str:
        """What tells this text from others, for the name of a folder."""
        return hashlib.sha256(self.text.encode(errors="replace")).hexdigest()[:8]


async def read_source(params: Mapping[str, JsonValue], runtime: Runtime) -> Source:
    """Return the text that is meant.

    Raises:
        SkillFailure: it is not said which, it can't be had, it is empty, or too long.
    """
    given = [kind for kind in KINDS if params.get(kind)]
    if len(given) != 1:
        raise SkillFailure("source_missing", "give one of url, path and text")
    value = str(params[given[0]])
    if given[0] == "url":
        response = await runtime.http.get(value, headers=ACCEPT)
        page = read_page(response)
        source = Source(title=page.title, origin=response.url, text=page.text)
    elif given[0] == "path":
        source = await asyncio.to_thread(_read_file, runtime.work_dir, value)
    else:
        source = Source(title="", origin="the given text", text=value)
    text = source.text.replace("\r\n", "\n").strip()
    if not text:
        raise SkillFailure("no_text", f"{source.origin} holds no text")
    if len(text) > MAX_CHARACTERS:
        message = f"{source.origin} has {len(text)} characters, at most {MAX_CHARACTERS} are taken"
        raise SkillFailure("too_long", message)
    return Source(title=source.title, origin=source.origin, text=f"{text}\n")


def _read_file(work_dir: Path, path: str) -> Source:
    file = (work_dir / path).resolve()
    if not file.is_relative_to(work_dir.resolve()) or not file.is_file():
        raise SkillFailure("no_such_file", f"there is no file '{path}' in the working directory")
    if file.stat().st_size > MAX_FILE_BYTES:
        raise SkillFailure("too_large", f"'{path}' is larger than {MAX_FILE_BYTES} bytes")
    body = file.read_bytes()
    if file.suffix.lower() in HTML_ENDINGS:
        page = read_page(
            HttpResponse(url=path, status=200, headers={"content-type": "text/html"}, body=body)
        )
        return Source(title=page.title, origin=path, text=page.text)
    text = decode(body)
    if "\0" in text:
        raise SkillFailure("not_text", f"'{path}' is no text; make a text of it first, with bash")
    return Source(title="", origin=path, text=text)
