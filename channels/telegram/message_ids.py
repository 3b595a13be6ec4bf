"""What is known about Telegram's message ids: which exist, and since when at the latest.

Telegram counts messages of private chats and basic groups with one counter per bot account, those
of a supergroup with a counter of its own. So ids are ordered in time within such a space, and a
message with unknown fate must have an id between the ones known before and after its send.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_SUPERGROUP_PREFIX: Final = "-100"
_ACCOUNT: Final = "account"
_ANY_AGE: Final = -1
_REMEMBERED: Final = 2_000  # ids per space; the oldest are forgotten, which only costs lookups


def is_supergroup(chat_id: str) -> bool:
    """Tell whether the chat counts its own messages.

    Source: https://core.telegram.org/api/bots/ids
    """
    return chat_id.startswith(_SUPERGROUP_PREFIX)


@dataclass(slots=True)
class _Space:
    """The ids of one counter; `born_after` maps each to a tick that it is younger than."""

    highest: int = 0
    born_after: dict[int, int] = field(default_factory=dict)


class MessageIds:
    """The ids that this process has seen or sent, on a clock that counts its requests."""

    def __init__(self) -> None:
        self._spaces: dict[str, _Space] = {}
        self._ticks = itertools.count(1)
        self._drained_at = _ANY_AGE  # every message older than this tick has been seen

    def tick(self) -> int:
        """Return a new moment, later than all before; moments of an earlier process are 0."""
        return next(self._ticks)

    def note_sent(self, chat_id: str, message_id: int, *, begun_at: int) -> None:
        """Take note of a message whose send began at that tick."""
        self._note(chat_id, message_id, begun_at)

    def note_seen(self, chat_id: str, message_id: int, *, is_new: bool) -> None:
        """Take note of another's message that an update shows.

        A new message is younger than the last drained poll; one that is quoted or edited can be of
        any age.
        """
        self._note(chat_id, message_id, self._drained_at if is_new else _ANY_AGE)

    def note_drained(self, begun_at: int) -> None:
        """Take note that a poll which began then left nothing waiting, after its ids were noted."""
        self._drained_at = begun_at

    def highest(self, chat_id: str) -> int:
        """Return the highest id known in the chat's space, 0 without one."""
        return self._space(chat_id).highest

    def is_known(self, chat_id: str, message_id: int) -> bool:
        """Tell whether this process knows whose message it is."""
        return message_id in self._space(chat_id).born_after

    def first_born_after(self, chat_id: str, tick: int, *, above: int) -> int | None:
        """Return the lowest id above `above` that is known to be younger than `tick`."""
        younger = (
            message_id
            for message_id, born_after in self._space(chat_id).born_after.items()
            if born_after >= tick and message_id > above
        )
        return min(younger, default=None)

    def unknown_above(self, chat_id: str, above: int) -> Iterator[int]:
        """Yield the ids above `above` that this process knows nothing of, without end."""
        return (
            message_id
            for message_id in itertools.count(above + 1)
            if not self.is_known(chat_id, message_id)
        )

    def _note(self, chat_id: str, message_id: int, born_after: int) -> None:
        space = self._space(chat_id)
        space.highest = max(space.highest, message_id)
        if message_id not in space.born_after:  # what is known of it first is what counts
            space.born_after[message_id] = born_after
        if len(space.born_after) > _REMEMBERED:
            del space.born_after[next(iter(space.born_after))]

    def _space(self, chat_id: str) -> _Space:
        return self._spaces.setdefault(chat_id if is_supergroup(chat_id) else _ACCOUNT, _Space())
