"""Fetches the files that come with messages, and keeps them where the Manager's tools find them.

Whatever happens in between, a file is at its path as a whole before its row says so: it is written
beside the workspaces, put on the disk and moved in one step. Its path comes from its id, so that
one which is fetched again after a crash takes its own place.
"""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import structlog

from channels.errors import FileUnavailable
from channels.message import AttachmentKind
from channels.protocol import FetchesFiles
from gateway.clock import Clock
from gateway.config.sections import FileSettings
from gateway.errors import StoreError
from gateway.retry import back_off
from gateway.roster import Roster
from gateway.store import files
from gateway.store.database import Database
from gateway.store.files import Fetched, FileState, ReceivedFile, Wanted
from gateway.wakeup import Wakeup
from gateway.workshop import MEBIBYTE, workspace_folder
from workers.errors import ToolError
from workers.models.errors import ModelError
from workers.tools.workspace import Workspace

FETCHES_AT_ONCE = 4
LOOK_AGAIN_SECONDS = 1.0  # for files that were put off; new ones wake the loop at once
AFTER_ERROR_SECONDS = 5.0
IDLE_SECONDS = 3600.0  # nothing is wanted, and whoever wants something calls
FETCH_TIME = timedelta(minutes=10)  # of one file
MOST_TRIES = 30  # while the platform is the trouble; a full disk ends by itself
DRAFTS_FOLDER = "fetching"  # of the data directory
NOT_SET_UP = "no transcription is set up"

Transcribe = Callable[[Path], Awaitable[str]]
"""Returns the words of a sound file; raises `ModelError`."""

logger = structlog.get_logger(__name__)
T = TypeVar("T")


