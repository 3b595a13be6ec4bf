"""Decides when a message is dealt with, and how it went."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gateway.cli.outcome import ExitCode
from gateway.cli.words import excerpt, short_id
from gateway.envelope import TaskEnvelope
from gateway.lifecycle import TaskStatus
from gateway.store.history import Consequence
from gateway.store.outbox import OutboxKind, OutboxState

_OPEN = {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN}
_LOST = {OutboxState.FAILED, OutboxState.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a message was dealt with; `reason` says why it failed."""

    code: ExitCode
    reason: str = ""


OK = Verdict(code=ExitCode.OK)


def verdict(consequence: Consequence, shown: AbstractSet[str]) -> Verdict | None:
    """Judge by the gateway's own record; None while something is still to come.

    `shown` are the outbox ids of what the person has seen. That the record says so is what makes
    it sure: an answer may have several parts, or be a question, or never come.
    """
    awaited = [one for one in consequence.words if one.outbox_id not in shown]
    if any(one.state in _OPEN for one in awaited):
        return None
    if consequence.task is None:
        return _of_words(consequence)
    judged = _of_task(consequence.task)
    if judged is OK and any(one.state in _LOST for one in awaited):
        return _failed(f"the answer could not be shown; {_look(consequence.task)}")
    return judged


def _of_words(consequence: Consequence) -> Verdict:
    if any(one.kind is OutboxKind.REPLY for one in consequence.words):
        return OK
    return _failed("the message was left aside, too many wait in this chat; send it again later")


def _of_task(task: TaskEnvelope) -> Verdict | None:
    match task.status:
        case TaskStatus.COMPLETED | TaskStatus.WAITING_INPUT:
            return OK
        case TaskStatus.FAILED | TaskStatus.CANCELLED:
            why = excerpt(task.dispatch_reason) or "no reason recorded"
            return _failed(f"the task is {task.status}: {why}; {_look(task)}")
        case _:
            return None


def _failed(reason: str) -> Verdict:
    return Verdict(code=ExitCode.FAILED, reason=reason)


def _look(task: TaskEnvelope) -> str:
    return f"`crewdesk task {short_id(task.task_id)}` shows what happened"
