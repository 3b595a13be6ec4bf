"""Keeps copies of the files that the Manager sends, until they were sent and for a while after."""

import asyncio
import mimetypes
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import UUID

from channels.message import AttachmentKind
from gateway.filenames import safe_name
from gateway.store.outbox import PartFile
from gateway.store.steps import StepRow
from gateway.workshop import MEBIBYTE
from manager.tools.files import SEND_FILE, KeptFile, kept_file
from workers.agent.journal import StepState
from workers.models.pictures import HEAD_BYTES, picture_type
from workers.tools.workspace import Workspace

COPIES_FOLDER = "outbox"  # of the data directory
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that the Manager gave to a person, and the step in which it did."""

    step_key: str
    caption: str
    file: PartFile


class OutgoingFiles:
    """Implements the Manager's `FileDrop` for one task; `was_used` in this attempt."""

    def __init__(self, data_dir: Path, task_id: UUID, workspace: Path, *, max_mb: int) -> None:
        self._folder = data_dir / COPIES_FOLDER / str(task_id)
        self._workspace = Workspace(workspace)
        self._max_bytes = max_mb * MEBIBYTE
        self.was_used = False

    async def keep(self, path: str, caption: str, step_id: str) -> KeptFile:
        """Copy a file of the workspace; see `FileDrop`."""
        self.was_used = True
        number = step_id.rpartition("/")[2].removeprefix("tool-")
        return await asyncio.to_thread(self._keep, path, caption, number)

    def _keep(self, path: str, caption: str, number: str) -> KeptFile:
        name = safe_name(PurePosixPath(path).name, AttachmentKind.DOCUMENT)
        self._folder.mkdir(parents=True, exist_ok=True)
        copy = self._folder / f"{number}-{name}"
        try:
            size = self._workspace.copy_out(path, copy, self._max_bytes)
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        _put_on_disk(self._folder)
        return KeptFile(
            copy=copy.name, name=name, mime_type=_type_of(copy), size_bytes=size, caption=caption
        )

    def sent(self, steps: Sequence[StepRow], run_id: UUID) -> Sequence[SentFile]:
        """Return what a run has sent according to its journal, in order."""
        found = []
        for step in steps:
            is_one = step.run_id == run_id and step.name == SEND_FILE
            kept = kept_file(step.result) if is_one and step.state is StepState.DONE else None
            if kept is not None:
                file = PartFile(
                    path=str(self._folder / kept.copy),
                    name=kept.name,
                    mime_type=kept.mime_type,
                    size_bytes=kept.size_bytes,
                )
                found.append(SentFile(step_key=step.step_key, caption=kept.caption, file=file))
        return found


def tasks_with_copies(data_dir: Path) -> list[UUID]:
    """Return the tasks of which copies are kept."""
    found = []
    for folder in (data_dir / COPIES_FOLDER).glob("*-*-*-*-*"):
        with suppress(ValueError):  # somebody else's folder
            found.append(UUID(folder.name))
    return found


def remove_copies(data_dir: Path, task_id: UUID) -> None:
    """Remove the copies of a task; harmless where there are none."""
    shutil.rmtree(data_dir / COPIES_FOLDER / str(task_id), ignore_errors=True)


def _type_of(copy: Path) -> str:
    with copy.open("rb") as file:
        seen = picture_type(file.read(HEAD_BYTES))
    return seen or mimetypes.guess_type(copy.name)[0] or UNKNOWN_TYPE


def _put_on_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
