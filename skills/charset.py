"""Finds out in which character encoding a page came, and decodes it."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

SNIFFED_BYTES: Final = 2048
BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Browsers read these labels as supersets (https://encoding.spec.whatwg.org/#names-and-labels).
SUPERSETS: Final = {
    "ascii": "windows-1252",
    "iso8859-1": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
# In HTML `<meta charset=…>` or `content="…; charset=…"`, in XML `encoding="…"`.
IN_DOCUMENT: Final = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""")


def decode(body: bytes, declared: str = "") -> str:
    """Decode by byte order mark, declared charset, the document's own word, then by trying.

    Never fails: bytes that fit nothing become replacement characters.
    """
    for name in _candidates(body, declared):
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode(_known(declared) or "utf-8", errors="replace")


def _candidates(body: bytes, declared: str) -> Iterator[str]:
    yield from (name for mark, name in BYTE_ORDER_MARKS if body.startswith(mark))
    yield _known(declared)
    if found := IN_DOCUMENT.search(body[:SNIFFED_BYTES]):
        yield _known(found[1].decode("ascii"))
    yield "utf-8"
    yield "gb18030"  # the commonest of the rest among our users, and strict


def _known(label: str) -> str:
    """Return Python's name of a text encoding, empty if it has none."""
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
        "".encode(name)  # `codecs` also knows transformations such as zip that are no encodings
    except LookupError:
        return ""
    return SUPERSETS.get(name, name)
