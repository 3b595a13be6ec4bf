"""Scripts over parts that are stored as being sent, so that no second transaction need begin it."""

from dataclasses import dataclass
from datetime import datetime

from gateway.store.conversations import Conversation
from gateway.store.outbox import OPEN, NewPart, OutboxPart, OutboxState, SendLease, columns_of
from gateway.store.statement import Script, Statement, insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A part that may be sent as soon as it is stored: where to, and what its send begins with."""

    new: NewPart
    talk: Conversation
    anchor: str
    lease: SendLease


# What is to be said first, and a preview that the part replaces.
_BEFORE_IT = f"""
SELECT 1 AS found FROM outbox
WHERE conversation_id = :conversation_id AND state IN {OPEN} AND kind <> 'preview'
UNION ALL
SELECT 1 AS found FROM outbox
WHERE task_id = :task_id AND kind = 'preview' AND state IN ('sending', 'sent')
LIMIT 1
"""  # noqa: S608 - constants


def open_at_once(opening: Opening, now: datetime) -> Script[OutboxPart | None]:
    """Add a part that is about to be sent, and return it.

    None, and nothing is added, where it must take its turn: something else is to be said first, it
    replaces a preview, or it was queued before.
    """
    new = opening.new
    before = yield Statement(
        _BEFORE_IT, {"conversation_id": new.conversation_id, "task_id": new.task_id}
    )
    if before:
        return None
    added = yield insert(
        "outbox",
        {
            **columns_of(new, OutboxState.SENDING, now),
            "attempt": 1,
            "fence": 1,
            "anchor": opening.anchor,
            "lease_until": opening.lease.lease_until,
            "lease_owner": opening.lease.owner,
            "first_tried_at": now,
        },
        on_conflict="ON CONFLICT DO NOTHING",  # its key, and with it its id
        returning="outbox_id",
    )
    return _opened(opening, now) if added else None


def _opened(opening: Opening, now: datetime) -> OutboxPart:
    new, talk = opening.new, opening.talk
    return OutboxPart(
        outbox_id=new.outbox_id,
        kind=new.kind,
        task_id=new.task_id,
        conversation_id=new.conversation_id,
        address=talk.address,
        part_no=new.part_no,
        text=new.text,
        reply_to=new.reply_to,
        options=new.options,
        state=OutboxState.SENDING,
        attempt=1,
        fence=1,
        anchor=opening.anchor,
        first_tried_at=now,
        is_ambiguous=False,
        is_recovered=False,
        platform_message_id="",
        error="",
        file=new.file,
        created_at=now,
        expires_at=new.expires_at,
        sent_at=None,
        language=talk.language,
    )
