"""Reads and writes JSON for the scripted model server."""

import base64
import json
import re
from typing import Any

from workers.models.protocol import Picture

# The double reads whatever a client sends; a wrong shape raises and becomes a 400.
JsonObject = dict[str, Any]


def encode(value: object) -> bytes:
    """Return compact JSON; lone surrogates stay escaped, as some servers send them."""
    return json.dumps(value, separators=(",", ":")).encode()


def pieces(text: str) -> list[str]:
    """Cut a text into words with the blanks after them, much as tokens come."""
    return re.findall(r"\s*\S+|\s+$", text)


def fragments(arguments: str, size: int = 9) -> list[str]:
    """Cut tool arguments into pieces that respect nothing."""
    return [arguments[start : start + size] for start in range(0, len(arguments), size)]


def read_picture(url: str) -> Picture:
    """Return the picture that a data URL holds; raises ValueError for any other URL."""
    head, comma, data = url.partition(";base64,")
    if not comma or not head.startswith("data:"):
        raise ValueError(f"no data URL: {url[:40]}")
    return Picture(mime_type=head.removeprefix("data:"), data=base64.b64decode(data, validate=True))
