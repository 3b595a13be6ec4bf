"""The commands about the service: how it does, what it has, what it used, and its switches."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from gateway.commands.call import Call
from gateway.commands.command import PauseWork, ReloadFiles, Reply
from gateway.commands.layout import bullets, code, first_sentence, paragraphs, plain, span
from gateway.commands.record import tokens
from gateway.commands.surroundings import Listing
from gateway.lifecycle import TaskStatus
from gateway.phrases import Phrase
from gateway.roster import ChannelHealth, ChannelState
from gateway.store import jobs, outbox, overview, settings
from gateway.store.outbox import OutboxState
from gateway.store.overview import ModelTotal
from gateway.store.statement import Script

DAY = timedelta(days=1)
MONTH = timedelta(days=30)


def status(call: Call) -> Script[Reply]:
    """Say how the service is doing; reasons and file names are for admins."""
    is_paused = yield from settings.is_paused()
    lines = [
        _channels(call),
        _tasks(call, (yield from overview.count_open_tasks())),
        _outbox(
            call, (yield from outbox.count_by_state()), (yield from overview.count_ambiguous())
        ),
    ]
    problems = call.surroundings.problems()
    if problems:
        lines.append(call.say(Phrase.STATUS_PROBLEMS, count=len(problems)))
    head = call.say(
        Phrase.STATUS_HEAD,
        version=call.surroundings.version,
        span=span(call.now - call.surroundings.started_at, call.language),
    )
    return Reply(
        text=paragraphs(
            head,
            call.say(Phrase.STATUS_PAUSED) if is_paused else "",
            bullets(lines),
            bullets(plain(problem) for problem in problems) if call.is_admin else "",
        )
    )


def _channels(call: Call) -> str:
    known = call.surroundings.channels().items()
    states = ", ".join(_channel(call, name, health) for name, health in known)
    return call.say(Phrase.STATUS_CHANNELS, channels=states or call.say(Phrase.NONE))


def _channel(call: Call, name: str, health: ChannelHealth) -> str:
    state = f"{name} {call.say(Phrase(f'channel_{health.state}'))}"
    has_reason = health.state is ChannelState.UNAVAILABLE and health.reason and call.is_admin
    return f"{state} ({plain(health.reason)})" if has_reason else state


def _tasks(call: Call, counts: dict[TaskStatus, int]) -> str:
    return call.say(
        Phrase.STATUS_TASKS,
        running=counts.get(TaskStatus.RUNNING, 0),
        waiting=counts.get(TaskStatus.PENDING, 0),
        asking=counts.get(TaskStatus.WAITING_INPUT, 0),
        outside=counts.get(TaskStatus.WAITING_EXTERNAL, 0),
    )


def _outbox(call: Call, counts: dict[OutboxState, int], ambiguous: int) -> str:
    is_open = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN)
    queued = sum(counts.get(state, 0) for state in is_open)
    return call.say(Phrase.STATUS_OUTBOX, queued=queued, ambiguous=ambiguous)


def list_workers(call: Call) -> Script[Reply]:
    """List the workers, and how many jobs each is doing."""
    taken = yield from jobs.count_taken(call.now)
    lines = [_worker(call, one, taken.get(one.name, 0)) for one in call.surroundings.workers()]
    return Reply(text=bullets(lines) or call.say(Phrase.WORKERS_NONE))


def _worker(call: Call, worker: Listing, busy: int) -> str:
    doing = f" · {call.say(Phrase.WORKER_BUSY, count=busy)}" if busy else ""
    return f"{_listing(worker)}{doing}"


def list_skills(call: Call) -> Script[Reply]:
    """List the skills, each with what it does in the person's language."""
    yield from ()  # nothing to read or write
    lines = bullets(
        f"{code(one.name)} — {plain(first_sentence(one.description, call.language))}"
        for one in call.surroundings.skills()
    )
    return Reply(text=lines or call.say(Phrase.SKILLS_NONE))


def _listing(one: Listing) -> str:
    return f"{code(one.name)} — {plain(one.description)}"


def usage(call: Call) -> Script[Reply]:
    """Add up the tokens of the last day and month: the person's own, for admins also all."""
    own = yield from _used(call, call.person.user_id)
    blocks = [f"**{call.say(Phrase.USAGE_OWN)}**", own]
    if call.is_admin:
        everybody = yield from _used(call, None)
        blocks += [f"**{call.say(Phrase.USAGE_ALL)}**", everybody]
    return Reply(text=paragraphs(*blocks))


def _used(call: Call, user_id: UUID | None) -> Script[str]:
    day = yield from overview.usage_since(call.now - DAY, user_id)
    month = yield from overview.usage_since(call.now - MONTH, user_id)
    return bullets(
        (*_totals(call, Phrase.USAGE_DAY, day), *_totals(call, Phrase.USAGE_MONTH, month))
    )


def _totals(call: Call, period: Phrase, totals: Sequence[ModelTotal]) -> list[str]:
    title = call.say(period)
    if not totals:
        return [f"{title}: {call.say(Phrase.NONE)}"]
    return [f"{title}: {_total(call, one)}" for one in totals]


def _total(call: Call, one: ModelTotal) -> str:
    return call.say(
        Phrase.USAGE_LINE,
        model=code(one.model),
        tokens=tokens(call, one.input_tokens, one.output_tokens),
        cached=f"{one.cached_tokens:,}",
        calls=f"{one.calls:,}",
    )


def reload(call: Call) -> Script[Reply]:
    """Have souls and skills read again, and say what is wrong with them."""
    yield from ()  # nothing to read or write
    problems = call.surroundings.problems()
    counts = call.say(
        Phrase.RELOADED,
        workers=len(call.surroundings.workers()),
        skills=len(call.surroundings.skills()),
    )
    found = call.say(Phrase.STATUS_PROBLEMS, count=len(problems)) if problems else ""
    text = paragraphs(counts, found, bullets(plain(problem) for problem in problems))
    return Reply(text=text, aftermath=(ReloadFiles(),))


def pause(call: Call) -> Script[Reply]:
    """Begin no more tasks, through restarts too, until somebody resumes."""
    yield from settings.pause(is_paused=True)
    return Reply(text=call.say(Phrase.PAUSED), aftermath=(PauseWork(is_paused=True),))


def resume(call: Call) -> Script[Reply]:
    """Go on with the tasks that wait."""
    yield from settings.pause(is_paused=False)
    return Reply(text=call.say(Phrase.RESUMED), aftermath=(PauseWork(is_paused=False),))
