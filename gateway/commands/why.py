"""The command /why: where an answer came from."""

from collections.abc import Sequence

from gateway.commands.call import Call
from gateway.commands.command import Reply
from gateway.commands.layout import ago, bullets, code, paragraphs, short_id
from gateway.commands.record import part_lines, tokens, tool_counts
from gateway.envelope import TaskEnvelope
from gateway.phrases import Phrase
from gateway.store import jobs, outbox, overview, steps, tasks
from gateway.store.jobs import Job
from gateway.store.overview import ModelCall
from gateway.store.statement import Script


def why(call: Call) -> Script[Reply]:
    """Explain the newest answer here, or the message of the bot that was replied to.

    Whoever saw an answer may ask, so nothing of what was said or done is shown, only by whom.
    """
    place = call.talk.conversation_id
    if call.command.reply_to:
        task_id = yield from overview.task_behind(place, call.command.reply_to)
    else:
        task_id = yield from overview.newest_answer(place)
    if task_id is None:
        return call.reply(Phrase.WHY_UNKNOWN)
    task = yield from tasks.find(task_id)
    done = yield from steps.of_task(task_id)
    used = yield from overview.model_calls(task_id)
    handed_out = yield from jobs.of_task(task_id)
    said = yield from outbox.of_task(task_id)
    lines = [
        _origin(call, task),
        *_models(call, used),
        call.say(Phrase.WHY_TOOLS, tools=tool_counts(done) or call.say(Phrase.NONE)),
        call.say(Phrase.WHY_WORKERS, workers=_workers(call, handed_out)),
        *part_lines(call, said),
    ]
    hint = call.say(Phrase.WHY_HINT, task=short_id(task_id))
    is_theirs = call.owner is None or task.user_id == str(call.owner)
    return Reply(text=paragraphs(bullets(lines), hint if is_theirs else ""))


def _origin(call: Call, task: TaskEnvelope) -> str:
    return call.say(
        Phrase.WHY_ORIGIN,
        source=task.source,
        task=short_id(task.task_id),
        status=call.say(Phrase(f"task_{task.status}")),
        ago=ago(call.now - task.updated_at, call.language),
    )


def _models(call: Call, used: Sequence[ModelCall]) -> list[str]:
    """Describe each model with what all its calls used."""
    lines = []
    for model in dict.fromkeys(one.model for one in used):
        calls = [one for one in used if one.model == model]
        total = tokens(
            call, sum(one.input_tokens for one in calls), sum(one.output_tokens for one in calls)
        )
        lines.append(call.say(Phrase.WHY_MODEL, model=code(model), calls=len(calls), tokens=total))
    return lines


def _workers(call: Call, handed_out: Sequence[Job]) -> str:
    listed = (
        f"{code(job.worker_id)} ({call.say(Phrase(f'job_{job.status}'))})" for job in handed_out
    )
    return ", ".join(listed) or call.say(Phrase.NONE)
