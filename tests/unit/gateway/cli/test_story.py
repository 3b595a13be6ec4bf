"""What happened to a task, told in order."""

from dataclasses import replace
from datetime import timedelta

from gateway.cli.story import EntryKind, story
from gateway.lifecycle import TaskStatus
from gateway.store.history import Happening, TaskRecord
from gateway.store.outbox import OutboxState, PartFile
from gateway.store.steps import StepRow
from tests.doubles.records import (
    JOB_ID,
    after,
    make_conversation,
    make_file,
    make_job,
    make_part,
    make_step,
    make_task,
)
from workers.agent.journal import StepKind
from workers.agent.record import encode
from workers.models.protocol import ModelAnswer, ToolCall, Usage

CALL = ToolCall(call_id="c1", name="bash", arguments='{"command": "ls"}')
USED = Usage(input_tokens=11, cached_tokens=4, output_tokens=7)


def recorded(*steps: StepRow, status: TaskStatus = TaskStatus.COMPLETED) -> TaskRecord:
    """Return a task with these steps and nothing else."""
    return TaskRecord(
        task=make_task(status=status),
        person="Ada",
        conversation=make_conversation(),
        steps=steps,
        jobs=(),
        parts=(),
        files=(),
        happenings=(),
    )


def model_step(seconds: float, *calls: ToolCall, text: str = "") -> StepRow:
    """Return a model call that ended."""
    answer = ModelAnswer(
        text=text, model="m1", tool_calls=calls, usage=USED, duration=timedelta(seconds=0.5)
    )
    return make_step(StepKind.MODEL, after(seconds), result=encode(answer))


def texts(record: TaskRecord, kind: EntryKind) -> list[str]:
    """Return what is told of one kind of entry."""
    return [entry.text for entry in story(record) if entry.kind is kind]


def test_a_task_is_told_from_its_acceptance_to_its_last_send() -> None:
    """Each thing stands at its time, whichever table it comes from."""
    tool = make_step(StepKind.TOOL, after(1.2), name="bash", request="{}", result="a.txt")
    record = replace(
        recorded(model_step(0.5, CALL), tool, model_step(1.8, text="one file")),
        parts=(make_part(after(2.1)),),
    )

    kinds = [entry.kind for entry in story(record)]

    assert kinds == ["accepted", "attempt", "model", "tool", "model", "end", "send"]


def test_model_call_names_model_time_tokens_and_wish() -> None:
    """Either the tools that it wants, or what it says."""
    record = recorded(model_step(0.5, CALL), model_step(1, text="one\nfile"))

    assert texts(record, EntryKind.MODEL) == [
        "m1 0.500 s (11 in, 4 cached, 7 out) → calls bash",
        "m1 0.500 s (11 in, 4 cached, 7 out) → says one file",
    ]


def test_tool_call_shows_arguments_and_outcome() -> None:
    """Both as excerpts."""
    step = make_step(StepKind.TOOL, after(1), name="bash", request=CALL.arguments, result="x" * 500)

    (told,) = texts(recorded(step), EntryKind.TOOL)

    assert told.startswith('bash 0.500 s {"command": "ls"} → xxx')
    assert told.endswith("…")


def test_step_without_an_outcome_says_so() -> None:
    """After a crash nobody knows whether it was done."""
    step = make_step(StepKind.TOOL, after(1), name="bash", request="{}", result=None)

    assert texts(recorded(step), EntryKind.TOOL) == ["bash {} → no outcome recorded"]


def test_model_that_is_being_asked_is_told() -> None:
    """Nothing of its call is recorded yet, and people want to know what a task waits for."""
    running = replace(recorded(), task=make_task(status=TaskStatus.RUNNING))
    at_tools = make_step(StepKind.TOOL, after(1), name="bash", request="{}", result=None)

    assert texts(running, EntryKind.MODEL) == ["being asked, no outcome recorded"]
    assert texts(replace(running, steps=(at_tools,)), EntryKind.MODEL) == []
    assert texts(recorded(), EntryKind.MODEL) == []


def test_unreadable_model_record_is_told_and_the_rest_still_shown() -> None:
    """A row of another version must not hide the others."""
    record = recorded(make_step(StepKind.MODEL, after(1), result="{}"), model_step(1.5))

    assert texts(record, EntryKind.MODEL)[0] == "the record cannot be read"


def test_a_new_attempt_is_marked_where_it_began() -> None:
    """What was done again after an interruption is told apart from what was not."""
    second = replace(model_step(1.5, text="hi"), attempt=3)

    entries = story(recorded(model_step(0.5, CALL), second))

    assert [entry.text for entry in entries if entry.kind is EntryKind.ATTEMPT] == ["1", "3"]
    assert [entry.kind for entry in entries][3:5] == ["attempt", "model"]


def test_steps_of_a_worker_stand_under_its_job() -> None:
    """Even where the Manager does something else meanwhile."""
    own = make_step(StepKind.TOOL, after(1.1), name="bash", result="3", run_id=JOB_ID)
    manager = make_step(StepKind.TOOL, after(1.05), name="list_workers", result="[]")
    record = replace(recorded(manager, own), jobs=(make_job(after(1)),))

    told = [(entry.kind, entry.depth) for entry in story(record)]

    assert told[1:4] == [("job", 0), ("tool", 1), ("attempt", 0)]
    assert texts(record, EntryKind.JOB) == [
        "worker completed, 1.000 s: count the files → there are 3"
    ]


def test_send_tells_how_it_went() -> None:
    """State, tries, and whether its outcome was ever in doubt."""
    part = make_part(
        after(2), state=OutboxState.FAILED, attempt=3, is_ambiguous=True, error="chat not found"
    )
    record = replace(recorded(), parts=(part,))

    assert texts(record, EntryKind.SEND) == [
        "final part 1 to terminal: failed, 3 tries, ambiguous, chat not found"
    ]


def test_event_of_the_timeline_keeps_its_detail() -> None:
    """Such as the reason for which a task was given back."""
    happening = Happening(name="pending", detail={"reason": "shutdown"}, created_at=after(1))
    record = replace(recorded(), happenings=(happening,))

    assert texts(record, EntryKind.EVENT) == ['pending {"reason": "shutdown"}']


def test_a_task_that_has_not_ended_has_no_end() -> None:
    """It may still be running."""
    assert texts(recorded(status=TaskStatus.RUNNING), EntryKind.END) == []
    assert texts(recorded(), EntryKind.END) == ["completed after 2.000 s → Hello, Ada!"]


def test_files_are_told_in_and_out() -> None:
    """Where each lies, and what came of it."""
    came = make_file(after(0.4), error="not set up")
    gone = PartFile(path="/d/outbox/t/1-b.csv", name="b.csv", mime_type="text/csv", size_bytes=4)
    part = replace(make_part(after(2)), file=gone)
    record = replace(recorded(), files=(came,), parts=(part,))

    assert texts(record, EntryKind.FILE) == [
        "voice stored: inbox/1-a.ogg, 12 bytes, 2 tries, transcribed: good morning, not set up"
    ]
    assert texts(record, EntryKind.SEND) == [
        "final part 1 to terminal: sent, file /d/outbox/t/1-b.csv, id 42"
    ]
