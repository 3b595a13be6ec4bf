"""Which of the files that came for a task are pictures that a model can look at."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gateway.store.files import FileState, ReceivedFile
from workers.errors import ToolError
from workers.models.pictures import MAX_PICTURE_BYTES, picture_type
from workers.models.protocol import Picture
from workers.tools.workspace import Workspace

MOST_PICTURES = 8  # in one request


async def pictures_of(files: Sequence[ReceivedFile], workspace: Path) -> tuple[Picture, ...]:
    """Read the pictures among the files; one that is too large or gone stays a path in the text."""
    stored = [one for one in files if one.state is FileState.STORED]
    small = [one for one in stored if (one.size_bytes or 0) <= MAX_PICTURE_BYTES]
    home = Workspace(workspace)
    found = [await asyncio.to_thread(_picture, home, one.path) for one in small]
    return tuple(one for one in found if one is not None)[:MOST_PICTURES]


def _picture(home: Workspace, path: str) -> Picture | None:
    try:
        data = home.read(path, MAX_PICTURE_BYTES)
    except ToolError:  # the person's own work in the workspace may have moved it
        return None
    mime_type = picture_type(data)
    return Picture(mime_type=mime_type, data=data) if mime_type else None
