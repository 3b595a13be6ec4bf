"""DingTalk's cards: made once, grown by streaming, finished for good."""

from typing import Final

from tests.doubles.dingtalk_rules import (
    ApiRefusal,
    JsonObject,
    check_card_text,
    check_card_values,
)
from tests.doubles.dingtalk_world import ROBOT, DingtalkWorld

TEMPLATE: Final = "02fcf2f4-0000-4a85-b672-46d1f715543e.schema"
CONTENT_KEY: Final = "content"
FINISHED: Final = "3"


class CardDesk:
    """Serves the three calls that make and change cards."""

    def __init__(self, world: DingtalkWorld) -> None:
        self._world = world

    async def create(self, body: JsonObject) -> JsonObject:
        """Make a card and put it into its chat."""
        if body.get("cardTemplateId") != TEMPLATE:
            raise ApiRefusal(400, "param.templateNotExist")
        track_id = body.get("outTrackId")
        if not isinstance(track_id, str) or not track_id:
            raise ApiRefusal(400, "param.outTrackIdEmpty")
        values = _values(body)
        chat = self._chat(body)
        if chat is None:
            failed = {"success": False, "errorMsg": "spaceId is illegal"}
            return {
                "success": True,
                "result": {"outTrackId": track_id, "deliverResults": [failed]},
            }
        is_finished = values.get("flowStatus") == FINISHED
        self._world.add_card(track_id, chat, values[CONTENT_KEY], is_finished=is_finished)
        delivered = {"success": True, "carrierId": f"carrier{self._world.number()}"}
        return {"success": True, "result": {"outTrackId": track_id, "deliverResults": [delivered]}}

    async def stream(self, body: JsonObject) -> JsonObject:
        """Let a card grow, or end its growth."""
        card = self._world.card(body.get("outTrackId"))
        guid = body.get("guid")
        if not isinstance(guid, str) or not guid:
            raise ApiRefusal(400, "param.guidEmpty")
        text = check_card_text(body.get("content"))
        if guid in card.guids:
            return {"success": True, "result": True}
        if body.get("key") != CONTENT_KEY or body.get("isFull") is not True:
            raise ApiRefusal(500, "unknownError")
        if card.state == "finished":
            raise ApiRefusal(500, "unknownError")
        card.guids.add(guid)
        card.show(text)
        card.state = "finished" if body.get("isFinalize") is True else "growing"
        return {"success": True, "result": True}

    async def update(self, body: JsonObject) -> JsonObject:
        """Change a card in any state."""
        card = self._world.card(body.get("outTrackId"))
        values = _values(body)
        card.show(values[CONTENT_KEY])
        if values.get("flowStatus") == FINISHED:
            card.state = "finished"
        return {"success": True, "result": True}

    def _chat(self, body: JsonObject) -> str | None:
        """Return the chat of a card, None where it can't be put there."""
        place = str(body.get("openSpaceId", ""))
        match body:
            case {"imGroupOpenDeliverModel": {"robotCode": robot}} if robot == ROBOT:
                chat = place.removeprefix("dtv1.card//IM_GROUP.")
                return chat if chat.startswith("cid") else None
            case {"imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"}}:
                chat = place.removeprefix("dtv1.card//IM_ROBOT.")
                is_there = chat in self._world.people - self._world.unreachable
                return chat if is_there else None
            case _:
                raise ApiRefusal(400, "param.openDeliverModelEmpty")


def _values(body: JsonObject) -> dict[str, str]:
    data = body.get("cardData")
    return check_card_values(
        data.get("cardParamMap") if isinstance(data, dict) else None, CONTENT_KEY
    )
