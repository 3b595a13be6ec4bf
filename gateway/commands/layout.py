"""How facts are laid out as CommonMark."""

import re
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from gateway.phrases import Phrase, say

SHORT_ID_CHARACTERS = 8
EXCERPT_CHARACTERS = 80
_SENTENCE = re.compile(r".+?(?:[。！？]|[.!?](?=\s)|$)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MARKUP = re.compile(r"([\\`*_\[\]<>#&~|])")


def short_id(task_id: UUID) -> str:
    """Return the beginning of an id, enough to find it again with `/task`."""
    return str(task_id)[:SHORT_ID_CHARACTERS]


def plain(text: str) -> str:
    """Return somebody else's words on one line and without any effect as markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Return a short name as code, whatever it holds."""
    return f"`{' '.join(text.split()).replace('`', chr(39))}`"


def excerpt(text: str, most: int = EXCERPT_CHARACTERS) -> str:
    """Return the beginning of a text on one line, without any effect as markup."""
    line = " ".join(text.split())
    return plain(line if len(line) <= most else line[: most - 1].rstrip() + "…")


def first_sentence(text: str, language: str) -> str:
    """Return the first sentence in the person's language; simply the first if there is none.

    Descriptions say the same in English and in Chinese, one after the other.
    """
    sentences = _SENTENCE.findall(" ".join(text.split()))
    wants_chinese = language.startswith("zh")
    fitting = (one for one in sentences if bool(_CHINESE.search(one)) is wants_chinese)
    return str(next(fitting, sentences[0] if sentences else text)).strip()


def bullets(lines: Iterable[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {line}" for line in lines)


def paragraphs(*blocks: str) -> str:
    """Return blocks with an empty line between them; empty ones are left out."""
    return "\n\n".join(block for block in blocks if block)


def span(time: timedelta, language: str) -> str:
    """Return a length of time in its two largest units at most."""
    seconds = max(int(time.total_seconds()), 0)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        return say(Phrase.SPAN_DAYS, language, days=days, hours=hours % 24)
    if hours:
        return say(Phrase.SPAN_HOURS, language, hours=hours, minutes=minutes % 60)
    if minutes:
        return say(Phrase.SPAN_MINUTES, language, minutes=minutes)
    return say(Phrase.SPAN_SECONDS, language, seconds=seconds)


def ago(time: timedelta, language: str) -> str:
    """Return how long ago something was."""
    return say(Phrase.AGO, language, span=span(time, language))


def seconds(time: timedelta) -> str:
    """Return a short length of time, to a tenth of a second."""
    return f"{time.total_seconds():.1f} s"
