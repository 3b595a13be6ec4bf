"""Scripts over link codes: how somebody known joins another identity to themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from gateway.store import settings
from gateway.store.people import Identity
from gateway.store.statement import Script, Statement, insert

_JOINED: Final = "joined:"  # begins the setting that keeps who somebody is now


def issue(user_id: UUID, code_hash: str, expires_at: datetime, now: datetime) -> Script[None]:
    """Store a person's code in place of an earlier one."""
    yield Statement("DELETE FROM link_codes WHERE user_id = :user_id", {"user_id": user_id})
    yield insert(
        "link_codes",
        {
            "code_hash": code_hash,
            "user_id": user_id,
            "expires_at": expires_at,
            "created_at": now,
        },
    )


def owner(code_hash: str, now: datetime) -> Script[UUID | None]:
    """Read whose code this is; None where it is nobody's or too old."""
    rows = yield Statement(
        "SELECT user_id FROM link_codes WHERE code_hash = :code_hash AND expires_at > :now",
        {"code_hash": code_hash, "now": now},
    )
    return rows[0].uuid("user_id") if rows else None


def use_up(code_hash: str) -> Script[None]:
    """Let a code be good for nothing more."""
    yield Statement("DELETE FROM link_codes WHERE code_hash = :code_hash", {"code_hash": code_hash})


def join_stranger(sender: Identity, user_id: UUID, now: datetime) -> Script[None]:
    """Let an identity that nobody has be a person's."""
    yield insert(
        "identities",
        {
            "channel": sender.channel,
            "account": sender.account,
            "sender_id": sender.sender_id,
            "user_id": user_id,
            "created_at": now,
        },
    )


# Where a person's id is kept as text; what makes a row the person's only one, where it must be.
OWNED: dict[str, tuple[str, ...] | None] = {
    "tasks": None,
    "usage": None,
    "schedules": None,
    "follow_ups": None,
    "held_messages": None,
    "heartbeat_receipts": None,
    "skill_proposals": None,
    "heartbeats": (),
    "heartbeat_watches": ("subject",),
    "heartbeat_marks": ("source", "fingerprint"),
}


def merge(joining: UUID, into: UUID) -> Script[None]:
    """Let one person be another: all that was theirs moves, and their row goes.

    Where both have the same, such as a heartbeat, the other one's stays as it is. Who became whom
    is kept, for what lies outside of the database.
    """
    yield Statement(
        "UPDATE identities SET user_id = :into WHERE user_id = :joining",
        {"into": into, "joining": joining},
    )
    both = {"into": str(into), "joining": str(joining)}
    for table, key in OWNED.items():
        yield Statement(_moving(table, key), both)
        if key is not None:
            yield Statement(f"DELETE FROM {table} WHERE user_id = :joining", both)  # noqa: S608
    yield Statement("DELETE FROM users WHERE user_id = :joining", {"joining": joining})
    yield from settings.put(f"{_JOINED}{joining}", str(into))


def joined() -> Script[Mapping[str, str]]:
    """Read who became whom, by the ids that people had and have."""
    rows = yield Statement(
        "SELECT name, value FROM settings WHERE name LIKE :joined", {"joined": f"{_JOINED}%"}
    )
    return {row.text("name").removeprefix(_JOINED): row.text("value") for row in rows}


def _moving(table: str, key: tuple[str, ...] | None) -> str:
    """Return the statement that gives a table's rows to the other person, unless they have them."""
    sql = f"UPDATE {table} SET user_id = :into WHERE user_id = :joining"  # noqa: S608
    if key is None:
        return sql
    same = "".join(f" AND kept.{column} = {table}.{column}" for column in key)
    kept = f"SELECT 1 FROM {table} AS kept WHERE kept.user_id = :into{same}"  # noqa: S608
    return f"{sql} AND NOT EXISTS ({kept})"
