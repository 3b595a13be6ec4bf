"""Copies of files that were sent are kept until nobody needs them."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from gateway.outgoing import OutgoingFiles, remove_copies, tasks_with_copies
from gateway.store import files, outbox
from gateway.store.database import Database
from gateway.store.outbox import NewPart, OutboxKind, PartFile
from gateway.store.steps import StepRow
from tests.contract.files.post import HOME, Post
from tests.doubles.clock import START
from tests.doubles.databases import query
from workers.agent.journal import StepKind, StepState
from workers.errors import ToolError

TASK = UUID(int=7)
WEEK = timedelta(days=7)


@pytest.fixture
def outgoing(tmp_path: Path) -> OutgoingFiles:
    """Return a task's files, with a workspace in which there are some."""
    workspace = tmp_path / "workspaces" / "talk"
    workspace.mkdir(parents=True)
    (workspace / "a.csv").write_text("1,2")
    (workspace / "picture").write_bytes(b"\x89PNG\r\n\x1a\n...")
    os.truncate(_made(workspace / "huge.bin"), 2 * 1024 * 1024)
    return OutgoingFiles(tmp_path, TASK, workspace, max_mb=1)


def _made(path: Path) -> Path:
    path.touch()
    return path


def recorded(number: str, result: str) -> StepRow:
    """Return the record of a call of `send_file`."""
    return StepRow(
        run_id=TASK,
        step_key=f"tool-{number}",
        kind=StepKind.TOOL,
        name="send_file",
        state=StepState.DONE,
        request="",
        result=result,
        attempt=1,
        started_at=START,
        ended_at=START,
    )


async def test_a_copy_is_what_the_file_was(outgoing: OutgoingFiles, tmp_path: Path) -> None:
    """The same call again makes the same copy; the type of a picture is seen in its bytes."""
    for _ in range(2):
        kept = await outgoing.keep("a.csv", "", f"{TASK}/tool-3-1")
    seen = await outgoing.keep("picture", "", f"{TASK}/tool-3-2")
    assert (kept.copy, kept.mime_type, kept.size_bytes) == ("3-1-a.csv", "text/csv", 3)
    assert seen.mime_type == "image/png"
    folder = tmp_path / "outbox" / str(TASK)
    assert sorted(file.name for file in folder.iterdir()) == ["3-1-a.csv", "3-2-picture"]
    (tmp_path / "outbox" / "not-one-of-our-own").mkdir()
    assert tasks_with_copies(tmp_path) == [TASK]


@pytest.mark.parametrize(
    ("path", "code"),
    [("missing", "not_found"), ("huge.bin", "too_large"), ("../talk2/x", "outside_workspace")],
)
async def test_what_cannot_be_kept_leaves_nothing(
    outgoing: OutgoingFiles, tmp_path: Path, path: str, code: str
) -> None:
    """The model is told why."""
    with pytest.raises(ToolError) as failed:
        await outgoing.keep(path, "", f"{TASK}/tool-3-1")
    assert failed.value.code == code
    assert list((tmp_path / "outbox" / str(TASK)).iterdir()) == []


def test_what_was_sent_is_read_from_the_journal(outgoing: OutgoingFiles, tmp_path: Path) -> None:
    """In the order of the calls; errors and other runs' calls are none."""
    kept = (
        '{"ok": true, "sent_with_the_answer": {"copy": "3-1-a.csv", "name": "a.csv",'
        ' "mime_type": "text/csv", "size_bytes": 3, "caption": "the list"}}'
    )
    rows = [recorded("3-1", kept), recorded("4-1", '{"ok": false, "error": "not_found"}')]
    (sent,) = outgoing.sent(rows, TASK)
    assert (sent.step_key, sent.caption, sent.file.name) == ("tool-3-1", "the list", "a.csv")
    assert sent.file.path == str(tmp_path / "outbox" / str(TASK) / "3-1-a.csv")
    assert outgoing.sent(rows, uuid4()) == []


def test_copies_can_be_removed_again_and_again(tmp_path: Path) -> None:
    """Also those that were removed before."""
    (tmp_path / "outbox" / str(TASK)).mkdir(parents=True)
    remove_copies(tmp_path, TASK)
    remove_copies(tmp_path, TASK)
    assert tasks_with_copies(tmp_path) == []


async def test_copies_are_done_with_once_all_is_sent_and_time_has_passed(
    database: Database, tmp_path: Path
) -> None:
    """Not while the task is open, nor while a part waits, nor before the time."""
    post = Post(database=database, data_dir=tmp_path)
    task_id = await post.accept()
    talk = await post.talk()
    part = NewPart(
        part_key="file",
        kind=OutboxKind.FINAL,
        conversation_id=talk.conversation_id,
        channel=HOME.channel,
        part_no=1,
        text="",
        task_id=task_id,
        expires_at=START + WEEK,
        file=PartFile(path="/x", name="x", mime_type="text/plain", size_bytes=1),
    )
    await database.transact("enqueue", lambda: outbox.enqueue([part], START))

    async def is_done_with(before: timedelta) -> bool:
        moment = START + before
        return await database.transact("done", lambda: files.is_done_with(task_id, moment))

    assert not await is_done_with(WEEK)
    await post.end(task_id)
    assert not await is_done_with(WEEK)
    await query(database, "UPDATE outbox SET state = 'sent'")
    assert not await is_done_with(timedelta(0))
    assert await is_done_with(WEEK)
