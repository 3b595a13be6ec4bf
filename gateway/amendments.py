"""What becomes of a task when the message that made it is edited or deleted."""

from datetime import datetime

from channels.message import EventKind, InboundMessage
from gateway.commands.command import Aftermath, StopTask
from gateway.inbox import cancel
from gateway.lifecycle import TERMINAL, TaskStatus
from gateway.store import conversations, tasks
from gateway.store.conversations import Heard
from gateway.store.statement import Script

DELETED = "the message was deleted"

AMENDING = frozenset({EventKind.EDIT, EventKind.DELETION})


def amend(heard: Heard, message: InboundMessage, now: datetime) -> Script[tuple[Aftermath, ...]]:
    """Carry an edit or a deletion over to the task; returns what must follow the commit.

    An edit counts until the work begins. A deletion cancels the work too; what was answered stays.
    """
    if message.kind is EventKind.EDIT:
        if (yield from tasks.amend(heard.task_id, message.text, now)):
            yield from conversations.correct(heard, message.text)
        return ()
    task = yield from tasks.lock(heard.task_id)
    if task.status in TERMINAL or task.collected_by is not None:
        return ()
    yield from cancel(task.task_id, DELETED, now)
    return (StopTask(task_id=task.task_id),) if task.status is TaskStatus.RUNNING else ()
