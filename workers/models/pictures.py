"""Pictures as models take them: which files are any, and how one is written into a request."""

import base64
from typing import Final

from workers.models.protocol import Picture

MAX_PICTURE_BYTES: Final = 5 * 1024 * 1024  # within what all known providers take
HEAD_BYTES: Final = 12  # enough of a file to know its type
_BEGINNINGS: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def picture_type(data: bytes) -> str:
    """Return the media type of a picture by its first bytes, empty for anything else.

    The four types are those that the API takes: https://platform.openai.com/docs/guides/images-vision
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _BEGINNINGS.items() if data.startswith(start)), "")


def data_url(picture: Picture) -> str:
    """Write a picture as a URL that holds it (https://www.rfc-editor.org/rfc/rfc2397)."""
    return f"data:{picture.mime_type};base64,{base64.b64encode(picture.data).decode()}"
