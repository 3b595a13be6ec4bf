"""The command /cron: a person's schedules, what they will do and what they did."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from gateway.commands.call import Call
from gateway.commands.command import Aftermath, LookAtClock, Reply, StopTask
from gateway.commands.cron_pages import preview, show, why
from gateway.commands.layout import bullets, excerpt, paragraphs, plain, short_id
from gateway.errors import ScheduleError
from gateway.inbox import cancel
from gateway.lifecycle import TaskStatus
from gateway.phrases import Phrase
from gateway.schedule.firing import submit_run
from gateway.schedule.timing import next_after, timing_of
from gateway.schedule.words import local_text, timing_text
from gateway.store import schedules, tasks
from gateway.store.conversations import Conversation
from gateway.store.people import Person
from gateway.store.schedules import Schedule, ScheduleKind
from gateway.store.statement import Script
from gateway.store.ticks import TickReason

ALL = "all"
LIST = "list"
_ID_DIGITS = 32  # hexadecimal, of a UUID
_LEAST_DIGITS = 4
UNDONE_WITHIN = timedelta(days=1)

Deed = Callable[[Call, Schedule], Script[Reply]]


def cron(call: Call) -> Script[Reply]:
    """Do what the first word says; without one, list."""
    verb, _, given = call.command.argument.lower().partition(" ")
    if verb in {"", LIST}:
        return (yield from _list(call, is_all=given.strip() == ALL))
    deed = DEEDS.get(verb)
    prefix = given.strip().replace("-", "")
    if deed is None or not _is_id(prefix):
        return call.reply(Phrase.CRON_USAGE)
    owner = None if call.is_admin else str(call.person.user_id)
    first = UUID(hex=prefix.ljust(_ID_DIGITS, "0"))
    last = UUID(hex=prefix.ljust(_ID_DIGITS, "f"))
    found = yield from schedules.between(first, last, owner, 2, ended=verb in OF_ENDED)
    if not found:
        return call.reply(Phrase.CRON_UNKNOWN)
    if len(found) > 1:
        return call.reply(Phrase.CRON_AMBIGUOUS)
    return (yield from deed(call, found[0]))


def _is_id(text: str) -> bool:
    is_long_enough = _LEAST_DIGITS <= len(text) <= _ID_DIGITS
    return is_long_enough and all(digit in "0123456789abcdef" for digit in text)


def _list(call: Call, *, is_all: bool) -> Script[Reply]:
    owner = None if is_all and call.is_admin else str(call.person.user_id)
    found = yield from schedules.active(owner)
    if not found:
        return call.reply(Phrase.CRON_NONE)
    lines = bullets(_line(call, one) for one in found)
    return Reply(text=paragraphs(lines, call.say(Phrase.CRON_HINT)))


def _line(call: Call, one: Schedule) -> str:
    facts = (
        f"`{short_id(one.schedule_id)}` {timing_text(timing_of(one), call.language)}",
        call.say(Phrase.CRON_IS_PAUSED) if one.is_paused else _next(call, one),
        excerpt(one.goal),
    )
    return " · ".join(facts)


def _next(call: Call, one: Schedule) -> str:
    if one.next_fire_at is None:
        return call.say(Phrase.CRON_NEVER)
    return call.say(Phrase.CRON_NEXT, at=local_text(one.next_fire_at, one.time_zone))


def _pause(call: Call, one: Schedule) -> Script[Reply]:
    yield from schedules.pause(one.schedule_id, call.say(Phrase.CRON_BY_REQUEST))
    return call.reply(Phrase.CRON_PAUSED, id=short_id(one.schedule_id))


def _resume(call: Call, one: Schedule) -> Script[Reply]:
    due = one.next_fire_at
    if due is None and one.is_paused:  # its time passed meanwhile, or it could not be reckoned
        try:
            due = yield from _due_again(call, one)
        except ScheduleError as error:
            return Reply(text=plain(str(error)))
    yield from schedules.resume(one.schedule_id)
    at = local_text(due, one.time_zone) if due else "–"
    text = call.say(Phrase.CRON_RESUMED, at=at)
    return Reply(text=text, aftermath=(LookAtClock(),))


def _due_again(call: Call, one: Schedule) -> Script[datetime | None]:
    """Return when a schedule is due that was paused over its time: what comes once comes now."""
    timing = timing_of(one)
    if one.kind is ScheduleKind.ONCE:
        now = _beside_due_instants(call)
        yield from schedules.fire_again(one.schedule_id, now.isoformat(), now, call.now)
        return now
    due = next_after(timing, call.now)
    yield from schedules.set_due(one.schedule_id, due, call.now)
    return due


def _beside_due_instants(call: Call) -> datetime:
    """Return this moment, kept apart by a microsecond from a due instant that had its tick."""
    return call.now.replace(microsecond=1)


def _run(call: Call, one: Schedule) -> Script[Reply]:
    yield from submit_run(one, _beside_due_instants(call), TickReason.BY_HAND, call.now)
    text = call.say(Phrase.CRON_RUNS)
    return Reply(text=text, aftermath=(LookAtClock(has_run=True),))


def _delete(call: Call, one: Schedule) -> Script[Reply]:
    aftermath = yield from _end(call, one)
    text = call.say(Phrase.CRON_DELETED, goal=excerpt(one.goal))
    return Reply(text=text, aftermath=(*aftermath, LookAtClock()))


def _end(call: Call, one: Schedule) -> Script[list[Aftermath]]:
    """End a schedule, and what runs or waits of it."""
    yield from schedules.delete(one.schedule_id, call.now)
    running: list[Aftermath] = []
    for task in (yield from tasks.open_in_lane(one.lane)):
        yield from cancel(task.task_id, "schedule deleted", call.now)
        if task.status is TaskStatus.RUNNING:
            running.append(StopTask(task_id=task.task_id))
    return running


def undo(call: Call) -> Script[Reply]:
    """Take back what the person had scheduled last in this conversation."""
    found = yield from undoable(call.person, call.talk, call.now)
    if not found:
        return call.reply(Phrase.UNDO_NONE)
    aftermath: list[Aftermath] = []
    for one in found:
        aftermath += yield from _end(call, one)
    text = call.say(Phrase.UNDONE, goals="; ".join(excerpt(one.goal) for one in found))
    return Reply(text=text, aftermath=(*aftermath, LookAtClock()))


def undoable(person: Person, talk: Conversation, now: datetime) -> Script[Sequence[Schedule]]:
    """Read what `/undo` would take back."""
    since = now - UNDONE_WITHIN
    return (yield from schedules.made_last(str(person.user_id), talk.conversation_id, since))


def _subscribe(call: Call, one: Schedule) -> Script[Reply]:
    yield from schedules.subscribe(one.schedule_id, call.talk.conversation_id)
    return call.reply(Phrase.CRON_SUBSCRIBED, goal=excerpt(one.goal))


def _unsubscribe(call: Call, one: Schedule) -> Script[Reply]:
    yield from schedules.unsubscribe(one.schedule_id, call.talk.conversation_id)
    return call.reply(Phrase.CRON_UNSUBSCRIBED, goal=excerpt(one.goal))


OF_ENDED = frozenset({"show", "why"})
DEEDS: dict[str, Deed] = {
    "show": show,
    "pause": _pause,
    "resume": _resume,
    "run": _run,
    "delete": _delete,
    "preview": preview,
    "why": why,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
}
