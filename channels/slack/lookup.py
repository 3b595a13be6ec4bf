"""Finds in Slack's history what was sent and not answered for."""

import re
from collections.abc import AsyncIterator, Callable, Container
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError

from channels.errors import LookupInconclusive, SendFailed
from channels.message import OutboundMessage
from channels.slack.api import SlackApi
from channels.slack.failures import CallFailed, send_error
from channels.slack.outbound import METADATA_TYPE, client_msg_id
from channels.slack.payload import HistoryPage, SentPost

_PAGE_SIZE: Final = 100
_MOST_PAGES: Final = 10
_CLOCKS_DIFFER_BY: Final = timedelta(minutes=10)  # at most: our clock and Slack's
_TIMESTAMP: Final = re.compile(r"\d+\.\d+")


class SentLookup:
    """Looks for a message by the marks that it was sent with."""

    def __init__(self, api: SlackApi, now: Callable[[], datetime]) -> None:
        self._api = api
        self._now = now

    def anchor(self, last_message_id: str) -> str:
        """Return a Slack timestamp that is surely before a send that begins now."""
        earliest = f"{(self._now() - _CLOCKS_DIFFER_BY).timestamp():.6f}"
        if not _TIMESTAMP.fullmatch(last_message_id):
            return earliest
        # Times of Slack's, so no clock is trusted; an old one would only mean more to read.
        return max(last_message_id, earliest, key=float)

    async def find(
        self, message: OutboundMessage, anchor: str, taken: Container[str]
    ) -> SentPost | None:
        """Return the message, or a stream of ours that lost its owner; None if neither is there.

        A stream takes no marks. What the bot wrote in the thread after `anchor` without marks, and
        what nobody knows the id of, is one that began before a crash.

        Raises:
            SendFailed: Slack can't be asked now.
            LookupInconclusive: too much was said since, or Slack does not show it.
        """
        unmarked: list[SentPost] = []
        async for post in self._own_posts(message, anchor):
            if _is_marked(post, message.outbox_id):
                return post
            if post.metadata is None and post.ts not in taken:
                unmarked.append(post)
        if any(post.files for post in unmarked) or len(unmarked) > 1:
            raise LookupInconclusive("Slack shows messages of the bot that carry no marks")
        if unmarked and message.conversation.thread_id:
            return unmarked[0]
        return None

    async def _own_posts(self, message: OutboundMessage, anchor: str) -> AsyncIterator[SentPost]:
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = await self._page(message, anchor, cursor)
            for post in page.messages:
                is_later = _TIMESTAMP.fullmatch(post.ts) and float(post.ts) > float(anchor)
                if post.user == message.conversation.account and is_later:
                    yield post
            cursor = page.next_cursor
            if not cursor:
                return
        raise LookupInconclusive("too much was said in the channel since")

    async def _page(self, message: OutboundMessage, anchor: str, cursor: str) -> HistoryPage:
        place = message.conversation
        arguments = {
            "channel": place.chat_id,
            "oldest": anchor,
            "limit": str(_PAGE_SIZE),
            "include_all_metadata": "true",
        }
        if cursor:
            arguments["cursor"] = cursor
        method = "conversations.history"
        if place.thread_id:
            method, arguments["ts"] = "conversations.replies", place.thread_id
        try:
            return HistoryPage.model_validate(await self._api.get(method, arguments))
        except ValidationError as error:
            raise LookupInconclusive(f"Slack's {method} can't be read") from error
        except CallFailed as failure:
            if failure.was_sent or not failure.code:
                raise SendFailed(failure.reason) from failure
            reason = send_error(failure)
            if isinstance(reason, SendFailed) and failure.code != "missing_scope":
                raise reason from failure
            raise LookupInconclusive(failure.reason) from failure


def _is_marked(post: SentPost, outbox_id: str) -> bool:
    if post.client_msg_id == client_msg_id(outbox_id):
        return True
    metadata = post.metadata
    return (
        metadata is not None
        and metadata.event_type == METADATA_TYPE
        and metadata.event_payload.get("outbox_id") == outbox_id
    )
