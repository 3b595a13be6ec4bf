"""Answers that grow before the reader's eyes, where Slack can show that.

Slack streams in threads only, to a person that is named, and only appends. Everywhere else a
growing answer is a message that is edited. Sources:
https://docs.slack.dev/reference/methods/chat.startStream and its two siblings
"""

from collections import OrderedDict
from typing import Final

import structlog

from channels.errors import SendUnknown
from channels.message import OutboundMessage
from channels.slack.api import SlackApi
from channels.slack.block import without_calls
from channels.slack.failures import CallFailed, send_error
from channels.slack.outbound import place_of
from channels.slack.payload import JsonObject

_MOST_PLAIN: Final = 1_000  # messages that are known to be no streams; the oldest are forgotten

logger = structlog.get_logger(__name__)


class Streams:
    """The streams that this process has begun, and what each shows already."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._shown: dict[str, str] = {}
        self._plain: OrderedDict[str, None] = OrderedDict()

    def note_plain(self, message_id: str) -> None:
        """Take note of a message that is no stream, so that nobody tries to end it."""
        self._plain[message_id] = None
        if len(self._plain) > _MOST_PLAIN:
            self._plain.popitem(last=False)

    async def start(self, message: OutboundMessage, speaker: str, team: str) -> str:
        """Begin a stream to `speaker` and return its message id, empty where Slack has none here.

        Raises:
            SendUnknown: it may have begun.
        """
        text = _appendable(message.text)
        if not (message.conversation.thread_id and speaker and team and text):
            return ""
        recipient: JsonObject = {"recipient_team_id": team, "recipient_user_id": speaker}
        arguments = place_of(message) | recipient | _chunk(text)
        try:
            answer = await self._api.post("chat.startStream", arguments)
        except CallFailed as failure:
            if failure.was_sent:
                raise SendUnknown(failure.reason) from failure
            logger.debug("slack_stream_refused", reason=failure.reason)
            return ""
        message_id = str(answer.get("ts", ""))
        self._shown[message_id] = text
        return message_id

    async def grow(self, message_id: str, message: OutboundMessage) -> bool:
        """Append what the text has grown by; False where the message must be edited instead.

        Raises:
            SendError: the request failed; what Slack shows is known again after the next edit.
        """
        shown = self._shown.get(message_id)
        if shown is None:
            return False
        text = _appendable(message.text)
        if not text.startswith(shown):
            await self.end(message_id, message)
            return False
        if text == shown:
            return True
        place: JsonObject = {"channel": message.conversation.chat_id, "ts": message_id}
        try:
            await self._api.post("chat.appendStream", place | _chunk(text[len(shown) :]))
        except CallFailed as failure:
            if failure.was_sent or failure.retry_after is not None:
                raise send_error(failure) from failure
            # Slack ends streams by itself after some minutes.
            await self.end(message_id, message)
            return False
        self._shown[message_id] = text
        return True

    async def end(self, message_id: str, message: OutboundMessage) -> None:
        """End the stream, if the message is or may be one; harmless when repeated.

        Raises:
            SendError: it could not be ended now; try again.
        """
        is_ours = message_id in self._shown
        may_be_one = bool(message.conversation.thread_id) and message_id not in self._plain
        if not (is_ours or may_be_one):
            return
        place: JsonObject = {"channel": message.conversation.chat_id, "ts": message_id}
        try:
            await self._api.post("chat.stopStream", place)
        except CallFailed as failure:
            if failure.was_sent or failure.retry_after is not None:
                raise send_error(failure) from failure
            logger.debug("slack_stream_was_over", reason=failure.reason)
        self._shown.pop(message_id, None)
        self.note_plain(message_id)


def _appendable(text: str) -> str:
    """Return a text that calls nobody, of which what was shown of it before is the beginning."""
    return without_calls(text.removesuffix("<"))  # what follows tells what that is


def _chunk(text: str) -> JsonObject:
    return {"chunks": [{"type": "markdown_text", "text": text}]}
