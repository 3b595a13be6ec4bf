"""Scripts over link codes: how somebody known joins another identity to themselves."""

from datetime import datetime
from uuid import UUID

from gateway.store.people import Identity
from gateway.store.statement import Script, Statement, insert


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


_THEIRS = ("tasks", "usage")  # where a person's id is kept as text


def merge(joining: UUID, into: UUID) -> Script[None]:
    """Let one person be another: identities, tasks and usage become theirs, and one row goes."""
    yield Statement(
        "UPDATE identities SET user_id = :into WHERE user_id = :joining",
        {"into": into, "joining": joining},
    )
    for table in _THEIRS:
        yield Statement(
            f"UPDATE {table} SET user_id = :into WHERE user_id = :joining",  # noqa: S608
            {"into": str(into), "joining": str(joining)},
        )
    yield Statement("DELETE FROM users WHERE user_id = :joining", {"joining": joining})
