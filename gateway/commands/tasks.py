"""The commands about tasks: /tasks and /task."""

import re
from collections.abc import Sequence
from uuid import UUID

from gateway.commands.call import Call
from gateway.commands.command import Reply
from gateway.commands.heartbeat import follow_up_line
from gateway.commands.layout import ago, bullets, excerpt, paragraphs, plain, short_id
from gateway.commands.record import file_lines, job_lines, part_lines, step_lines
from gateway.envelope import TaskEnvelope
from gateway.phrases import Phrase
from gateway.store import (
    files,
    follow_ups,
    jobs,
    outbox,
    overview,
    people,
    preferences,
    steps,
)
from gateway.store.statement import Script

ALL = "all"
SHOWN_TASKS = 10
ANSWER_CHARACTERS = 300
_ID_DIGITS = 32  # hexadecimal, of a UUID
_PREFIX = re.compile(r"[0-9a-f]{4,32}")


def list_tasks(call: Call) -> Script[Reply]:
    """List the newest tasks of this person; `all` is for admins."""
    argument = call.command.argument.lower()
    if argument not in {"", ALL}:
        return call.reply(Phrase.TASKS_USAGE)
    if argument == ALL and not call.is_admin:
        return call.reply(Phrase.TASKS_ALL_FOR_ADMINS)
    owner = None if argument == ALL else call.person.user_id
    found = yield from overview.recent_tasks(owner, SHOWN_TASKS)
    if not found:
        return call.reply(Phrase.TASKS_NONE)
    known = (yield from people.list_all()) if argument == ALL else []
    names = {str(one.person.user_id): plain(one.person.name) for one in known}
    lines = [_task_line(call, task, names.get(task.user_id, "")) for task in found]
    return Reply(text=paragraphs(bullets(lines), call.say(Phrase.TASKS_HINT)))


def _task_line(call: Call, task: TaskEnvelope, name: str) -> str:
    facts = (
        f"`{short_id(task.task_id)}` {call.say(Phrase(f'task_{task.status}'))}",
        ago(call.now - task.created_at, call.language),
        name,
        excerpt(task.goal),
    )
    return " · ".join(fact for fact in facts if fact)


def show_task(call: Call) -> Script[Reply]:
    """Show one task, found by its id or the beginning of it."""
    prefix = call.command.argument.lower().replace("-", "")
    if _PREFIX.fullmatch(prefix) is None:
        return call.reply(Phrase.TASK_USAGE)
    first = UUID(hex=prefix.ljust(_ID_DIGITS, "0"))
    last = UUID(hex=prefix.ljust(_ID_DIGITS, "f"))
    found = yield from overview.tasks_between(first, last, call.owner, 2)
    if not found:
        return call.reply(Phrase.TASK_UNKNOWN)
    if len(found) > 1:
        return call.reply(Phrase.TASK_AMBIGUOUS)
    return (yield from _detail(call, found[0]))


def _detail(call: Call, task: TaskEnvelope) -> Script[Reply]:
    done = yield from steps.of_task(task.task_id)
    used = yield from overview.model_calls(task.task_id)
    handed_out = yield from jobs.of_task(task.task_id)
    said = yield from outbox.of_task(task.task_id)
    came = yield from files.of_task(task.task_id)
    left = yield from follow_ups.of_task(task.task_id, task.user_id)
    zone = (yield from preferences.read(task.user_id)).time_zone or call.surroundings.time_zone
    return Reply(
        text=paragraphs(
            _head(call, task),
            f"> {excerpt(task.goal, ANSWER_CHARACTERS)}",
            bullets([*_facts(call, task), *(follow_up_line(call, one, zone) for one in left)]),
            _section(call, Phrase.TASK_FILES, file_lines(call, came)),
            _section(call, Phrase.TASK_STEPS, step_lines(call, done, used)),
            _section(call, Phrase.TASK_JOBS, job_lines(call, handed_out)),
            _section(call, Phrase.TASK_SENDS, part_lines(call, said)),
        )
    )


def _head(call: Call, task: TaskEnvelope) -> str:
    status = call.say(Phrase(f"task_{task.status}"))
    age = ago(call.now - task.created_at, call.language)
    return f"**`{task.task_id}`** · {status} · {age}"


def _facts(call: Call, task: TaskEnvelope) -> list[str]:
    facts = [
        call.say(
            Phrase.TASK_ORIGIN,
            source=task.source,
            priority=task.priority.name.lower(),
            attempt=task.attempt,
        )
    ]
    if task.assigned_worker_id:
        facts.append(call.say(Phrase.TASK_WORKER, worker=plain(task.assigned_worker_id)))
    if task.dispatch_reason:
        facts.append(call.say(Phrase.TASK_REASON, reason=excerpt(task.dispatch_reason)))
    answer = task.final_output or task.result
    if answer:
        facts.append(call.say(Phrase.TASK_ANSWER, answer=excerpt(answer, ANSWER_CHARACTERS)))
    return facts


def _section(call: Call, title: Phrase, lines: Sequence[str]) -> str:
    return f"**{call.say(title)}**\n\n{bullets(lines)}" if lines else ""
