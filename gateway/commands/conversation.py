"""The commands about the conversation at hand: /new, /stop, /queue and /model."""

import re
from collections.abc import Sequence

from gateway.commands.call import Call
from gateway.commands.command import Reply, StopTask
from gateway.commands.layout import bullets, code, excerpt, paragraphs, short_id
from gateway.config.sections import BusyMode
from gateway.envelope import TaskEnvelope
from gateway.inbox import cancel
from gateway.lifecycle import TaskStatus
from gateway.phrases import Phrase
from gateway.store import conversations, overview, tasks
from gateway.store.statement import Script

ALL = "all"
DEFAULT = "default"
STOPPED = "stopped"
_MODEL_NAME = re.compile(r"[\w.:/@+-]{1,128}", re.ASCII)  # the column holds 128 characters


def new(call: Call) -> Script[Reply]:
    """Begin a new epoch: what was said so far is no longer shown to the model."""
    yield from conversations.begin_epoch(call.talk.conversation_id)
    return call.reply(Phrase.NEW_EPOCH)


def stop(call: Call) -> Script[Reply]:
    """Cancel what runs here, else the open question, else what came last; or all of it."""
    if call.command.argument.lower() not in {"", ALL}:
        return call.reply(Phrase.STOP_USAGE)
    found = yield from tasks.open_in_lane(call.talk.address.key)
    own = [task for task in found if call.owner is None or task.user_id == str(call.owner)]
    chosen = own if call.command.argument else _first_to_stop(own)
    if not chosen:
        return call.reply(Phrase.STOP_NOT_YOURS if found else Phrase.STOP_NOTHING)
    for task in chosen:
        yield from cancel(task.task_id, STOPPED, call.now)
    running = [task.task_id for task in chosen if task.status is TaskStatus.RUNNING]
    return Reply(
        text=_stopped(call, chosen),
        aftermath=tuple(StopTask(task_id=task_id) for task_id in running),
    )


def _first_to_stop(own: Sequence[TaskEnvelope]) -> Sequence[TaskEnvelope]:
    """Return the running task, else the open question, else the newest that waits; or none."""
    for status in (TaskStatus.RUNNING, TaskStatus.WAITING_INPUT):
        if found := [task for task in own if task.status is status]:
            return found[-1:]
    return own[-1:]


def _stopped(call: Call, chosen: Sequence[TaskEnvelope]) -> str:
    lines = [f"`{short_id(task.task_id)}` {excerpt(task.goal)}" for task in chosen]
    return paragraphs(call.say(Phrase.STOPPED, count=len(chosen)), bullets(lines))


def queue(call: Call) -> Script[Reply]:
    """Show or choose what becomes of messages that come while an earlier one is worked on."""
    wanted = call.command.argument.lower()
    if not wanted:
        mode = call.talk.busy_mode or call.surroundings.busy_mode
        return Reply(text=_shown_modes(call, mode))
    if wanted not in set(BusyMode):
        return call.reply(Phrase.QUEUE_USAGE)
    chosen = BusyMode(wanted)
    yield from conversations.choose_busy_mode(call.talk.conversation_id, chosen)
    return call.reply(Phrase.QUEUE_CHOSEN, meaning=call.say(Phrase(f"busy_{chosen}")))


def _shown_modes(call: Call, mode: BusyMode) -> str:
    shown = call.say(Phrase.QUEUE_SHOWN, meaning=call.say(Phrase(f"busy_{mode}")))
    others = [f"`/queue {one}`: {call.say(Phrase(f'busy_{one}'))}" for one in BusyMode]
    return paragraphs(shown, bullets(others))


def model(call: Call) -> Script[Reply]:
    """Show the model of this conversation; an admin may choose another."""
    wanted = call.command.argument
    if not wanted:
        return _shown_model(call)
    if not call.is_admin:
        return call.reply(Phrase.MODEL_FOR_ADMINS)
    if wanted.lower() == DEFAULT:
        yield from overview.choose_model(call.talk.conversation_id, "")
        return call.reply(Phrase.MODEL_RESET, model=code(call.surroundings.model))
    if _MODEL_NAME.fullmatch(wanted) is None:
        return call.reply(Phrase.MODEL_USAGE)
    yield from overview.choose_model(call.talk.conversation_id, wanted)
    return call.reply(Phrase.MODEL_CHOSEN, model=code(wanted))


def _shown_model(call: Call) -> Reply:
    if call.talk.model:
        return call.reply(
            Phrase.MODEL_OF_CONVERSATION,
            model=code(call.talk.model),
            default=code(call.surroundings.model),
        )
    return call.reply(Phrase.MODEL_BY_DEFAULT, model=code(call.surroundings.model))
