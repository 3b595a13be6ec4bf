"""What this process knows of Slack's threads: where the bot takes part, and with whom."""

from collections import OrderedDict
from typing import Final

from channels.message import ConversationAddress, InboundMessage
from channels.slack.inbound import ThreadKey

_MOST: Final = 10_000  # threads; the one that was quiet longest is forgotten first


class Threads:
    """Threads by the channel and the message that they hang on.

    After a restart nothing is known: then the bot takes part again where it is mentioned, where it
    answers, or where the thread hangs on a message of its own, which Slack tells with each message.
    """

    def __init__(self) -> None:
        self._joined: OrderedDict[ThreadKey, str] = OrderedDict()
        self._speakers: OrderedDict[ThreadKey, str] = OrderedDict()

    def __contains__(self, thread: object) -> bool:
        return thread in self._joined

    def heard(self, message: InboundMessage) -> None:
        """Take note of who spoke, and of a mention, which brings the bot into the thread."""
        thread = _key(message.conversation)
        if not thread[1]:
            return
        _remember(self._speakers, thread, message.sender_id)
        if message.is_mention:
            _remember(self._joined, thread, "")

    def said(self, conversation: ConversationAddress) -> None:
        """Take note that the bot spoke in a thread."""
        if conversation.thread_id:
            _remember(self._joined, _key(conversation), "")

    def speaker(self, conversation: ConversationAddress) -> str:
        """Return who spoke last in a thread, empty where that is not known."""
        return self._speakers.get(_key(conversation), "")


def _key(conversation: ConversationAddress) -> ThreadKey:
    return conversation.chat_id, conversation.thread_id


def _remember(kept: OrderedDict[ThreadKey, str], thread: ThreadKey, value: str) -> None:
    kept[thread] = value
    kept.move_to_end(thread)
    if len(kept) > _MOST:
        kept.popitem(last=False)
