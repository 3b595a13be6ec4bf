"""How a task is put into words for the Manager."""

from uuid import UUID

import pytest

from gateway.envelope import JsonObject, Priority, Source, TaskEnvelope
from gateway.lifecycle import TaskStatus
from gateway.requests import request_text
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


def test_attachments_are_named_after_the_goal() -> None:
    """What is known of each, in a fixed order, without its platform id."""
    files: JsonObject = {
        "attachments": [
            {
                "kind": "document",
                "file_id": "secret",
                "name": "a.pdf",
                "mime_type": "application/pdf",
                "size_bytes": 12,
            },
            {"kind": "photo", "file_id": "secret", "name": "", "size_bytes": None},
        ]
    }

    text = request_text(task("read this", files))

    assert text == "read this\n\nAttached: document, a.pdf, application/pdf, 12 bytes; photo"


def test_attachment_without_words_is_a_request_of_its_own() -> None:
    """There is no empty line where nothing was written."""
    files: JsonObject = {"attachments": [{"kind": "photo", "file_id": "1"}]}

    assert request_text(task("", files)) == "Attached: photo"


@pytest.mark.parametrize(
    "payload", [{"quoted_text": None}, {"quoted_text": 7}, {"attachments": []}, {"attachments": {}}]
)
def test_payload_of_another_shape_adds_nothing(payload: JsonObject) -> None:
    """What another source put there is not shown as a message."""
    assert request_text(task("the goal", payload)) == "the goal"
