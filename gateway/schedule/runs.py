"""What becomes of a scheduled run: one message to each conversation, or none, or a failure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gateway.envelope import Priority, Source, TaskEnvelope
from gateway.inbox import Ending
from gateway.lifecycle import TERMINAL, TaskStatus
from gateway.parts import numbered
from gateway.phrases import Phrase, say
from gateway.roster import Roster
from gateway.schedule.quiet import parse_quiet, quiet_until
from gateway.schedule.words import SHORT_ID_CHARACTERS, local_text
from gateway.store import conversations, held, outbox, preferences, schedules
from gateway.store.conversations import Conversation
from gateway.store.database import Database
from gateway.store.held import Held
from gateway.store.outbox import NewPart, OutboxKind
from gateway.store.schedules import Schedule
from gateway.store.statement import Script

NOTHING_NEW: Final = "HEARTBEAT_OK"  # an answer of exactly this is for nobody
MOST_FAILURES = 3  # in a row, then the schedule is paused
MESSAGE_KEPT = timedelta(days=1)  # what a scheduled run says is worth sending this long
EXCERPT_CHARACTERS = 80
MERGED = "\n\n---\n\n"


def is_scheduled(task: TaskEnvelope) -> bool:
    """Tell whether nobody waits for a task at this moment, since a clock began it."""
    return task.source in {Source.CRON, Source.HEARTBEAT}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """What a run says; `make` puts it into a conversation's language."""

    task: TaskEnvelope
    make: Callable[[str], str]


class ScheduledRuns:
    """Ends scheduled runs; `default_zone` is for people who have set none."""

    def __init__(self, roster: Roster, *, default_zone: str) -> None:
        self._roster = roster
        self._default_zone = default_zone

    def redirect(self, task: TaskEnvelope, ending: Ending) -> Ending:
        """Return the same ending, but what it says goes where the schedule says.

        While a run waits or is tried again, nothing is said: nobody is there to wait with it.
        """
        quietly = replace(ending, parts=(), spoken="")
        if ending.leaving.status not in TERMINAL:
            return quietly
        return replace(quietly, also=lambda now: self._close(task, ending, now))

    def _close(self, task: TaskEnvelope, ending: Ending, now: datetime) -> Script[None]:
        if task.source is Source.HEARTBEAT:
            yield from self._close_heartbeat(task, ending, now)
            return
        found = yield from schedules.find(UUID(str(task.metadata["schedule_id"])))
        if found is None:
            return
        word = yield from self._word(task, found, ending)
        if word is not None:
            for talk in (yield from schedules.targets(found.schedule_id)):
                yield from self._tell(word, talk, now)
        is_failed = ending.leaving.status is TaskStatus.FAILED  # then it can be run by hand
        if found.next_fire_at is None and not is_failed:
            yield from schedules.end(found.schedule_id, now)

    def _close_heartbeat(self, task: TaskEnvelope, ending: Ending, now: datetime) -> Script[None]:
        status, text = ending.leaving.status, ending.spoken
        is_news = status is TaskStatus.COMPLETED and not _is_silent(text)
        if task.conversation_id is None or not (is_news or status is TaskStatus.FAILED):
            return

        def make(language: str) -> str:
            if is_news:
                return text
            return say(Phrase.HEARTBEAT_FAILED, language, reason=text, task=task.task_id)

        talk = yield from conversations.find(task.conversation_id)
        yield from self._tell(_Word(task=task, make=make), talk, now)

    def _word(self, task: TaskEnvelope, one: Schedule, ending: Ending) -> Script[_Word | None]:
        """Keep the count of failures, and return what there is to say."""
        status, text = ending.leaving.status, ending.spoken
        if status is TaskStatus.CANCELLED:
            return None
        if status is TaskStatus.COMPLETED:
            yield from schedules.set_failures(one.schedule_id, 0)
            return None if _is_silent(text) else _Word(task=task, make=lambda _: text)
        failures = one.failures + 1
        yield from schedules.set_failures(one.schedule_id, failures)
        is_given_up = failures >= MOST_FAILURES and one.next_fire_at is not None
        if is_given_up:
            yield from schedules.pause(one.schedule_id, ending.leaving.reason)
        return _Word(
            task=task,
            make=lambda language: _failure(one, text, language, is_given_up=is_given_up),
        )

    def _tell(self, word: _Word, talk: Conversation, now: datetime) -> Script[None]:
        task, text = word.task, word.make(talk.language)
        quiet_until = yield from self._quiet_until(task, now)
        if quiet_until is not None:
            message = Held(
                task_id=task.task_id,
                conversation_id=talk.conversation_id,
                user_id=task.user_id,
                text=text,
                release_at=quiet_until,
            )
            yield from held.hold(message, now)
            return
        key = f"{task.task_id}:final@{talk.conversation_id}"
        yield from enqueue(self._roster, talk, text, _Place(key, task.task_id, now))
        yield from conversations.say(talk.conversation_id, text, task.task_id, now)

    def _quiet_until(self, task: TaskEnvelope, now: datetime) -> Script[datetime | None]:
        if task.priority is Priority.HIGH:
            return None
        chosen = yield from preferences.read(task.user_id)
        if not chosen.quiet_hours:
            return None
        zone = chosen.time_zone or self._default_zone
        return quiet_until(parse_quiet(chosen.quiet_hours), zone, now)


