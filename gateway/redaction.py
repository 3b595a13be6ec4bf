"""Keeps secrets and control characters out of texts that are shown or stored."""

import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "***"

_MIN_SECRET_CHARS = 6  # masking a shorter "secret" would eat ordinary words

# What a token looks like, for those that nobody told us about:
# https://core.telegram.org/bots/api#authorizing-your-bot, https://api.slack.com/authentication/token-types
_TOKEN_SHAPES = re.compile(
    r"\d{5,}(?::|%3A)[A-Za-z0-9_-]{30,}"  # Telegram bot token, also inside a URL
    r"|\bsk-[A-Za-z0-9_-]{16,}"  # model provider key
    r"|\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{10,}"  # Slack tokens
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # user and password of a URL
    r"|(?<=[Bb]earer )\S+"
    r"|(?<=[?&]access_token=)[^&\s]+"  # DingTalk puts its token into the query
    r"|(?<=[?&]session=)[^&\s]+"  # and the right to answer too
    r"|(?<=[?&]ticket=)[^&\s]+"
)

# C0 and C1 controls, and the marks that turn the direction of text around: they can forge log
# lines, recolour or rewrite a terminal (https://trojansource.codes).
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CONTROLS_BUT_LINES = re.compile(rf"(?![\n\t]){_CONTROLS.pattern}")


class Redactor:
    """Masks known secrets and whatever looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= _MIN_SECRET_CHARS}
        known |= {quote(secret, safe="") for secret in known}
        # The longest first, so that a secret which begins another does not leave the rest of it.
        ordered = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        """Return `text` with every secret replaced by `***`."""
        masked = self._known.sub(MASK, text) if self._known else text
        return _TOKEN_SHAPES.sub(MASK, masked)


def escape_controls(text: str, *, keep_lines: bool = False) -> str:
    r"""Write control characters as `\x1b` and the like; `keep_lines` leaves newline and tab."""
    pattern = _CONTROLS_BUT_LINES if keep_lines else _CONTROLS
    return pattern.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
