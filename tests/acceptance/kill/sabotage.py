"""Switches one mechanism off in this process, to show that the tests would notice."""

from typing import Any
from uuid import uuid4

from channels.errors import LookupInconclusive
from channels.message import InboundMessage
from gateway.journal import StoredJournal
from gateway.sending import Sender
from gateway.store import tasks


def sabotage(mechanism: str) -> None:
    """Switch `fence`, `journal`, `deduplication` or `read-back` off; unknown names are errors."""
    {
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
