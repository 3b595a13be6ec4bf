"""AI cards: answers that grow while they are written, and can be found and edited ever after."""

from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog

from channels.dingtalk.openapi import OpenApi
from channels.dingtalk.payload import JsonObject, JsonValue
from channels.dingtalk.settings import DingtalkSettings
from channels.errors import (
    LookupInconclusive,
    MessageGone,
    SendError,
    SendFailed,
    SendRejected,
    SendUnknown,
)
from channels.message import ConversationAddress, ConversationKind

CREATE: Final = "/v1.0/card/instances/createAndDeliver"
UPDATE: Final = "/v1.0/card/instances"
STREAM: Final = "/v1.0/card/streaming"

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://crewdesk/dingtalk/card")
_THINKING: Final = "1"
_FINISHED: Final = "3"
"""Values of the variable `flowStatus`, as DingTalk's own SDK has them (AICardStatus)."""

_EXISTS: Final = "param.cardAlreadyExist"

logger = structlog.get_logger(__name__)


def track_id(outbox_id: str) -> str:
    """Return the id of the card that shows a message; the same in every process."""
    return str(uuid5(_NAMESPACE, outbox_id))


class Cards:
    """The cards of one app.

    Source: https://open.dingtalk.com/document/orgapp/create-and-deliver-cards and
    https://open.dingtalk.com/document/orgapp/api-streamingupdate
    """

    def __init__(self, api: OpenApi, settings: DingtalkSettings, template_id: str) -> None:
        self._api = api
        self._key = settings.card_content_key
        self._template_id = template_id

    async def show(self, chat: ConversationAddress, card: str, text: str) -> None:
        """Show a card that is finished from the start; raises `SendError`."""
        await self._create(chat, card, {self._key: text, "flowStatus": _FINISHED})

    async def open(self, chat: ConversationAddress, card: str, text: str) -> None:
        """Show a card that will grow, beginning with `text`; raises `SendError`.

        The card stands as soon as it is created: a first text that fails is no failure, for the
        next one says it all again.
        """
        await self._create(chat, card, {self._key: "", "flowStatus": _THINKING})
        try:
            await self.grow(card, text)
        except SendError as error:
            logger.info("dingtalk_card_still_empty", card=card, reason=str(error))

    async def grow(self, card: str, text: str) -> None:
        """Let a card show the text so far; raises `SendError`."""
        await self._stream(card, text, is_final=False)

    async def finish(self, card: str, text: str) -> None:
        """Let a card show its last text; raises `SendError`.

        Harmless when repeated. A card that has been finished takes no more streamed text, so the
        update of the whole card, which works in any state, is what counts.
        """
        try:
            await self._stream(card, text, is_final=True)
        except (SendRejected, SendUnknown) as error:
            logger.info("dingtalk_card_not_streamed", card=card, reason=str(error))
        values: JsonObject = {self._key: text, "flowStatus": _FINISHED}
        body: JsonObject = {
            "outTrackId": card,
            "cardData": {"cardParamMap": values},
            "cardUpdateOptions": {"updateCardDataByKey": True},
        }
        await self._api.call("PUT", UPDATE, body)

    async def find(self, card: str, text: str) -> bool:
        """Tell whether a card exists, and let it show its last text if so.

        Raises:
            SendFailed: DingTalk can't be asked now.
            LookupInconclusive: DingTalk does not say.
        """
        try:
            await self.finish(card, text)
        except MessageGone:
            return False
        except SendUnknown as error:
            raise SendFailed(str(error)) from error  # the same once more is harmless
        except SendRejected as error:
            raise LookupInconclusive(str(error)) from error
        return True

    async def _create(self, chat: ConversationAddress, card: str, values: JsonObject) -> None:
        body: JsonObject = {
            "cardTemplateId": self._template_id,
            "outTrackId": card,
            "callbackType": "STREAM",
            "cardData": {"cardParamMap": values},
            "userIdType": 1,
            **_place(chat),
        }
        try:
            answer = await self._api.call("POST", CREATE, body)
        except SendRejected as error:
            if str(error).startswith(_EXISTS):
                return  # by an earlier try
            raise
        _check_delivery(answer.body.get("result"))

    async def _stream(self, card: str, text: str, *, is_final: bool) -> None:
        body: JsonObject = {
            "outTrackId": card,
            # The same request has the same id, so that a repeated one changes nothing.
            "guid": str(uuid5(UUID(card), f"{is_final}:{text}")),
            "key": self._key,
            "content": text,
            "isFull": True,
            "isFinalize": is_final,
            "isError": False,
        }
        await self._api.call("PUT", STREAM, body)


def _place(chat: ConversationAddress) -> JsonObject:
    """Return where a card is to appear."""
    if chat.kind is ConversationKind.GROUP:
        return {
            "openSpaceId": f"dtv1.card//IM_GROUP.{chat.chat_id}",
            "imGroupOpenSpaceModel": {"supportForward": True},
            "imGroupOpenDeliverModel": {"robotCode": chat.account},
        }
    return {
        "openSpaceId": f"dtv1.card//IM_ROBOT.{chat.chat_id}",
        "imRobotOpenSpaceModel": {"supportForward": True},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": chat.account},
    }


def _check_delivery(result: JsonValue) -> None:
    """Raise where a card was made and could not be put into its chat."""
    results = result.get("deliverResults") if isinstance(result, dict) else None
    for one in results if isinstance(results, list) else ():
        if isinstance(one, dict) and one.get("success") is False:
            raise SendRejected(f"the card was not delivered: {one.get('errorMsg')}")
