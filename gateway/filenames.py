"""Names that a file system, a shell and a person can bear, whatever the sender's were."""

import mimetypes
import re
import unicodedata
from typing import Final

from channels.message import AttachmentKind

MAX_NAME_BYTES: Final = 120  # of UTF-8; file systems take 255, and we put something before it
MAX_SUFFIX_BYTES: Final = 16
MAX_MIME_TYPE: Final = 128
_FORBIDDEN: Final = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MIME_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_SUFFIXES: Final = {
    AttachmentKind.PHOTO: ".jpg",
    AttachmentKind.VOICE: ".ogg",
    AttachmentKind.STICKER: ".webp",
    AttachmentKind.VIDEO: ".mp4",
}


def safe_name(name: str, kind: AttachmentKind, mime_type: str = "") -> str:
    """Return a name without folders, control characters, leading dots or great length.

    Names that Windows reserves are changed too, since the folder may be shared. What has no name of
    its own is called by its kind. A name without a suffix gets the one of its type. Total: any
    text gives a name, and different texts may give the same one.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    plain = unicodedata.normalize("NFC", visible).translate(_FORBIDDEN)
    plain = " ".join(plain.split()).lstrip(". -").rstrip(". ")
    if not plain:
        plain = str(kind)
    if _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    stem, suffix = _divided(plain)
    suffix = suffix or _suffix_of(mime_type) or _SUFFIXES.get(kind, "")
    return _clipped(stem, MAX_NAME_BYTES - len(suffix.encode())) + suffix


def safe_mime_type(mime_type: str) -> str:
    """Return a media type, empty where the text is none."""
    is_one = len(mime_type) <= MAX_MIME_TYPE and _MIME_TYPE.fullmatch(mime_type)
    return mime_type.lower() if is_one else ""


def _suffix_of(mime_type: str) -> str:
    # Python says .oga, which few programs and no transcription server know.
    if mime_type == "audio/ogg":
        return ".ogg"
    return mimetypes.guess_extension(mime_type) or ""


def _divided(name: str) -> tuple[str, str]:
    """Divide a name before its suffix; what is too long for a suffix is none."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or " " in suffix or len(suffix.encode()) >= MAX_SUFFIX_BYTES:
        return name, ""
    return stem, dot + suffix


def _clipped(text: str, most_bytes: int) -> str:
    """Return as much of a text as fits, no character cut in two."""
    return text.encode()[:most_bytes].decode(errors="ignore").rstrip(". ")
