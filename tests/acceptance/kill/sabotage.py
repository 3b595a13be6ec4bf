"""Switches one mechanism off in this process, to show that the tests would notice."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from channels.errors import LookupInconclusive
from channels.message import InboundMessage
from gateway.journal import StoredJournal
from gateway.sending import Sender
from gateway.store import heartbeats, tasks, ticks
from gateway.store.heartbeats import Finding
from gateway.store.statement import Script


def sabotage(mechanism: str) -> None:
    """Switch one mechanism of these off; unknown names are errors."""
    {
        "fingerprints": without_fingerprints,
        "ticks": without_ticks,
        "fence": without_fence,
        "journal": without_journal,
        "deduplication": without_deduplication,
        "read-back": without_read_back,
    }[mechanism]()


def without_fence() -> None:
    """Let every holder write, whoever holds the lease now."""
    for name in ("HOLD", "EXTEND", "LEAVE"):
        sql = getattr(tasks, name)
        open_sql = sql.replace("AND fence = :fence", "").replace("AND lease_until > :now", "")
        setattr(tasks, name, open_sql.replace("AND status = 'running'", ""))


def without_ticks() -> None:
    """Fire an instant whoever has fired it; the test must drop the indexes, too."""
    ticks.ADVANCE = ticks.ADVANCE.replace("AND next_fire_at = :expected", "")
    ticks.RECORD_CONFLICT = ""
    tasks.SUBMIT = tasks.SUBMIT.replace("ON CONFLICT (event_key) DO NOTHING", "")


def without_fingerprints() -> None:
    """Take whatever a heartbeat comes upon for news."""

    def is_news(user_id: str, finding: Finding, now: datetime) -> Script[bool]:  # noqa: ARG001
        yield from heartbeats.watches(user_id)  # a script asks something
        return True

    heartbeats.is_news = is_news


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