class KeepingFailed(Exception):  # noqa: N818 - what happened
    """A file was there to be had, and this machine could not keep it; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRoom:
    """What fetching needs of the gateway; without `transcribe` spoken words stay a file."""

    database: Database
    clock: Clock
    roster: Roster
    data_dir: Path
    settings: FileSettings
    transcribe: Transcribe | None = None


class FileFetcher:
    """Fetches what is wanted, a few files at once, and tells the tasks that wait for them."""

    def __init__(self, room: FileRoom) -> None:
        self._room = room
        self._drafts = room.data_dir / DRAFTS_FOLDER
        self._busy: set[UUID] = set()
        self._waiting: dict[UUID, asyncio.Event] = {}  # by task
        self._moving_in = asyncio.Lock()  # the bound on all files is kept by one at a time
        self.wakeup = Wakeup()

    async def run(self) -> None:
        """Fetch until cancelled; what is half fetched then is fetched again at the next start."""
        await asyncio.to_thread(_make_empty, self._drafts)
        async with asyncio.TaskGroup() as group:
            while True:
                wanted = await self._wanted()
                free = FETCHES_AT_ONCE - len(self._busy)
                for file in [one for one in wanted.due if one.file_id not in self._busy][:free]:
                    self._busy.add(file.file_id)
                    group.create_task(self._take(file))
                await self.wakeup.wait(LOOK_AGAIN_SECONDS if wanted.is_any else IDLE_SECONDS)

    async def of_task(self, task_id: UUID) -> Sequence[ReceivedFile]:
        """Return the files that came for a task, once none of them is still wanted.

        Waits no longer than the settings say; then those that are missing say why.
        """
        news = self._waiting.setdefault(task_id, asyncio.Event())
        try:
            async with asyncio.timeout(self._room.settings.wait_seconds):
                while True:
                    news.clear()
                    found = await self._read(task_id)
                    if not any(one.state is FileState.WANTED for one in found):
                        return found
                    await news.wait()
        except TimeoutError:
            return await self._read(task_id)
        finally:
            self._waiting.pop(task_id, None)

    async def _read(self, task_id: UUID) -> Sequence[ReceivedFile]:
        return await self._room.database.transact("files_of_task", lambda: files.of_task(task_id))

    async def _wanted(self) -> Wanted:
        now, channels = self._room.clock.now(), self._room.roster.loaded
        most = FETCHES_AT_ONCE + len(self._busy)
        try:
            return await self._room.database.transact(
                "wanted_files", lambda: files.wanted(channels, now, most)
            )
        except StoreError as error:
            logger.warning("files_unreadable", error=str(error))
            return Wanted(due=(), is_any=True)

    async def _take(self, file: ReceivedFile) -> None:
        """Fetch one file; whatever goes wrong, its row says what follows."""
        try:
            attempt = await self._begin(file)
            try:
                await self._fetch(file)
            except Exception as error:  # noqa: BLE001 - a channel's mistake must not end the loop
                await self._settle_trouble(file, attempt, error)
        except Exception:  # nothing was recorded, so the row stays wanted: it is fetched again
            logger.exception("file_left_wanted", file_id=str(file.file_id))
            await asyncio.sleep(AFTER_ERROR_SECONDS)
        finally:
            self._busy.discard(file.file_id)
            if (news := self._waiting.get(file.task_id)) is not None:
                news.set()
            self.wakeup.call()

    async def _begin(self, file: ReceivedFile) -> int:
        now = self._room.clock.now()
        return await self._room.database.transact(
            "begin_fetch", lambda: files.begin(file.file_id, now)
        )

    async def _fetch(self, file: ReceivedFile) -> None:
        """Fetch a file, move it to its path and say so in its row.

        Raises:
            FileUnavailable: it can't be had now, or for good.
            KeepingFailed: this machine could not keep it.
            TimeoutError: it took too long.
            StoreError: nothing was recorded.
        """
        draft = self._draft(file)
        async with asyncio.timeout(FETCH_TIME.total_seconds()):
            size = await self._download(file, draft)
        words, problem = await self._transcript(file, draft)
        async with self._moving_in:
            await self._make_room(size)
            home = Workspace(workspace_folder(self._room.data_dir, file.conversation_id))
            await _on_disk(lambda: _move_in(home, file.path, draft))
            fetched = Fetched(size_bytes=size, transcript=words, error=problem)
            now = self._room.clock.now()
            await self._room.database.transact(
                "store_file", lambda: files.store(file, fetched, now)
            )
        logger.info("file_stored", file_id=str(file.file_id), kind=str(file.kind), bytes=size)

    async def _download(self, file: ReceivedFile, draft: Path) -> int:
        """Write a file piece by piece, no more than its limit; return its length."""
        channel: object = self._room.roster.find(file.channel)
        limit = self._room.settings.max_mb
        if not isinstance(channel, FetchesFiles):
            raise FileUnavailable(f"files cannot be fetched from {file.channel}")
        too_large = FileUnavailable(f"it is larger than {limit} MB")
        if (file.size_bytes or 0) > limit * MEBIBYTE:
            raise too_large
        size = 0
        pieces = channel.fetch_file(file.attachment)
        stream = await _on_disk(lambda: draft.open("wb"))
        try:
            async for piece in pieces:
                size += len(piece)
                if size > limit * MEBIBYTE:
                    raise too_large
                await _on_disk(partial(stream.write, piece))
        finally:
            stream.close()
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()
        return size

    async def _transcript(self, file: ReceivedFile, draft: Path) -> tuple[str, str]:
        """Return what is said in a voice message, or why that is not known."""
        if file.kind is not AttachmentKind.VOICE:
            return "", ""
        if self._room.transcribe is None:
            return "", NOT_SET_UP
        try:
            words = await self._room.transcribe(draft)
        except ModelError as error:
            logger.warning("voice_not_transcribed", file_id=str(file.file_id), error=str(error))
            return "", str(error)
        return words, "" if words else "nothing was understood"

    async def _make_room(self, size: int) -> None:
        settings, now = self._room.settings, self._room.clock.now()
        leaving = await self._room.database.transact(
            "make_room", lambda: files.make_room(size, settings.total_mb * MEBIBYTE, now)
        )
        if leaving is None:
            raise FileUnavailable(f"all files together may take up {settings.total_mb} MB")
        for file in leaving:
            home = Workspace(workspace_folder(self._room.data_dir, file.conversation_id))
            await _on_disk(partial(home.remove, file.path))
        if leaving:
            logger.info("files_made_room", count=len(leaving))

    async def _settle_trouble(self, file: ReceivedFile, attempt: int, error: Exception) -> None:
        """Record why a file is not there: to be tried again, or for good."""
        if isinstance(error, StoreError):
            raise error
        with contextlib.suppress(OSError):  # what is left is taken out at the next start
            await asyncio.to_thread(self._draft(file).unlink, missing_ok=True)
        reason, wait = _judge(error, attempt)
        now = self._room.clock.now()
        logger.warning(
            "file_not_fetched", file_id=str(file.file_id), reason=reason, is_final=wait is None
        )
        if wait is None:
            await self._room.database.transact(
                "fail_file", lambda: files.fail(file.file_id, reason, now)
            )
            return
        again = now + max(back_off(attempt, reason).wait, wait)
        await self._room.database.transact(
            "put_off_file", lambda: files.put_off(file.file_id, reason, again, now)
        )

    def _draft(self, file: ReceivedFile) -> Path:
        return self._drafts / f"{file.file_id}{Path(file.name).suffix}"


def _judge(error: Exception, attempt: int) -> tuple[str, timedelta | None]:
    """Return what to say of a failure, and the least time until another try; None for never."""
    match error:
        case KeepingFailed():
            return str(error), timedelta(0)
        case FileUnavailable():
            reason, wait = error.reason, error.retry_after
        case TimeoutError():
            reason, wait = f"it took longer than {FETCH_TIME}", timedelta(0)
        case _:
            logger.error("fetch_broke", exc_info=error)
            reason, wait = f"fetching it failed: {type(error).__name__}", timedelta(0)
    return reason, wait if attempt < MOST_TRIES else None


async def _on_disk(work: Callable[[], T]) -> T:
    """Do something with the disk; raises `KeepingFailed`."""
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise KeepingFailed(f"it cannot be kept here: {error.strerror}") from error
    except ToolError as error:
        raise KeepingFailed(f"it cannot be kept here: {error.message}") from error


def _move_in(home: Workspace, path: str, draft: Path) -> None:
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    home.root.mkdir(parents=True, exist_ok=True)
    home.take_in(path, draft)


def _make_empty(folder: Path) -> None:
    """Make a folder, and take out what an earlier process left half done in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
