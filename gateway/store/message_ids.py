"""Scripts over the ids by which a platform knows messages: what a look-up must know."""

from datetime import datetime
from uuid import UUID

from channels.message import ConversationKind
from gateway.store.outbox import OutboxPart
from gateway.store.statement import Script, Statement, Value

KNOWN_IDS = """
SELECT m.platform_message_id FROM messages AS m
JOIN conversations AS c ON c.conversation_id = m.conversation_id
WHERE c.channel = :channel AND c.account = :account AND m.created_at >= :since
  AND m.platform_message_id <> '' AND {same_space}
UNION
SELECT o.platform_message_id FROM outbox AS o
JOIN conversations AS c ON c.conversation_id = o.conversation_id
WHERE c.channel = :channel AND c.account = :account AND o.created_at >= :since
  AND o.platform_message_id <> '' AND o.outbox_id <> :outbox_id AND {same_space}
"""


def known_ids(chosen: OutboxPart, since: datetime) -> Script[frozenset[str]]:
    """Read the message ids known since a moment in the space that a part's chat counts in.

    That space is all private chats of an account, or one group.
    """
    is_private = chosen.address.kind is ConversationKind.PRIVATE
    parameters: dict[str, Value] = {
        "channel": chosen.address.channel,
        "account": chosen.address.account,
        "since": since,
        "outbox_id": chosen.outbox_id,
    }
    if is_private:
        sql = KNOWN_IDS.format(same_space="c.kind = 'private'")
    else:
        sql = KNOWN_IDS.format(same_space="c.chat_id = :chat_id")
        parameters["chat_id"] = chosen.address.chat_id
    rows = yield Statement(sql, parameters)
    return frozenset(row.text("platform_message_id") for row in rows)


LAST_HEARD = """
SELECT platform_message_id FROM messages WHERE conversation_id = :conversation_id
  AND platform_message_id <> '' ORDER BY message_seq DESC LIMIT 1
"""


def last_known_id(conversation_id: UUID) -> Script[str]:
    """Read the platform's id of the newest message that a person sent in a conversation."""
    rows = yield Statement(LAST_HEARD, {"conversation_id": conversation_id})
    return rows[0].text("platform_message_id") if rows else ""
