"""Finds out whether a message with unknown fate arrived, by edits of the ids it could have.

An edit to the very text that was sent changes nothing where it succeeds on the right message, and
Telegram refuses it for messages that don't exist or are somebody else's.
"""

import itertools
from collections.abc import Awaitable, Callable, Container
from typing import Final

from channels.errors import (
    LookupInconclusive,
    MessageGone,
    SendFailed,
    SendRejected,
    SendUnknown,
)
from channels.message import OutboundMessage
from channels.telegram.message_ids import MessageIds, is_supergroup

ACCOUNT_WINDOW: Final = 64
"""Unknown ids that are tried where all private chats share one counter."""

SUPERGROUP_WINDOW: Final = 16
"""Unknown ids that are tried where only this chat counts."""

_REMEMBERED: Final = 1_000  # sends; older ones have long been settled by the outbox

TryEdit = Callable[[int, OutboundMessage], Awaitable[bool]]
"""Edits a message to read as given; tells whether it is in that message's thread.

Raises `SendError`; `MessageGone` if there is no such message of the bot.
"""


class SentLookup:
    """The sends of this process, and the search for those whose outcome is unknown."""

    def __init__(self, ids: MessageIds, try_edit: TryEdit) -> None:
        self._ids = ids
        self._try_edit = try_edit
        self._sent: dict[str, int] = {}
        self._ended_at: dict[str, int] = {}
        self._not_it: dict[str, set[int]] = {}

    def note_sent(self, message: OutboundMessage, message_id: int, *, begun_at: int) -> None:
        """Take note that a send which began at that tick gave this id."""
        self._ids.note_sent(message.conversation.chat_id, message_id, begun_at=begun_at)
        _remember(self._sent, message.outbox_id, message_id)

    def note_unknown(self, message: OutboundMessage) -> None:
        """Take note that a send has just ended without an answer."""
        _remember(self._ended_at, message.outbox_id, self._ids.tick())

    async def find(
        self, message: OutboundMessage, anchor: str, taken: Container[str]
    ) -> str | None:
        """Return the id of `message`, or None if it can be shown that it did not arrive.

        Tries the ids above `anchor` that this process knows nothing of, up to the first id that is
        known to be younger than the send: if none of them is the message, it does not exist.
        Without such an id, or with too many to try, nothing is shown. When the platform asks to
        wait, the next call goes on where this one stopped.

        Raises:
            SendFailed: ask again after `retry_after`.
            LookupInconclusive: neither can be shown.
        """
        if message.outbox_id in self._sent:
            return str(self._sent[message.outbox_id])
        chat_id, above = message.conversation.chat_id, int(anchor or 0)
        ended_at = self._ended_at.get(message.outbox_id, 0)
        younger = self._ids.first_born_after(chat_id, ended_at, above=above)
        window = SUPERGROUP_WINDOW if is_supergroup(chat_id) else ACCOUNT_WINDOW
        candidates = (
            candidate
            for candidate in self._ids.unknown_above(chat_id, above)
            if str(candidate) not in taken
        )
        for candidate in itertools.islice(candidates, window):
            if younger is not None and candidate > younger:
                return self._settle(message, None)
            if await self._is_it(candidate, message):
                return self._settle(message, candidate)
        self._settle(message, None)
        raise LookupInconclusive(f"none of {window} possible ids is the message", is_unlikely=True)

    async def _is_it(self, candidate: int, message: OutboundMessage) -> bool:
        not_it = self._not_it.setdefault(message.outbox_id, set())
        if candidate in not_it:
            return False
        try:
            is_it = await self._try_edit(candidate, message)
        except MessageGone:
            is_it = False
        except SendRejected as error:
            raise LookupInconclusive(str(error)) from error
        except SendUnknown as error:
            raise SendFailed(str(error)) from error  # the same edit once more is harmless
        if not is_it:
            not_it.add(candidate)
        return is_it

    def _settle(self, message: OutboundMessage, found: int | None) -> str | None:
        self._not_it.pop(message.outbox_id, None)
        if found is None:
            return None
        # From now on it is no candidate of another lookup in this chat.
        self._ids.note_seen(message.conversation.chat_id, found, is_new=False)
        _remember(self._sent, message.outbox_id, found)
        return str(found)


def _remember(table: dict[str, int], key: str, value: int) -> None:
    """Set an entry and forget the oldest one beyond what is worth its memory."""
    table[key] = value
    if len(table) > _REMEMBERED:
        del table[next(iter(table))]
