"""Makes any text storable and sendable."""

import re
from typing import Final

_UNPAIRED_SURROGATE_OR_NUL: Final = re.compile("[\ud800-\udfff\x00]")
_SURROGATE_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def wellformed(text: str) -> str:
    """Return `text` as well-formed Unicode without NUL.

    A surrogate pair that some JSON decoder left apart becomes its character; an unpaired surrogate
    (not encodable as UTF-8) and NUL (not storable in PostgreSQL) become U+FFFD.
    """
    if not _UNPAIRED_SURROGATE_OR_NUL.search(text):
        return text
    joined = _SURROGATE_PAIR.sub(_character_of_pair, text)
    return _UNPAIRED_SURROGATE_OR_NUL.sub("\N{REPLACEMENT CHARACTER}", joined)


def _character_of_pair(pair: re.Match[str]) -> str:
    return pair.group().encode("utf-16", "surrogatepass").decode("utf-16")
