"""Reads and writes JSON for the scripted model server."""

import json
import re
from typing import Any

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
