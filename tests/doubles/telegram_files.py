"""Files on Telegram: what people send, what the bot uploads, and what the Bot API says of both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from channels.telegram.outbound import MAX_CAPTION_UNITS, utf16_units
from tests.doubles.telegram_rules import CheckedText, JsonObject, bad_request, check_entities

MOST_FETCHED: Final = 20 * 1024 * 1024
"""Bytes of a file that a bot may download: https://core.telegram.org/bots/api#getfile."""

MIDDLE: Final = 2  # a download stops for a moment after one part of so many


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file in a chat; `kind` is the name of its field: photo, document or voice.

    `announced` is the size that the Bot API tells, which may be wrong.
    """

    id: str
    kind: str
    name: str
    mime_type: str
    data: bytes
    announced: int

    def as_json(self) -> object:
        """Return the Bot API's form."""
        shown: JsonObject = {"file_id": self.id, "file_unique_id": f"u{self.id}"}
        shown["file_size"] = self.announced
        match self.kind:
            case "photo":
                return [shown | {"width": 640, "height": 480}]
            case "voice":
                return shown | {"duration": 3, "mime_type": self.mime_type}
            case _:
                return shown | {"file_name": self.name, "mime_type": self.mime_type}


def file_of(
    data: bytes,
    *,
    kind: str = "document",
    name: str = "",
    mime_type: str = "",
    announced: int | None = None,
) -> StoredFile:
    """Return a file that a person may send."""
    return StoredFile(
        id=f"{kind}-{uuid4().hex}",
        kind=kind,
        name=name,
        mime_type=mime_type,
        data=data,
        announced=len(data) if announced is None else announced,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came with a request."""

    name: str
    data: bytes


def uploaded(kind: str, params: Mapping[str, str], uploads: Mapping[str, Upload]) -> StoredFile:
    """Return the file of a sendDocument or sendPhoto; raises `ApiRefusal`."""
    upload = uploads.get(params.get(kind, "").removeprefix("attach://"))
    if upload is None:
        raise bad_request(f"there is no {kind} in the request")
    if not upload.data:
        raise bad_request("file must be non-empty")
    if kind == "photo" and b"too long" in upload.data:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return StoredFile(
        id=f"bot-{upload.name}",
        kind=kind,
        name=upload.name,
        mime_type="",
        data=upload.data,
        announced=len(upload.data),
    )


def check_caption(params: Mapping[str, str]) -> CheckedText:
    """Return the words beside a file, maybe none; raises `ApiRefusal`."""
    text = params.get("caption", "")
    if utf16_units(text) > MAX_CAPTION_UNITS:
        raise bad_request("message caption is too long")
    entities = tuple(json.loads(params.get("caption_entities") or "[]"))
    check_entities(entities, text)
    return CheckedText(text=text, entities=entities)
