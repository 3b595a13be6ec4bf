"""How a task is put into words for the Manager."""

from dataclasses import replace
from uuid import UUID

import pytest

from channels.message import AttachmentKind
from gateway.envelope import JsonObject, Priority, Source, TaskEnvelope
from gateway.lifecycle import TaskStatus
from gateway.requests import request_text, with_paths
from gateway.store.files import FileState, ReceivedFile
from tests.doubles.clock import START


def task(goal: str, payload: JsonObject) -> TaskEnvelope:
    """Return a task as the inbox would."""
    return TaskEnvelope(
        task_id=UUID(int=1),
        source=Source.USER_CHAT,
        goal=goal,
        payload=payload,
        priority=Priority.HIGH,
        user_id="",
        conversation_id=None,
        requires_reply=True,
        created_at=START,
        status=TaskStatus.RUNNING,
        assigned_worker_id="",
        dispatch_reason="",
        result="",
        final_output="",
        metadata={},
        event_key="e1",
        lane="a",
        lane_seq=1,
        attempt=1,
        barren_attempts=1,
        fence=1,
        lease_until=None,
        not_before=None,
        deadline=None,
        parent_task_id=None,
        is_cancel_requested=False,
        collected_by=None,
        is_tracked=False,
        updated_at=START,
    )


def test_plain_message_is_said_as_it_is() -> None:
    """Nothing is added to what the person wrote."""
    assert request_text(task("hello\n\nworld", {"message_id": "7"})) == "hello\n\nworld"


def test_quoted_message_comes_first_and_is_marked() -> None:
    """Every line of it is marked, so that nobody takes it for the person's own words."""
    text = request_text(task("and this?", {"quoted_text": "one\n\ntwo"}))

    assert text == "In reply to this message:\n> one\n> \n> two\n\nand this?"


def received(state: FileState = FileState.STORED, **changes: str) -> ReceivedFile:
    """Return a file as the store would."""
    file = ReceivedFile(
        file_id=UUID(int=2),
        event_key="e1",
        task_id=UUID(int=1),
        conversation_id=UUID(int=3),
        channel="telegram",
        kind=AttachmentKind(changes.pop("kind", "document")),
        platform_file_id="secret",
        name="a.pdf",
        mime_type="application/pdf",
        size_bytes=12,
        state=state,
        path="inbox/1-a.pdf",
        transcript="",
        error="",
        attempt=1,
        created_at=START,
        updated_at=START,
    )
    return replace(file, **changes)  # type: ignore[arg-type]  # a test names texts only


def test_files_are_named_after_the_goal() -> None:
    """Path, kind, type and size of each, without its platform id."""
    text = request_text(task("read this", {}), [received(), received(path="inbox/2-b.pdf")])

    assert text == (
        "read this\n\nAttached files:\n"
        "- inbox/1-a.pdf (document, application/pdf, 12 bytes)\n"
        "- inbox/2-b.pdf (document, application/pdf, 12 bytes)"
    )


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            received(FileState.WANTED),
            "a.pdf (document, application/pdf, 12 bytes): not here yet; it will be at"
            " inbox/1-a.pdf",
        ),
        (
            received(FileState.WANTED, error="busy"),
            "a.pdf (document, application/pdf, 12 bytes): not here yet (busy); it will be at"
            " inbox/1-a.pdf",
        ),
        (
            received(FileState.FAILED, error="it is gone"),
            "a.pdf (document, application/pdf, 12 bytes): could not be fetched: it is gone",
        ),
        (
            received(FileState.REMOVED, error="it made room"),
            "a.pdf (document, application/pdf, 12 bytes): not here any more: it made room",
        ),
        (
            received(kind="voice", error="off"),
            "inbox/1-a.pdf (voice, application/pdf, 12 bytes): what it says could not be written"
            " down: off",
        ),
    ],
)
def test_what_is_missing_says_why(file: ReceivedFile, expected: str) -> None:
    """So that the Manager can tell the person."""
    assert request_text(task("", {}), [file]) == f"Attached files:\n- {expected}"


def test_spoken_words_are_the_request() -> None:
    """They stand where written ones would, and the file is named too."""
    text = request_text(task("", {}), [received(kind="voice", transcript="good morning")])

    assert text.startswith("Voice message, transcribed:\ngood morning\n\nAttached files:\n")


def test_a_place_is_told_and_a_file_of_the_payload_is_not() -> None:
    """What is no file has no row, so its facts come from the payload."""
    files: JsonObject = {
        "attachments": [
            {"kind": "photo", "file_id": "secret"},
            {"kind": "location", "file_id": "geo:52.5,13.4"},
            {"kind": "contact", "name": "Grace", "file_id": "tel:+49301"},
        ]
    }

    text = request_text(task("there", files))

    assert text == "there\n\nAttached: location, geo:52.5,13.4; contact, Grace, tel:+49301"


def test_an_answer_names_the_files_that_came_with_it() -> None:
    """Also one without words."""
    assert with_paths("this one", ["inbox/1-a.pdf"]) == "this one\n\nAttached: inbox/1-a.pdf"
    assert with_paths("", ["inbox/1-a.pdf", "inbox/2-b.pdf"]) == (
        "Attached: inbox/1-a.pdf; inbox/2-b.pdf"
    )
    assert with_paths("yes", []) == "yes"


@pytest.mark.parametrize(
    "payload", [{"quoted_text": None}, {"quoted_text": 7}, {"attachments": []}, {"attachments": {}}]
)
def test_payload_of_another_shape_adds_nothing(payload: JsonObject) -> None:
    """What another source put there is not shown as a message."""
    assert request_text(task("the goal", payload)) == "the goal"
