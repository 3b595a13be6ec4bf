"""Text that every encoder takes: no NUL, no unpaired surrogates."""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_SUSPECT = re.compile("[\x00\ud800-\udfff]")


def well_formed(text: str) -> str:
    """Return `text` with surrogate pairs joined, and NUL and lone surrogates as U+FFFD."""
    if not _SUSPECT.search(text):
        return text
    # UTF-16 is where a pair of surrogates means one character, so its decoder joins and judges.
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\x00", REPLACEMENT)


class WellFormedStream:
    """Makes a text well-formed that comes in pieces, where a cut may divide a surrogate pair."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """Take the next piece and return what can be said of it by now."""
        text = self._held + piece
        self._held = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        return well_formed(text)

    def end(self) -> str:
        """Return what was held back for a second half that never came."""
        held, self._held = self._held, ""
        return well_formed(held)
