"""Scripts over what scheduled runs said in quiet hours, until it is let go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.store.statement import Script, Statement, insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Something that a run said in a conversation, to be shown from `release_at` on."""

    task_id: UUID
    conversation_id: UUID
    user_id: str
    text: str
    release_at: datetime


def hold(message: Held, now: datetime) -> Script[None]:
    """Keep a message back; the same one again changes nothing."""
    yield insert(
        "held_messages",
        {
            "task_id": message.task_id,
            "conversation_id": message.conversation_id,
            "user_id": message.user_id,
            "text": message.text,
            "release_at": message.release_at,
            "created_at": now,
        },
        on_conflict="ON CONFLICT (task_id, conversation_id) DO NOTHING",
    )


def nearest() -> Script[datetime | None]:
    """Read when something is to be let go next."""
    rows = yield Statement("SELECT release_at FROM held_messages ORDER BY release_at LIMIT 1", {})
    return rows[0].time("release_at") if rows else None


def due_conversation(now: datetime) -> Script[UUID | None]:
    """Read a conversation for which something is to be let go now."""
    rows = yield Statement(
        "SELECT conversation_id FROM held_messages WHERE release_at <= :now "
        "ORDER BY release_at LIMIT 1",
        {"now": now},
    )
    return rows[0].uuid("conversation_id") if rows else None


def take(conversation_id: UUID, now: datetime) -> Script[Sequence[Held]]:
    """Take out all that is to be let go in a conversation, in the order in which it was said."""
    rows = yield Statement(
        "DELETE FROM held_messages WHERE conversation_id = :conversation_id "
        "AND release_at <= :now RETURNING *",
        {"conversation_id": conversation_id, "now": now},
    )
    return [
        Held(
            task_id=row.uuid("task_id"),
            conversation_id=row.uuid("conversation_id"),
            user_id=row.text("user_id"),
            text=row.text("text"),
            release_at=row.time("release_at"),
        )
        for row in sorted(rows, key=lambda row: row.integer("held_id"))
    ]


def release(user_id: str, now: datetime) -> Script[int]:
    """Let all go that is kept back for a person; return how many messages there are."""
    rows = yield Statement(
        "UPDATE held_messages SET release_at = :now "
        "WHERE user_id = :user_id AND release_at > :now RETURNING held_id",
        {"user_id": user_id, "now": now},
    )
    return len(rows)


def release_all_after(moment: datetime, now: datetime) -> Script[None]:
    """Let all go that is kept back until after a moment."""
    yield Statement(
        "UPDATE held_messages SET release_at = :now WHERE release_at > :moment",
        {"moment": moment, "now": now},
    )
