"""Scripts that count: for probes, metrics and people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.store.statement import Script, Statement, insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many tasks and parts stand where; `ambiguous` counts sends per channel."""

    tasks: Mapping[str, int]
    outbox: Mapping[tuple[str, str], int]
    ambiguous: Mapping[str, int]


def probe(now: datetime) -> Script[None]:
    """Write a row, to see that the database can be written."""
    yield insert(
        "settings",
        {"name": "last_probe", "value": now.isoformat()},
        on_conflict="ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )


def figures() -> Script[Figures]:
    """Count tasks by status, parts by channel and state, ambiguous sends by channel."""
    by_status = yield Statement("SELECT status, COUNT(*) AS n FROM tasks GROUP BY status", {})
    by_state = yield Statement(
        "SELECT channel, state, COUNT(*) AS n FROM outbox GROUP BY channel, state", {}
    )
    unclear = yield Statement(
        "SELECT channel, COUNT(*) AS n FROM outbox WHERE is_ambiguous GROUP BY channel", {}
    )
    return Figures(
        tasks={row.text("status"): row.integer("n") for row in by_status},
        outbox={(row.text("channel"), row.text("state")): row.integer("n") for row in by_state},
        ambiguous={row.text("channel"): row.integer("n") for row in unclear},
    )
