"""One governor per chat: who may send now, and who must hold back."""

from datetime import timedelta

from channels.message import ConversationAddress, ConversationKind
from gateway.clock import Clock

PRIVATE_INTERVAL = timedelta(seconds=1)  # https://core.telegram.org/bots/faq#broadcasting-to-users
GROUP_INTERVAL = timedelta(seconds=3)  # 20 messages a minute in a group, same page


class Governor:
    """Keeps finals before progress, and keeps everything back while a platform asks for it.

    A penalty (`retry_after`) holds for all that goes to that chat: finals wait for its end,
    progress is dropped. Progress never goes twice within the chat's interval. Nothing blocks here.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._penalty_until: dict[str, float] = {}
        self._progress_at: dict[str, float] = {}

    def penalise(self, chat: ConversationAddress, retry_after: timedelta) -> None:
        """Keep everything back for a while."""
        until = self._clock.monotonic() + retry_after.total_seconds()
        self._penalty_until[chat.key] = max(until, self._penalty_until.get(chat.key, 0.0))

    def pardon(self, chat: ConversationAddress) -> None:
        """End a penalty whose reason is gone."""
        self._penalty_until.pop(chat.key, None)

    def penalty(self, chat: ConversationAddress) -> timedelta:
        """Return how long nothing may be sent, zero where it may be."""
        until = self._penalty_until.get(chat.key)
        if until is None:
            return timedelta(0)
        left = until - self._clock.monotonic()
        if left <= 0:
            del self._penalty_until[chat.key]
            return timedelta(0)
        return timedelta(seconds=left)

    def admits_progress(self, chat: ConversationAddress) -> bool:
        """Tell whether a preview or a typing sign may go now, and count it if so."""
        interval = PRIVATE_INTERVAL
        if chat.kind is ConversationKind.GROUP:
            interval = GROUP_INTERVAL
        moment = self._clock.monotonic()
        last = self._progress_at.get(chat.key)
        if self.penalty(chat) or (last is not None and moment - last < interval.total_seconds()):
            return False
        self._progress_at[chat.key] = moment
        return True
