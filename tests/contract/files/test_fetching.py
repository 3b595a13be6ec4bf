"""A file is in the workspace as a whole before its row says so, or its row says why not."""

import asyncio
import errno
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from channels.errors import FileUnavailable
from channels.message import Attachment, AttachmentKind
from gateway.config.sections import FileSettings
from gateway.files import DRAFTS_FOLDER, MOST_TRIES
from gateway.store.database import Database
from gateway.store.files import FileState
from gateway.workshop import MEBIBYTE, workspace_folder
from tests.contract.files.post import Post
from tests.doubles.channel import PlainChannel
from tests.doubles.databases import query
from workers.models.errors import ModelUnavailable

SMALL = FileSettings(max_mb=1, total_mb=2)
HALF = b"x" * (MEBIBYTE // 2)


@pytest.fixture
def post(database: Database, tmp_path: Path) -> Post:
    """Return a fetcher on each database in turn."""
    return Post(database=database, data_dir=tmp_path)


async def test_a_file_is_stored_where_its_row_says(post: Post) -> None:
    """Whole, in order, and nothing else is left behind."""
    file = await post.settled(await post.accept_file(b"one ", b"two"))
    assert (file.state, file.size_bytes, file.error) == (FileState.STORED, 7, "")
    assert await post.inbox() == {"a.txt": b"one two"}
    assert list((post.data_dir / DRAFTS_FOLDER).iterdir()) == []


async def test_an_empty_file_is_a_file(post: Post) -> None:
    """No bytes are what was sent."""
    file = await post.settled(await post.accept_file())
    assert (file.state, file.size_bytes) == (FileState.STORED, 0)
    assert await post.inbox() == {"a.txt": b""}


async def test_files_of_the_same_name_lie_side_by_side(post: Post) -> None:
    """The second does not replace the first."""
    for data in (b"1", b"2"):
        await post.settled(await post.accept_file(data))
    talk = await post.talk()
    folder = workspace_folder(post.data_dir, talk.conversation_id) / "inbox"
    assert {file.read_bytes() for file in folder.iterdir()} == {b"1", b"2"}


async def test_a_place_is_no_file(post: Post) -> None:
    """There is nothing to fetch for a location."""
    task_id = await post.accept(Attachment(kind=AttachmentKind.LOCATION, file_id="geo:1,2"))
    assert list(await post.fetcher.of_task(task_id)) == []


async def test_an_endless_file_is_cut_off_at_the_bound(database: Database, tmp_path: Path) -> None:
    """Whatever was announced; nothing of it stays."""
    post = Post(database=database, data_dir=tmp_path, settings=SMALL)
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield HALF
        finally:
            closed.set()

    post.source.held["f"] = endless
    task_id = await post.accept(Attachment(kind=AttachmentKind.DOCUMENT, file_id="f", size_bytes=5))
    file = await post.settled(task_id)
    assert (file.state, file.error) == (FileState.FAILED, "it is larger than 1 MB")
    assert closed.is_set()
    assert await post.inbox() == {}
    assert list((tmp_path / DRAFTS_FOLDER).iterdir()) == []


async def test_a_file_that_is_announced_too_large_is_not_asked_for(
    database: Database, tmp_path: Path
) -> None:
    """The platform is spared."""
    post = Post(database=database, data_dir=tmp_path, settings=SMALL)
    huge = Attachment(kind=AttachmentKind.VIDEO, file_id="f", size_bytes=2**70)
    assert (await post.settled(await post.accept(huge))).state is FileState.FAILED
    assert post.source.fetched == []


async def test_a_channel_without_files_says_so(database: Database, tmp_path: Path) -> None:
    """At once and for good."""
    post = Post(database=database, data_dir=tmp_path, channel=PlainChannel())
    task_id = await post.accept(Attachment(kind=AttachmentKind.PHOTO, file_id="f"))
    file = await post.settled(task_id)
    assert (file.state, file.error) == (
        FileState.FAILED,
        "files cannot be fetched from double",
    )


async def test_what_is_gone_is_not_asked_for_again(post: Post) -> None:
    """The reason is kept for the Manager to say."""
    task_id = await post.accept(Attachment(kind=AttachmentKind.DOCUMENT, file_id="unknown"))
    file = await post.settled(task_id)
    assert (file.state, file.error, file.attempt) == (FileState.FAILED, "it is gone", 1)


async def test_a_passing_trouble_is_tried_again_after_its_time(post: Post) -> None:
    """Not before what the platform asks for."""
    post.source.troubles = [FileUnavailable("busy", retry_after=timedelta(minutes=3))]
    task_id = await post.accept_file(b"late")
    assert (await post.put_off(task_id)).error == "busy"
    post.clock.advance(timedelta(minutes=2, seconds=59))
    await post.settled(await post.accept_file(b"now"))
    assert (await post.file_of(task_id)).attempt == 1
    post.clock.advance(timedelta(minutes=6))
    file = await post.settled(task_id)
    assert (file.state, file.error, file.attempt) == (FileState.STORED, "", 2)


async def test_an_endless_trouble_ends(post: Post) -> None:
    """After many tries the file counts as lost, with the last reason."""
    post.source.troubles = [FileUnavailable("busy", retry_after=timedelta(0))]
    task_id = await post.accept_file(b"never")
    sql = "UPDATE files SET attempt = :tries WHERE task_id = :task_id"
    await query(post.database, sql, tries=MOST_TRIES - 1, task_id=task_id)
    file = await post.settled(task_id)
    assert (file.state, file.error) == (FileState.FAILED, "busy")


async def test_a_full_disk_is_waited_out(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes; the row says why, and no half file is left."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    task_id = await post.accept_file(b"big")
    sql = "UPDATE files SET attempt = :tries WHERE task_id = :task_id"
    await query(post.database, sql, tries=MOST_TRIES, task_id=task_id)
    with monkeypatch.context() as patched:
        patched.setattr("gateway.files.os.fsync", full)
        file = await post.put_off(task_id)
    assert file.state is FileState.WANTED
    assert file.error == "it cannot be kept here: No space left on device"
    assert await post.inbox() == {}
    post.clock.advance(timedelta(minutes=10))
    assert (await post.settled(task_id)).state is FileState.STORED


async def test_a_channels_mistake_ends_neither_the_loop_nor_other_files(post: Post) -> None:
    """An error that no channel should raise puts the file off."""
    post.source.troubles = [ZeroDivisionError()]
    broken = await post.accept_file(b"1")
    assert (await post.put_off(broken)).error == "fetching it failed: ZeroDivisionError"
    assert (await post.settled(await post.accept_file(b"2"))).state is FileState.STORED


async def test_what_a_dead_process_left_half_done_is_fetched_again(post: Post) -> None:
    """A draft is thrown away, and a whole file whose row says nothing is replaced in its place."""
    task_id = await post.accept_file(b"whole")
    file = await post.file_of(task_id)
    talk = await post.talk()
    left = workspace_folder(post.data_dir, talk.conversation_id) / file.path
    left.parent.mkdir(parents=True)
    left.write_bytes(b"from before")
    (post.data_dir / DRAFTS_FOLDER).mkdir()
    (post.data_dir / DRAFTS_FOLDER / "half").write_bytes(b"wh")
    await post.settled(task_id)
    assert await post.inbox() == {"a.txt": b"whole"}
    assert list((post.data_dir / DRAFTS_FOLDER).iterdir()) == []


async def test_an_inbox_that_leads_elsewhere_takes_nothing(post: Post, tmp_path: Path) -> None:
    """A link that a tool put in its place is not followed."""
    task_id = await post.accept_file(b"x")
    outside = tmp_path / "outside"
    outside.mkdir()
    home = workspace_folder(post.data_dir, (await post.talk()).conversation_id)
    home.mkdir(parents=True)
    (home / "inbox").symlink_to(outside)
    file = await post.put_off(task_id)
    assert "it cannot be kept here" in file.error
    assert list(outside.iterdir()) == []


async def test_the_oldest_files_of_ended_tasks_make_room(
    database: Database, tmp_path: Path
) -> None:
    """Those of an open task stay, and what was removed says so."""
    settings = FileSettings(max_mb=1, total_mb=1)
    post = Post(database=database, data_dir=tmp_path, settings=settings)
    await post.settled(await post.accept_file(HALF[:1000], name="open.txt"))
    await post.settled(old := await post.accept_file(HALF, name="old.txt"))
    await post.end(old)
    await post.settled(await post.accept_file(HALF, name="new.txt"))
    assert set(await post.inbox()) == {"open.txt", "new.txt"}
    assert (await post.file_of(old)).state is FileState.REMOVED


async def test_what_cannot_fit_is_refused_and_removes_nothing(
    database: Database, tmp_path: Path
) -> None:
    """Files of open tasks leave too little room."""
    settings = FileSettings(max_mb=1, total_mb=1)
    post = Post(database=database, data_dir=tmp_path, settings=settings)
    await post.settled(await post.accept_file(HALF, name="open.txt"))
    file = await post.settled(await post.accept_file(HALF, b"x", name="new.txt"))
    assert (file.state, file.error) == (
        FileState.FAILED,
        "all files together may take up 1 MB",
    )
    assert set(await post.inbox()) == {"open.txt"}


async def test_a_wait_for_files_is_bounded(database: Database, tmp_path: Path) -> None:
    """Then the file is still on its way."""
    settings = FileSettings(wait_seconds=0.05)
    post = Post(database=database, data_dir=tmp_path, settings=settings)
    task_id = await post.accept_file(b"x")
    async with asyncio.timeout(5):
        (file,) = await post.fetcher.of_task(task_id)
    assert file.state is FileState.WANTED


async def test_spoken_words_are_kept_with_the_file(database: Database, tmp_path: Path) -> None:
    """And become what the person said in the conversation."""
    heard: list[bytes] = []

    async def transcribe(sound: Path) -> str:
        heard.append(await asyncio.to_thread(sound.read_bytes))
        return "good morning"

    post = Post(database=database, data_dir=tmp_path, transcribe=transcribe)
    file = await post.settled(await post.accept_file(b"OggS", kind=AttachmentKind.VOICE))
    assert (file.state, file.transcript, heard) == (FileState.STORED, "good morning", [b"OggS"])
    assert (await query(database, "SELECT text FROM messages"))[0].text("text") == "good morning"


async def test_words_that_cannot_be_had_leave_the_file(database: Database, tmp_path: Path) -> None:
    """The server's trouble is told, and nobody asks again."""

    async def transcribe(_: Path) -> str:
        raise ModelUnavailable("HTTP 503")

    post = Post(database=database, data_dir=tmp_path, transcribe=transcribe)
    file = await post.settled(await post.accept_file(b"OggS", kind=AttachmentKind.VOICE))
    assert (file.state, file.transcript, file.error) == (FileState.STORED, "", "HTTP 503")
