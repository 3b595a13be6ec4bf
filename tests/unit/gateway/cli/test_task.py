"""The page of one task."""

import json
from dataclasses import replace

from gateway.cli.task import as_json, page
from gateway.lifecycle import TaskStatus
from gateway.store.history import TaskRecord
from tests.doubles.records import JOB_ID, after, make_conversation, make_job, make_step, make_task
from workers.agent.journal import StepKind

RECORD = TaskRecord(
    task=make_task(),
    person="Ada",
    conversation=make_conversation(),
    steps=(),
    jobs=(),
    parts=(),
    files=(),
    happenings=(),
)


def test_page_begins_with_the_envelope() -> None:
    """Whole id, status, person, time and goal, then an empty line and the story."""
    lines = [line.text for line in page(RECORD)]

    assert lines == [
        "task     7f3a0000-0000-4000-8000-000000000001",
        "status   completed, attempt 1",
        "from     Ada",
        "created  2026-01-05 12:00:00 UTC",
        "goal     hello",
        "",
        "    +0.000 s  accepted  user_chat, priority high in terminal:local:ada",
        "    +2.000 s  end       completed after 2.000 s → Hello, Ada!",
    ]


def test_page_says_what_a_task_waits_for() -> None:
    """Nothing is silently stuck."""
    task = make_task(status=TaskStatus.WAITING_INPUT, reason="an answer to a question")

    lines = [line.text for line in page(replace(RECORD, task=task))]

    assert "reason   an answer to a question" in lines


def test_steps_of_a_worker_are_indented() -> None:
    """So that they are told apart from the Manager's own."""
    step = make_step(StepKind.TOOL, after(1.1), name="bash", result="3", run_id=JOB_ID)
    record = replace(RECORD, steps=(step,), jobs=(make_job(after(1)),))

    lines = [line.text for line in page(record)]

    assert "    +1.000 s  job       worker completed" in lines[7]
    assert lines[8].startswith("    +1.100 s      tool      bash")


def test_json_holds_all_rows_and_the_story() -> None:
    """Enums are words, times are ISO 8601."""
    tree = json.loads(as_json(replace(RECORD, jobs=(make_job(after(1)),))))

    assert tree["task"]["priority"] == "high"
    assert tree["task"]["created_at"] == "2026-01-05T12:00:00+00:00"
    assert tree["jobs"][0]["result"] == "there are 3"
    assert [entry["kind"] for entry in tree["story"]] == ["accepted", "job", "end"]
