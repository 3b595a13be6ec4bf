"""When a message is dealt with, and how it went."""

import pytest

from gateway.cli.outcome import ExitCode
from gateway.cli.verdict import verdict
from gateway.envelope import TaskEnvelope
from gateway.lifecycle import TaskStatus
from gateway.store.history import Consequence, Words
from gateway.store.outbox import OutboxKind, OutboxState
from tests.doubles.records import make_task


def words(
    outbox_id: str,
    state: OutboxState = OutboxState.QUEUED,
    kind: OutboxKind = OutboxKind.FINAL,
) -> Words:
    """Return a part of what was said."""
    return Words(outbox_id=outbox_id, kind=kind, state=state, text="hi")


def code(task: TaskEnvelope | None, *said: Words, shown: tuple[str, ...] = ()) -> ExitCode | None:
    """Judge, and return the exit code alone."""
    judged = verdict(Consequence(task=task, words=said), frozenset(shown))
    return None if judged is None else judged.code


def test_an_answer_is_complete_with_its_last_part() -> None:
    """One of two parts is half an answer."""
    parts = (words("a", OutboxState.SENT), words("b"))

    assert code(make_task(), *parts, shown=("a",)) is None
    assert code(make_task(), *parts, shown=("a", "b")) is ExitCode.OK


def test_a_running_task_is_waited_for_whatever_it_said() -> None:
    """A notice that the model is down is not the answer."""
    notice = words("n", OutboxState.SENT, OutboxKind.NOTICE)

    assert code(make_task(status=TaskStatus.PENDING), notice, shown=("n",)) is None
    assert code(make_task(status=TaskStatus.RUNNING)) is None


def test_a_question_ends_the_turn() -> None:
    """The person answers with the next message."""
    asked = words("q", kind=OutboxKind.QUESTION)
    task = make_task(status=TaskStatus.WAITING_INPUT)

    assert code(task, asked) is None
    assert code(task, asked, shown=("q",)) is ExitCode.OK


@pytest.mark.parametrize("status", [TaskStatus.FAILED, TaskStatus.CANCELLED])
def test_a_task_that_did_not_succeed_is_a_failure(status: TaskStatus) -> None:
    """Also where nothing was said about it."""
    judged = verdict(
        Consequence(task=make_task(status=status, reason="too_many_steps"), words=()), frozenset()
    )

    assert judged is not None
    assert judged.code is ExitCode.FAILED
    assert judged.reason == (
        f"the task is {status}: too_many_steps; `crewdesk task 7f3a0000` shows what happened"
    )


def test_an_answer_that_cannot_be_shown_any_more_is_a_failure() -> None:
    """It expired while nobody was connected."""
    assert code(make_task(), words("a", OutboxState.EXPIRED)) is ExitCode.FAILED


def test_a_command_is_dealt_with_once_its_reply_is_shown() -> None:
    """Commands make no task."""
    reply = words("r", kind=OutboxKind.REPLY)

    assert code(None, reply) is None
    assert code(None, reply, shown=("r",)) is ExitCode.OK


def test_a_message_that_was_left_aside_is_a_failure() -> None:
    """Too many wait in its lane; the notice about it is said only now and then."""
    assert code(None, words("n", kind=OutboxKind.NOTICE), shown=("n",)) is ExitCode.FAILED
    assert code(None) is ExitCode.FAILED