def _is_silent(text: str) -> bool:
    return text.strip() in {"", NOTHING_NEW}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the outbox something goes."""

    key: str
    task_id: UUID
    now: datetime


def enqueue(roster: Roster, talk: Conversation, text: str, place: _Place) -> Script[None]:
    """Queue a message for one conversation, in as many parts as its channel needs."""
    template = NewPart(
        part_key=place.key,
        kind=OutboxKind.FINAL,
        conversation_id=talk.conversation_id,
        channel=talk.address.channel,
        part_no=0,
        text="",
        task_id=place.task_id,
        expires_at=place.now + MESSAGE_KEPT,
    )
    parts = numbered(template, roster.split(talk.address, text))
    yield from outbox.enqueue(parts, place.now)


def _failure(one: Schedule, reason: str, language: str, *, is_given_up: bool) -> str:
    """Say in one sentence that a run failed, why, and what happens next."""
    short = str(one.schedule_id)[:SHORT_ID_CHARACTERS]
    if is_given_up:
        after = say(Phrase.SCHEDULE_GIVEN_UP, language, count=MOST_FAILURES, id=short)
    elif one.next_fire_at is None:
        after = say(Phrase.SCHEDULE_NO_NEXT, language, id=short)
    else:
        after = say(Phrase.SCHEDULE_NEXT, language, at=local_text(one.next_fire_at, one.time_zone))
    goal = " ".join(one.goal.split())
    goal = goal if len(goal) <= EXCERPT_CHARACTERS else f"{goal[: EXCERPT_CHARACTERS - 1]}…"
    return say(Phrase.SCHEDULE_FAILED, language, goal=goal, reason=reason, after=after)


class QuietEnd:
    """Lets go, as one message, what was kept back in a conversation; a `Chore`."""

    def __init__(self, database: Database, roster: Roster, told: Callable[[], None]) -> None:
        self._database = database
        self._roster = roster
        self._told = told

    async def do_due(self, now: datetime) -> datetime | None:
        """Let go what is due; see `Chore`."""
        while (nearest := await self._nearest()) is not None and nearest <= now:
            await self._database.transact("release_held", lambda: self._release(now))
            self._told()
        return nearest

    async def _nearest(self) -> datetime | None:
        return await self._database.transact("nearest_held", held.nearest)

    def _release(self, now: datetime) -> Script[None]:
        conversation_id = yield from held.due_conversation(now)
        if conversation_id is None:
            return
        messages = yield from held.take(conversation_id, now)
        if not messages:
            return  # another process was quicker
        talk = yield from conversations.find(conversation_id)
        for message in messages:
            yield from conversations.say(talk.conversation_id, message.text, message.task_id, now)
        text = messages[0].text
        if len(messages) > 1:
            head = say(Phrase.QUIET_MERGED, talk.language, count=len(messages))
            text = f"{head}\n\n{MERGED.join(message.text for message in messages)}"
        first = messages[0].task_id
        key = f"{first}:held@{conversation_id}"
        yield from enqueue(self._roster, talk, text, _Place(key, first, now))
