"""Shows messages as the robot: by a chat's session webhook while it lasts, else by its API."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from channels.dingtalk.http import Answer, Http, RequestError
from channels.dingtalk.inbound import ReplyPath
from channels.dingtalk.openapi import OpenApi
from channels.dingtalk.outbound import (
    Content,
    TextContent,
    json_text,
    plain,
    render,
    template,
    webhook_body,
)
from channels.dingtalk.payload import JsonObject
from channels.dingtalk.refusals import unanswered, webhook_refusal
from channels.errors import SendFailed, SendRejected
from channels.message import ConversationAddress, ConversationKind, OutboundMessage

TO_A_PERSON: Final = "/v1.0/robot/oToMessages/batchSend"
TO_A_GROUP: Final = "/v1.0/robot/groupMessages/send"
EMOTION: Final = "/v1.0/robot/emotion/reply"

_REMEMBERED_CHATS: Final = 10_000
_MARGIN: Final = timedelta(minutes=1)  # clocks differ, and a request takes its time
_FLOW_CONTROL: Final = timedelta(minutes=1)
_SEEN: Final = "👀"

logger = structlog.get_logger(__name__)


class ReplyPaths:
    """How the chats that wrote lately can be answered; lost with the process."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._paths: dict[str, ReplyPath] = {}

    def note(self, chat: ConversationAddress, path: ReplyPath) -> None:
        """Take note of a chat's newest path, and forget the chat that was silent for longest."""
        self._paths.pop(chat.key, None)
        self._paths[chat.key] = path
        if len(self._paths) > _REMEMBERED_CHATS:
            del self._paths[next(iter(self._paths))]

    def webhook(self, chat: ConversationAddress) -> str:
        """Return a webhook that is still good, or an empty text."""
        path = self._paths.get(chat.key)
        if path is None or self._now() + _MARGIN >= path.expires_at:
            return ""
        return path.webhook

    def conversation_id(self, chat: ConversationAddress) -> str:
        """Return DingTalk's id of the chat, empty where it is not known."""
        if chat.kind is ConversationKind.GROUP:
            return chat.chat_id
        path = self._paths.get(chat.key)
        return path.conversation_id if path is not None else ""

    def expire(self, chat: ConversationAddress) -> None:
        """Take note that a chat's webhook does not work any more."""
        if path := self._paths.get(chat.key):
            self._paths[chat.key] = replace(path, expires_at=self._now())


class Robot:
    """The robot of one app in its chats."""

    def __init__(self, http: Http, api: OpenApi, paths: ReplyPaths) -> None:
        self._http = http
        self._api = api
        self._paths = paths

    async def say(self, message: OutboundMessage) -> str:
        """Show a text and return its id; raises `SendError`.

        What the webhook refuses was not shown, and goes by the robot API; markup that this refuses
        too is left out.
        """
        chat, content = message.conversation, render(message)
        webhook = self._paths.webhook(chat)
        if webhook:
            try:
                return await self._reply(webhook, content, message.outbox_id)
            except SendRejected as error:
                self._paths.expire(chat)
                logger.info("dingtalk_webhook_refused", chat=chat.key, reason=str(error))
        try:
            return await self.post(chat, content)
        except RecipientRefused:
            raise
        except SendRejected as error:
            logger.warning("dingtalk_markup_refused", chat=chat.key, reason=str(error))
            return await self.post(chat, plain(message))

    async def post(self, chat: ConversationAddress, content: Content) -> str:
        """Show something by the robot API and return the key under which DingTalk knows it."""
        filled = template(content)
        body = {
            "robotCode": chat.account,
            "msgKey": filled.key,
            "msgParam": json_text(filled.values),
        }
        if chat.kind is ConversationKind.GROUP:
            in_group = {**body, "openConversationId": chat.chat_id}
            answer = await self._api.call("POST", TO_A_GROUP, in_group)
        else:
            answer = await self._api.call("POST", TO_A_PERSON, {**body, "userIds": [chat.chat_id]})
            _check_recipient(answer, chat.chat_id)
        return answer.text("processQueryKey")

    async def mark(self, chat: ConversationAddress, message_id: str) -> None:
        """Put an emotion on a person's message; raises `SendError`.

        Source: the operation `RobotReplyEmotion` of DingTalk's own SDKs (robot_1_0).
        """
        conversation_id = self._paths.conversation_id(chat)
        if not conversation_id:
            raise SendRejected("nobody has written in this chat since the start")
        body = {
            "robotCode": chat.account,
            "openMsgId": message_id,
            "openConversationId": conversation_id,
            **_emotion(_SEEN),
        }
        await self._api.call("POST", EMOTION, body)

    async def _reply(self, webhook: str, content: TextContent, outbox_id: str) -> str:
        try:
            answer = await self._http.ask("POST", webhook, webhook_body(content))
        except RequestError as error:
            raise unanswered(error) from error
        refused = webhook_refusal(answer)
        if refused is not None:
            raise refused
        return f"webhook:{outbox_id}"  # DingTalk gives none


class RecipientRefused(SendRejected):
    """The robot can't write to this person."""


def _emotion(words: str) -> JsonObject:
    """Return an emotion that is a text; the two ids are those of DingTalk's own example."""
    shown = {"emotionId": "2659900", "emotionName": words, "text": words}
    return {
        "emotionType": 2,
        "emotionName": words,
        "textEmotion": {**shown, "backgroundId": "im_bg_1"},
    }


def _check_recipient(answer: Answer, person: str) -> None:
    """Raise where the answer says that the one recipient was left out."""
    if person in answer.texts("invalidStaffIdList"):
        raise RecipientRefused("the robot can't write to this person (staff id unknown to the app)")
    if person in answer.texts("flowControlledStaffIdList"):
        raise SendFailed("the person gets too many messages", retry_after=_FLOW_CONTROL)
