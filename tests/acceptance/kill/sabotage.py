"""Switches one mechanism off in this process, to show that the tests would notice."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from channels.errors import LookupInconclusive
from channels.message import InboundMessage
from gateway.crew import TaskCrew
from gateway.inbox import Inbox
from gateway.intake import Intake
from gateway.journal import StoredJournal
from gateway.parts import notice_to
from gateway.sending import Sender
from gateway.store import outbox, tasks
from gateway.store.statement import Script, Statement
from gateway.turn import TaskTurn


def sabotage(mechanism: str) -> None:
    """Switch one of `MECHANISMS` off; unknown names are errors."""
    MECHANISMS[mechanism]()


def without_fence() -> None:
    """Let every holder write, whoever holds the lease now."""
    for name in ("HOLD", "EXTEND", "LEAVE"):
        sql = getattr(tasks, name)
        open_sql = sql.replace("AND fence = :fence", "").replace("AND lease_until > :now", "")
        setattr(tasks, name, open_sql.replace("AND status = 'running'", ""))


def without_journal() -> None:
    """Remember no step."""
    StoredJournal.recall = lambda self, key: None  # type: ignore[method-assign]  # noqa: ARG005


def without_deduplication() -> None:
    """Take every delivery of an event for a new one."""
    InboundMessage.event_key = property(lambda _: str(uuid4()))  # type: ignore[assignment, method-assign]


def without_read_back() -> None:
    """Look nothing up: send again whatever may have been sent."""

    async def find(self: Sender, *_: Any) -> str | None:  # noqa: ANN401, ARG001 - of no matter here
        raise LookupInconclusive("switched off")

    Sender._find = find  # type: ignore[method-assign, assignment]  # noqa: SLF001 - it is the switch


def without_storing() -> None:
    """Acknowledge events that are in memory only."""
    held: list[InboundMessage] = []

    async def receive(_: Intake, messages: Sequence[InboundMessage]) -> None:
        held.extend(messages)

    Intake.receive = receive  # type: ignore[method-assign, assignment]


def without_leases() -> None:
    """Leave tasks with whoever has taken them, dead or alive."""
    tasks.CLAIM = _without(tasks.CLAIM, "AND lease_until <= :now", "AND FALSE")


def without_lanes() -> None:
    """Take the tasks of one conversation side by side, in any order."""
    begin = tasks.CLAIM.index("AND NOT EXISTS (SELECT 1 FROM tasks AS earlier")
    end = tasks.CLAIM.index("ORDER BY created_at, lane_seq LIMIT 1")
    tasks.CLAIM = tasks.CLAIM.replace(tasks.CLAIM[begin:end], "")
    take_over = Inbox.take_over

    async def without_index(self: Inbox) -> int:
        await self._database.transact("drop", _drop_lane_index)
        return await take_over(self)

    Inbox.take_over = without_index  # type: ignore[method-assign]


def _drop_lane_index() -> Script[None]:
    yield Statement("DROP INDEX IF EXISTS one_running_per_lane", {})


def without_quarantine() -> None:
    """Try a task again however often it failed."""
    TaskTurn._refusal = lambda self: None  # type: ignore[method-assign]  # noqa: ARG005, SLF001


def without_silence() -> None:
    """Send to the chat whatever a worker has come to."""
    end = TaskCrew._end  # noqa: SLF001 - it is the switch

    async def end_aloud(self: TaskCrew, running: Any, outcome: Any) -> None:  # noqa: ANN401 - passed
        await end(self, running, outcome)
        room, talk = self._room, self._claim.conversation
        assert talk is not None
        now, key = room.clock.now(), f"aloud:{running.job.job_id}"
        parts = notice_to(talk, key, (outcome.result,), now)
        await room.database.transact("aloud", lambda: outbox.enqueue(parts, now))

    TaskCrew._end = end_aloud  # type: ignore[method-assign]  # noqa: SLF001 - it is the switch


def _without(sql: str, part: str, instead: str = "") -> str:
    """Return a statement without one of its parts, which must be there."""
    assert part in sql
    return sql.replace(part, instead)


MECHANISMS: dict[str, Callable[[], None]] = {
    "fence": without_fence,
    "journal": without_journal,
    "deduplication": without_deduplication,
    "read-back": without_read_back,
    "storing": without_storing,
    "leases": without_leases,
    "lanes": without_lanes,
    "quarantine": without_quarantine,
    "silence": without_silence,
}
