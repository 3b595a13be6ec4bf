"""The inbox: every task from its acceptance to its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gateway.clock import Clock
from gateway.config.sections import BusyMode, InboxSettings
from gateway.envelope import NewTask, Source, TaskEnvelope
from gateway.errors import ConflictError, InboxFullError
from gateway.lifecycle import TERMINAL, WAITING, TaskStatus
from gateway.store import conversations, jobs, openings, outbox, people, steps, tasks, timeline
from gateway.store.conversations import Conversation, Said
from gateway.store.database import Database
from gateway.store.jobs import Job
from gateway.store.openings import Opening
from gateway.store.outbox import NewPart, OutboxPart
from gateway.store.people import Role
from gateway.store.statement import Script
from gateway.store.steps import Answered, StepRow
from gateway.store.tasks import Lease, Leaving
from gateway.wakeup import Wakeup

AGED_AFTER = timedelta(minutes=10)  # a task that waited this long counts as one level higher
HISTORY_MESSAGES = 30
TOTAL_IS_FRESH = 1.0  # seconds; the bound on all waiting tasks is a safety net, not a quota
CONFLICT_TRIES = 50  # each conflict means that another submission to the same lane went through


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A task that is ours to work on, with all that was recorded about it."""

    task: TaskEnvelope
    lease: Lease
    steps: Sequence[StepRow]
    jobs: Sequence[Job]
    conversation: Conversation | None
    history: Sequence[Said]
    role: Role  # of the person whom the task serves; nobody's task is a guest's
    collected: Sequence[TaskEnvelope] = ()  # later tasks of the conversation that it answers too
    busy_mode: BusyMode = BusyMode.QUEUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Whom and where a transaction that goes on to claim has met already."""

    talk: Conversation
    user_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What one look into the inbox gave; `has_more` says that tasks are left waiting."""

    taken: Sequence[Claim]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a claim ends, and what is said by it; `also` is written in the same transaction.

    `answers` are those of the run's model that nothing has recorded yet. The first of the parts is
    sent at once, under `opening`, unless it must take its turn.
    """

    leaving: Leaving
    answers: Sequence[Answered] = ()
    parts: Sequence[NewPart] = ()
    opening: Opening | None = None
    spoken: str = ""  # the same as one text, for the conversation's history
    also: Callable[[datetime], Script[None]] | None = None


class Inbox:
    """The durable queue of tasks; each method is one transaction.

    `owner` names this process's data directory, which only one process can hold. A lease lasts
    `lease_seconds` and is renewed three times in that time.
    """

    def __init__(
        self, database: Database, clock: Clock, settings: InboxSettings, *, owner: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._owner = owner
        self._total = 0
        self._total_known_at: float | None = None
        self._is_drained = False
        self.wakeup = Wakeup()

    @property
    def lease_time(self) -> timedelta:
        """How long a claim holds without being renewed."""
        return timedelta(seconds=self._settings.lease_seconds)

    @property
    def is_drained(self) -> bool:
        """Whether the last claim left nothing waiting, and nothing has come since from here."""
        return self._is_drained

    async def submit(self, task: NewTask) -> bool:
        """Accept a task; return False where its event was accepted before.

        Raises:
            InboxFullError: as many tasks wait as may.
            StoreUnavailableError: nothing was kept.
        """
        await self.check_room()
        is_new = await self._submit(task)
        if is_new:
            self.submitted()
        return is_new

    def submitted(self, claims: Claims | None = None) -> None:
        """Take note that a task was stored, here or in a transaction of somebody else's.

        `claims` are what that transaction claimed, None where it did not look.
        """
        if claims is None:
            self._total += 1
            self._is_drained = False
            self.wakeup.call()
        elif not claims.taken:
            self._total += 1

    async def check_room(self) -> None:
        """Raise `InboxFullError` where as many tasks wait as may."""
        moment = self._clock.monotonic()
        if self._total_known_at is None or self._must_count(moment - self._total_known_at):
            self._total = await self._database.transact("count", tasks.count_all_waiting)
            self._total_known_at = moment
        if self._total >= self._settings.waiting_total:
            raise InboxFullError(f"{self._total} tasks wait; no more are accepted for now")

    def _must_count(self, age: float) -> bool:
        """Tell whether what was counted `age` seconds ago is of no more use.

        What was submitted here since is added to it and what has ended is not taken off, so it is
        only too high, but for what another gateway submits: hence half of the bound.
        """
        return age > TOTAL_IS_FRESH and self._total * 2 >= self._settings.waiting_total

    async def _submit(self, task: NewTask) -> bool:
        for attempt in range(1, CONFLICT_TRIES + 1):
            try:
                return await self._database.transact(
                    "submit", lambda: tasks.submit(task, self._clock.now())
                )
            except ConflictError:  # somebody else took the same place in the lane
                if attempt == CONFLICT_TRIES:
                    raise
        raise AssertionError("unreachable")

    async def claim(self, most: int = 1) -> Sequence[Claim]:
        """Take up to `most` tasks: lane heads, highest priority first, then oldest.

        Raises:
            StoreUnavailableError: none was taken.
        """
        now = self._clock.now()
        try:
            claims = await self._database.transact(
                "claim", lambda: self.claiming(most, now), told=self.claimed
            )
        except ConflictError:  # another process took the lane between our look and our write
            return []
        return claims.taken

    def claiming(self, most: int, now: datetime, met: Met | None = None) -> Script[Claims]:
        """Take up to `most` tasks, within a transaction of somebody else's; `claimed` follows.

        `met` is what it has read already.
        """
        taken: list[Claim] = []
        while len(taken) < most:
            row = yield from tasks.claim(
                now=now,
                lease_until=now + self.lease_time,
                owner=self._owner,
                aged=now - AGED_AFTER,
            )
            if row is None:
                break
            taken.append((yield from self._with_records(tasks.envelope(row), now, met)))
        return Claims(taken=taken, has_more=(yield from tasks.has_waiting()))

    def claimed(self, claims: Claims | None) -> None:
        """Take note, in the order of the commits, of whether a look left anything waiting."""
        if claims is not None:
            self._is_drained = not claims.has_more

    def _with_records(self, task: TaskEnvelope, now: datetime, met: Met | None) -> Script[Claim]:
        recorded = (yield from steps.of_task(task.task_id)) if task.attempt > 1 else []
        open_jobs = (yield from jobs.of_task(task.task_id)) if task.attempt > 1 else []
        talk: Conversation | None = None
        said: Sequence[Said] = []
        if task.conversation_id is not None:
            talk = yield from _conversation(task.conversation_id, met)
            if task.lane == talk.address.key:  # a schedule's runs know nothing of each other
                said = yield from conversations.history(talk, task, HISTORY_MESSAGES)
        mode = self.busy_mode(talk)
        may_collect = talk is not None and mode is not BusyMode.QUEUE and not recorded
        return Claim(
            task=task,
            lease=Lease(task_id=task.task_id, fence=task.fence),
            steps=recorded,
            jobs=open_jobs,
            conversation=talk,
            history=said,
            role=(yield from _role(task.user_id, met)),
            collected=(yield from _collected(task, now, may_collect=may_collect)),
            busy_mode=mode,
        )

    def busy_mode(self, talk: Conversation | None) -> BusyMode:
        """Return what becomes of messages that come while a conversation is being worked on."""
        chosen = talk.busy_mode if talk is not None else None
        return chosen or self._settings.busy_mode

    async def extend(self, lease: Lease) -> bool:
        """Renew a lease; return whether the task shall be cancelled.

        Raises:
            LeaseLostError: the lease is not ours any more: stop and discard.
        """
        now = self._clock.now()

        def script() -> Script[bool]:
            is_cancelled = yield from tasks.extend(lease, now, now + self.lease_time)
            yield from jobs.keep_seats(lease.task_id, now + self.lease_time)
            return is_cancelled

        return await self._database.transact("extend", script)

    async def leave(
        self,
        lease: Lease,
        ending: Ending,
        told: Callable[[OutboxPart | None], None] | None = None,
    ) -> None:
        """End a claim and queue what is said by it, in one transaction.

        `told` is told of the part that is to be sent now, see `Writer.transact`.

        Raises:
            IllegalTransitionError: a running task cannot become that.
            LeaseLostError: the lease is not ours any more; nothing was written.
        """
        now, status = self._clock.now(), ending.leaving.status
        await self._database.transact(
            f"leave_{status}", lambda: _leaving(lease, ending, now), told=told
        )
        if status is TaskStatus.PENDING:
            self._total += 1
            self._is_drained = False

    async def cancel(self, task_id: UUID, reason: str) -> bool:
        """Cancel a task: at once where nobody holds it, else by asking its holder.

        Returns whether it is (being) cancelled; False where it had ended before.

        Raises:
            KeyError: there is no such task.
        """
        now = self._clock.now()
        return await self._database.transact("cancel", lambda: cancel(task_id, reason, now))

    async def resume(self, task_id: UUID, tool: str, result: str) -> bool:
        """Give a waiting task the result it waits for; False where it waits no longer."""
        now = self._clock.now()

        def script() -> Script[bool]:
            return (yield from resume(task_id, tool, result, now))

        is_resumed = await self._database.transact("resume", script)
        if is_resumed:
            self.submitted()
        return is_resumed

    async def take_over(self) -> int:
        """End the leases that this data directory's last process left; returns how many.

        Call it once at the start: whoever holds the directory's lock knows that the last holder is
        dead. Tasks, sends and seats then go the way of every expired lease.
        """
        now = self._clock.now()

        def script() -> Script[int]:
            found = yield from tasks.expire_leases(self._owner, now)
            found += yield from outbox.expire_leases(self._owner, now)
            yield from jobs.free_seats_of(self._owner)
            return found

        return await self._database.transact("take_over", script)


def _conversation(conversation_id: UUID, met: Met | None) -> Script[Conversation]:
    if met is not None and met.talk.conversation_id == conversation_id:
        return met.talk
    return (yield from conversations.find(conversation_id))


def _role(user_id: str, met: Met | None) -> Script[Role]:
    if met is not None and met.user_id == user_id:
        return met.role
    return (yield from people.role_of(user_id))


def _leaving(lease: Lease, ending: Ending, now: datetime) -> Script[OutboxPart | None]:
    leaving, answers = ending.leaving, ending.answers
    yield from tasks.leave(lease, leaving, now, recorded_step=bool(answers))
    yield from steps.add_answers(lease.task_id, answers, now)
    opened = yield from _saying(ending, now)
    if ending.spoken and ending.parts:
        place = ending.parts[0].conversation_id
        yield from conversations.say(place, ending.spoken, lease.task_id, now)
    if ending.also is not None:
        yield from ending.also(now)
    if leaving.status in TERMINAL:
        yield from tasks.end_collected(lease.task_id, leaving.status, now)
        yield from jobs.end_open(lease.task_id, now)
    if leaving.status is not TaskStatus.COMPLETED:
        detail = {"reason": leaving.reason}
        yield from timeline.add(lease.task_id, str(leaving.status), detail, now)
    return opened


def _saying(ending: Ending, now: datetime) -> Script[OutboxPart | None]:
    """Queue what is said; return its first part if that is being sent by this."""
    opened = None
    if ending.opening is not None:
        opened = yield from openings.open_at_once(ending.opening, now)
    yield from outbox.enqueue(ending.parts if opened is None else ending.parts[1:], now)
    return opened


def cancel(task_id: UUID, reason: str, now: datetime) -> Script[bool]:
    """Cancel a task; a script, so that a command can be one transaction with its message."""
    task = yield from tasks.lock(task_id)
    if task.status in TERMINAL:
        return False
    if task.status is TaskStatus.RUNNING:
        yield from tasks.request_cancel(task_id, now)
        return True
    yield from tasks.move(task_id, TaskStatus.CANCELLED, reason, now)
    yield from tasks.end_collected(task_id, TaskStatus.CANCELLED, now)
    yield from jobs.end_open(task_id, now)
    yield from timeline.add(task_id, "cancelled", {"reason": reason}, now)
    return True


def resume(task_id: UUID, tool: str, result: str, now: datetime) -> Script[bool]:
    """Record what a waiting task waits for and put it back in its place in the lane."""
    task = yield from tasks.lock(task_id)
    if task.status not in WAITING:
        return False
    if not (yield from steps.answer_open_tool_step(task_id, tool, result, now)):
        return False
    yield from tasks.move(task_id, TaskStatus.PENDING, "", now)
    yield from timeline.add(task_id, "resumed", {"tool": tool}, now)
    return True


def _collected(
    task: TaskEnvelope, now: datetime, *, may_collect: bool
) -> Script[Sequence[TaskEnvelope]]:
    """Read what a task has collected, and collect what may be: nothing once the work has begun."""
    before = (yield from tasks.collected_by(task.task_id)) if task.attempt > 1 else []
    if not may_collect or task.source is not Source.USER_CHAT:
        return before
    return [*before, *(yield from tasks.collect(task, now))]
