"""Which files are wanted, for which task: stored with the message itself."""

from dataclasses import replace

import pytest

from channels.message import Attachment, AttachmentKind, InboundMessage
from gateway.config.sections import InboxSettings
from gateway.inbox import Ending
from gateway.lifecycle import TaskStatus
from gateway.store import files, steps
from gateway.store.database import Database
from gateway.store.files import FileState, ReceivedFile
from gateway.store.statement import Script
from gateway.store.steps import StepRow
from gateway.store.tasks import Leaving
from manager.tools.questions import ASK_USER
from tests.contract.front.kit import OWNER, STRANGER, Front, edited, message
from tests.doubles.databases import count, query
from workers.agent.journal import StepKind, StepState

REPORT = Attachment(
    kind=AttachmentKind.DOCUMENT,
    file_id="f1",
    name="../\u202ereport\n.pdf",
    mime_type="application/pdf; x=\x00",
    size_bytes=-7,
)
PHOTO = Attachment(kind=AttachmentKind.PHOTO, file_id="f2\x00\ud800", size_bytes=2**80)
PLACE = Attachment(kind=AttachmentKind.LOCATION, file_id="geo:1,2")


def with_files(text: str, sender: str = OWNER) -> InboundMessage:
    """Return a message with two files and a place."""
    return replace(message(text, sender), attachments=(REPORT, PLACE, PHOTO))


async def wanted(front: Front) -> list[ReceivedFile]:
    """Return all files as they stand."""
    rows = await query(front.database, "SELECT * FROM files ORDER BY file_seq")
    return [files.received_file(row) for row in rows]


async def test_files_are_wanted_for_the_task_of_their_message(front: Front) -> None:
    """Whatever a platform tells of them; a place is none."""
    await front.receive(with_files("look"))
    (task,) = await front.open_tasks()
    report, photo = await wanted(front)
    assert {file.task_id for file in (report, photo)} == {task.task_id}
    assert (report.state, report.name, report.mime_type, report.size_bytes) == (
        FileState.WANTED,
        "report.pdf",
        "",
        0,
    )
    assert report.path.startswith("inbox/")
    assert report.path.endswith("-report.pdf")
    assert (photo.name, photo.size_bytes) == ("photo.jpg", 2**63 - 1)


async def test_an_event_that_comes_again_wants_nothing_more(front: Front) -> None:
    """One attachment is one file."""
    event = front.event(with_files("look"))
    await front.intake.receive([event, event])
    assert len(await wanted(front)) == 2


@pytest.mark.parametrize(
    "event",
    [with_files("look", STRANGER), edited(with_files("look")), with_files("/help")],
    ids=["stranger", "edit", "command"],
)
async def test_files_that_belong_to_no_task_are_not_fetched(
    front: Front, event: InboundMessage
) -> None:
    """Neither a stranger's, nor an edit's, nor a command's."""
    await front.receive(event)
    assert await wanted(front) == []


async def test_a_message_that_is_left_aside_wants_nothing(database: Database) -> None:
    """The lane is full, so there is no task that could use a file."""
    front = Front(database=database, limits=InboxSettings(waiting_per_lane=1))
    await front.write("first")
    await front.receive(with_files("second"))
    assert await count(database, "files") == 0


async def test_an_answer_brings_its_files_to_the_task_that_asked(front: Front) -> None:
    """The answer names where they will lie."""
    await front.write("paint it")
    (claim,) = await front.inbox.claim()
    asked = StepRow(
        run_id=claim.task.task_id,
        step_key="tool-1-1",
        kind=StepKind.TOOL,
        name=ASK_USER,
        state=StepState.INTENT,
        request='{"question": "Like what?"}',
        result="",
        attempt=1,
        started_at=front.clock.now(),
        ended_at=None,
    )

    def script() -> Script[None]:
        yield from steps.intend(claim.lease, asked)

    await front.database.transact("ask", script)
    waiting = Leaving(status=TaskStatus.WAITING_INPUT)
    await front.inbox.leave(claim.lease, Ending(leaving=waiting))
    await front.receive(with_files("like this"))
    report, photo = await wanted(front)
    assert {report.task_id, photo.task_id} == {claim.task.task_id}
    (again,) = await front.inbox.claim()
    assert again.steps[0].result == f"like this\n\nAttached: {report.path}; {photo.path}"
