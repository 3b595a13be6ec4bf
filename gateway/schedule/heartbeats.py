"""Heartbeats: now and then somebody's checklist is looked through, and what is new makes a task."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog

from gateway.clock import Clock
from gateway.envelope import NewTask, Source, default_priority
from gateway.errors import StoreError
from gateway.inbox import Inbox
from gateway.phrases import Phrase, say
from gateway.schedule.firing import TRIMMED
from gateway.schedule.quiet import next_within, parse_quiet
from gateway.schedule.words import SHORT_ID_CHARACTERS
from gateway.store import conversations, follow_ups, heartbeats, preferences, tasks
from gateway.store.database import Database
from gateway.store.follow_ups import FollowUp
from gateway.store.heartbeats import Finding, Heartbeat, Receipt
from gateway.store.statement import Script
from gateway.wakeup import Wakeup

LOOK_TAKES = timedelta(minutes=15)  # then another process may take it over
LOOK_AGAIN_SECONDS = 30.0  # for a clock that jumped; a change wakes the loop at once
ACTIVE_HOURS = "08:00-22:00"
OPEN_FOR = timedelta(hours=1)  # a question that waits this long is worth a reminder
SHOWN_FINDINGS = 50

logger = structlog.get_logger(__name__)


class Looks(Protocol):
    """Looks at what is on a checklist."""

    async def look(self, one: Heartbeat, watches: Sequence[str]) -> list[Finding]:
        """Return what there is; may take minutes, changes nothing, and may be called again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatRoom:
    """What heartbeats need of the gateway."""

    database: Database
    clock: Clock
    inbox: Inbox
    default_zone: str


class Heartbeats:
    """Looks through one checklist after the other, when each is due."""

    def __init__(self, room: HeartbeatRoom, lookout: Looks) -> None:
        self._room = room
        self._lookout = lookout
        self._seen: datetime | None = None  # the wall clock at the last look
        self.wakeup = Wakeup()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                while await self.look():
                    pass
            except StoreError as error:
                logger.warning("heartbeats_put_off", error=str(error))
            except Exception:  # what is new is new at the next look
                logger.exception("heartbeat_failed")
            await self.wakeup.wait(LOOK_AGAIN_SECONDS)

    async def look(self) -> bool:
        """Look through the checklist that is due, if one is; return whether one was.

        Raises:
            StoreUnavailableError: nothing was kept; what is new is new at the next look.
        """
        now = self._room.clock.now()
        if self._seen is None or now < self._seen - TRIMMED:
            await self._room.database.transact("set_heartbeats_back", lambda: self._set_back(now))
        self._seen = now
        chosen = await self._room.database.transact("due_heartbeat", lambda: self._claim(now))
        if chosen is None:
            return False
        one, watches = chosen
        findings = await self._lookout.look(one, watches)
        task_id = await self._room.database.transact(
            "settle_heartbeat", lambda: self._settle(one, findings, now)
        )
        if task_id is not None:
            self._room.inbox.submitted()
        return True

    def _set_back(self, now: datetime) -> Script[None]:
        """Reckon anew what a clock ahead of this one has put off."""
        for one in (yield from heartbeats.later_than(now)):
            at_most = yield from self._next(one, now)
            if one.next_look_at is not None and one.next_look_at > at_most:
                yield from heartbeats.move(one, at_most)

    def _next(self, one: Heartbeat, now: datetime) -> Script[datetime]:
        zone = (yield from preferences.read(one.user_id)).time_zone or self._room.default_zone
        return next_within(parse_quiet(one.active_hours), zone, now + one.every)

    def _claim(self, now: datetime) -> Script[tuple[Heartbeat, Sequence[str]] | None]:
        """Take the look that is due, for a while: if nothing comes of it, it is due again."""
        one = yield from heartbeats.nearest()
        if one is None or one.next_look_at is None or one.next_look_at > now:
            return None
        taken = replace(one, next_look_at=now + LOOK_TAKES)
        if not (yield from heartbeats.move(one, now + LOOK_TAKES)):
            return None
        return taken, (yield from heartbeats.watches(one.user_id))

    def _settle(
        self, one: Heartbeat, findings: Sequence[Finding], now: datetime
    ) -> Script[NewTask | None]:
        """Remember what was found and make one task of what is news, or none.

        Nothing is kept where the look is not ours any more: it took too long and somebody else took
        it over, or the person has changed their heartbeat meanwhile.
        """
        if not (yield from heartbeats.move(one, (yield from self._next(one, now)))):
            return None
        due = yield from self._due(one, now)
        news: list[Finding] = []
        for finding in (*findings, *due):
            if (yield from heartbeats.is_news(one.user_id, finding, now)):
                news.append(finding)  # noqa: PERF401 - a comprehension cannot yield
        task: NewTask | None = None
        if news:
            talk = yield from conversations.find(one.conversation_id)
            task = new_task(one, news, talk.language)
            yield from tasks.submit(task, now)
        task_id = task.task_id if task is not None else None
        receipt = Receipt(looked_at=now, findings=len(news), task_id=task_id)
        yield from heartbeats.record(one.user_id, receipt)
        return task

    def _due(self, one: Heartbeat, now: datetime) -> Script[Sequence[Finding]]:
        """Read what the database knows: open questions, reminders that failed, follow-ups."""
        questions = yield from heartbeats.open_questions(one.user_id, now - OPEN_FOR)
        reminders = yield from heartbeats.overdue_reminders(one.user_id, now - OPEN_FOR)
        reviews = []
        for follow_up in (yield from follow_ups.due(one.user_id, now)):
            reviews.append(review_of(follow_up))
            yield from follow_ups.put_off(follow_up, now + follow_up.every)
        return (*questions, *reminders, *reviews)


def review_of(one: FollowUp) -> Finding:
    """Say that a follow-up is to be reviewed; each time it is, that is news once."""
    short = str(one.follow_up_id)[:SHORT_ID_CHARACTERS]
    return Finding(
        source="follow_up",
        fingerprint=f"{one.follow_up_id}:{one.reviews}",
        title=f"Follow-up {short} is due: {one.subject}. Done when: {one.done_when}",
    )


def new_task(one: Heartbeat, news: Sequence[Finding], language: str) -> NewTask:
    """Make the task that tells somebody what is new."""
    lane = f"heartbeat:{one.user_id}"
    due = one.next_look_at.isoformat() if one.next_look_at else ""
    return NewTask(
        task_id=uuid4(),
        source=Source.HEARTBEAT,
        goal=say(Phrase.HEARTBEAT_GOAL, language),
        event_key=f"{lane}:{due}",
        lane=lane,
        priority=default_priority(Source.HEARTBEAT),
        user_id=one.user_id,
        conversation_id=one.conversation_id,
        payload={
            "findings": [
                {"title": finding.title, "url": finding.url} for finding in news[:SHOWN_FINDINGS]
            ]
        },
    )
