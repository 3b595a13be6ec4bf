"""Scripts over pairings: strangers' requests to be let in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.store import people, settings
from gateway.store.people import LANGUAGE_CHARACTERS, NAME_CHARACTERS, Identity
from gateway.store.statement import Row, Script, Statement, insert

LOCK = "pairings"  # the row of the settings that keeps two transactions from counting at once


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPairing:
    """A request about to be stored; of its code only the hash is kept."""

    identity: Identity
    sender_name: str
    conversation_id: UUID
    language: str
    code_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """A request that is open."""

    pairing_id: int
    identity: Identity
    sender_name: str
    conversation_id: UUID
    language: str
    created_at: datetime
    expires_at: datetime


def pairing(row: Row) -> Pairing:
    """Read a request."""
    return Pairing(
        pairing_id=row.integer("pairing_id"),
        identity=people.identity(row),
        sender_name=row.text("sender_name"),
        conversation_id=row.uuid("conversation"),
        language=row.text("language"),
        created_at=row.time("created_at"),
        expires_at=row.time("expires_at"),
    )


def add(new: NewPairing, now: datetime) -> Script[None]:
    """Store a request; a second one of the same sender is a conflict."""
    yield insert(
        "pairings",
        {
            "channel": new.identity.channel,
            "account": new.identity.account,
            "sender_id": new.identity.sender_id,
            "sender_name": new.sender_name[:NAME_CHARACTERS],
            "conversation": str(new.conversation_id),
            "language": new.language[:LANGUAGE_CHARACTERS],
            "code_hash": new.code_hash,
            "expires_at": new.expires_at,
            "created_at": now,
        },
    )


def find(sender: Identity) -> Script[Pairing | None]:
    """Read the open request of a sender."""
    rows = yield Statement(
        "SELECT * FROM pairings WHERE channel = :channel AND account = :account "
        "AND sender_id = :sender_id",
        {"channel": sender.channel, "account": sender.account, "sender_id": sender.sender_id},
    )
    return pairing(rows[0]) if rows else None


def find_by_code(code_hash: str) -> Script[Pairing | None]:
    """Read the request whose code has this hash."""
    rows = yield Statement(
        "SELECT * FROM pairings WHERE code_hash = :code_hash", {"code_hash": code_hash}
    )
    return pairing(rows[0]) if rows else None


def list_all() -> Script[Sequence[Pairing]]:
    """Read all open requests, first one first."""
    rows = yield Statement("SELECT * FROM pairings ORDER BY pairing_id", {})
    return [pairing(row) for row in rows]


def count(channel: str, account: str) -> Script[int]:
    """Count the open requests to one bot account, and keep others from adding any meanwhile."""
    yield from settings.hold(LOCK)
    rows = yield Statement(
        "SELECT COUNT(*) AS n FROM pairings WHERE channel = :channel AND account = :account",
        {"channel": channel, "account": account},
    )
    return rows[0].integer("n")


def close(pairing_id: int) -> Script[None]:
    """Drop a request that was decided."""
    yield Statement("DELETE FROM pairings WHERE pairing_id = :id", {"id": pairing_id})


def close_of(sender: Identity) -> Script[None]:
    """Drop the request of a sender who came in another way; harmless where there is none."""
    yield Statement(
        "DELETE FROM pairings WHERE channel = :channel AND account = :account "
        "AND sender_id = :sender_id",
        {"channel": sender.channel, "account": sender.account, "sender_id": sender.sender_id},
    )


def expire(now: datetime) -> Script[None]:
    """Drop the requests whose time is over."""
    yield Statement("DELETE FROM pairings WHERE expires_at <= :now", {"now": now})


HEARD = """
SELECT COUNT(*) AS n FROM messages AS m
JOIN conversations AS c ON c.conversation_id = m.conversation_id
WHERE m.created_at >= :since AND m.direction = 'in' AND m.sender_id = :sender_id
  AND c.channel = :channel AND c.account = :account AND c.kind = 'private'
"""


def count_heard(sender: Identity, since: datetime) -> Script[int]:
    """Count the events that a sender sent in private since a moment, refused ones included."""
    rows = yield Statement(
        HEARD,
        {
            "channel": sender.channel,
            "account": sender.account,
            "sender_id": sender.sender_id,
            "since": since,
        },
    )
    return rows[0].integer("n")
