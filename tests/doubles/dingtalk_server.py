"""DingTalk's open API and Stream gateway on this machine, strict, and able to fail on demand."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from tests.doubles.dingtalk_cards import CardDesk
from tests.doubles.dingtalk_connections import Connections
from tests.doubles.dingtalk_faults import Fault
from tests.doubles.dingtalk_rules import (
    ApiRefusal,
    JsonObject,
    bad,
    check_template,
    check_webhook,
)
from tests.doubles.dingtalk_world import ADA, ROBOT, DingtalkWorld, Session
from tests.doubles.faults import FaultPlan
from tests.doubles.loopback_site import LoopbackSite, wait_until

CLIENT_ID: Final = ROBOT
CLIENT_SECRET: Final = "a-secret-that-opens-nothing"
OPEN: Final = "/v1.0/gateway/connections/open"
TOKEN: Final = "/v1.0/oauth2/accessToken"
TO_A_PERSON: Final = "/v1.0/robot/oToMessages/batchSend"
TO_A_GROUP: Final = "/v1.0/robot/groupMessages/send"
EMOTION: Final = "/v1.0/robot/emotion/reply"
DOWNLOAD: Final = "/v1.0/robot/messageFiles/download"
CREATE_CARD: Final = "/v1.0/card/instances/createAndDeliver"
UPDATE_CARD: Final = "/v1.0/card/instances"
STREAM_CARD: Final = "/v1.0/card/streaming"
WEBHOOK: Final = "/robot/sendBySession"
UPLOAD: Final = "/media/upload"

_SESSION: Final = timedelta(minutes=90)
_NAMES: Final = {ADA: "Ada Lovelace"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as it arrived; `outcome` is "ok" or what went wrong."""

    path: str
    body: JsonObject
    outcome: str


class DingtalkServer:
    """The server; `world` holds the chats, `stream` the connections, `calls` every request.

    It keeps its port and its world when it is stopped and started again. `now` is its clock.
    """

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.world = DingtalkWorld()
        self.calls: list[Call] = []
        self.token = "token-0"
        self.is_published = True
        self._now = now
        self._changed = asyncio.Condition()
        self.stream = Connections(self._changed)
        self._faults = FaultPlan(Fault())
        self._site = LoopbackSite()
        cards = CardDesk(self.world)
        self._methods: dict[tuple[str, str], Callable[[JsonObject], Awaitable[JsonObject]]] = {
            ("POST", TOKEN): self._give_token,
            ("POST", OPEN): self._open,
            ("POST", TO_A_PERSON): self._to_a_person,
            ("POST", TO_A_GROUP): self._to_a_group,
            ("POST", EMOTION): self._emotion,
            ("POST", DOWNLOAD): self._download,
            ("POST", CREATE_CARD): cards.create,
            ("PUT", UPDATE_CARD): cards.update,
            ("PUT", STREAM_CARD): cards.stream,
        }

    async def __aenter__(self) -> Self:
        """Start serving."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        await self.stop()

    @property
    def base_url(self) -> str:
        """The address to give to a client in place of DingTalk's own."""
        return self._site.url

    async def start(self) -> None:
        """Serve, on the port of last time if there was one."""
        app = web.Application(client_max_size=30 * 1024 * 1024)
        app.router.add_get("/connect", self.stream.serve)
        app.router.add_get("/files/{code}", self._file)
        app.router.add_post(UPLOAD, self._upload)
        app.router.add_post(WEBHOOK, self._reply)
        for method, path in self._methods:
            app.router.add_route(method, path, self._handle)
        await self._site.start(app)

    async def stop(self) -> None:
        """Close all connections; chats and unacknowledged messages stay."""
        if not self._site.is_up:
            return
        await self.stream.drop()
        await self._site.stop()

    async def wait_for(self, predicate: Callable[[], bool], timeout_seconds: float = 5) -> None:
        """Return as soon as the predicate holds, see `wait_until`; asked after each call too."""
        await wait_until(self._changed, predicate, timeout_seconds, self._told)

    def _told(self) -> list[str]:
        return [f"{call.path}: {call.outcome}" for call in self.calls]

    def calls_of(self, path: str) -> list[Call]:
        """Return the calls of one path, in order."""
        return [call for call in self.calls if call.path == path]

    def fail_next(self, path: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of `path` go wrong."""
        self._faults.add(path, fault, times)

    def revoke_tokens(self) -> None:
        """Make the token that was given invalid."""
        self.token = f"token-{self.world.number()}"

    def expire_webhooks(self) -> None:
        """Let no session webhook work any more."""
        self.world.sessions.clear()

    async def person_says(
        self,
        text: str,
        *,
        person: str = ADA,
        group: str = "",
        more: Mapping[str, object] | None = None,
    ) -> str:
        """Let a person write to the robot, in a group by a mention; returns the message's id.

        `more` replaces fields of the payload, for messages that are no text.
        """
        message = self._payload(text, person, group) | dict(more or {})
        await self.stream.push(message)
        return str(message["msgId"])

    def _payload(self, text: str, person: str, group: str) -> dict[str, object]:
        self.world.people.add(person)
        chat, conversation = group or person, group or f"cidprivate-{person}=="
        session = f"session-{self.world.number()}"
        now_ms = int(self._now().timestamp() * 1000)
        expires_at_ms = now_ms + int(_SESSION.total_seconds() * 1000)
        self.world.sessions[session] = Session(chat=chat, expires_at_ms=expires_at_ms)
        msg_id = f"msg{self.world.number()}=="
        self.world.message_ids.add(msg_id)
        payload: dict[str, object] = {
            "conversationId": conversation,
            "conversationType": "2" if group else "1",
            "chatbotCorpId": "dingcorp",
            "chatbotUserId": "$:LWCP_v1:$robot",
            "msgId": msg_id,
            "senderNick": _NAMES.get(person, f"Person {person}"),
            "senderId": f"$:LWCP_v1:${person}",
            "isAdmin": False,
            "isInAtList": bool(group),
            "sessionWebhook": f"{self.base_url}{WEBHOOK}?session={session}",
            "sessionWebhookExpiredTime": expires_at_ms,
            "createAt": now_ms,
            "robotCode": ROBOT,
            "msgtype": "text",
            "text": {"content": f" {text}" if group else text},
        }
        return payload | ({"senderStaffId": person} if self.is_published else {})

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        body = await request.json()

        async def apply() -> JsonObject:
            if path not in {TOKEN, OPEN}:
                self._check_token(request.headers.get("x-acs-dingtalk-access-token", ""))
            return await self._methods[request.method, path](body)

        return await self._answer(request, body, apply)

    async def _reply(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()

        async def apply() -> JsonObject:
            session = self.world.sessions.get(request.query.get("session", ""))
            if session is None or session.expires_at_ms < self._now().timestamp() * 1000:
                raise ApiRefusal(200, "300001", "the session is not there")
            self.world.show(session.chat, "webhook", check_webhook(body))
            return {"errcode": 0, "errmsg": "ok"}

        return await self._answer(request, body, apply)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()

        async def apply() -> JsonObject:
            if request.query.get("access_token") != self.token:
                raise ApiRefusal(200, "40014", "the access token is not valid")
            media = form.get("media")
            if not isinstance(media, web.FileField) or request.query.get("type") not in {
                "image",
                "file",
            }:
                raise ApiRefusal(200, "40004", "the media is missing")
            media_id = f"@media{self.world.number()}"
            self.world.media[media_id] = (media.filename, media.file.read())
            return {"errcode": 0, "errmsg": "ok", "media_id": media_id}

        return await self._answer(request, {}, apply)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        content = self.world.files.get(request.match_info["code"])
        return web.Response(status=404) if content is None else web.Response(body=content)

    async def _answer(
        self, request: web.Request, body: JsonObject, apply: Callable[[], Awaitable[JsonObject]]
    ) -> web.StreamResponse:
        """Do what is asked, unless a fault was ordered, and take note of the call."""
        fault = self._faults.take(request.path)
        if fault.until is not None:
            await fault.until.wait()
        answer, status, outcome, headers = {}, 200, "ok", {}
        try:
            if fault.refusal is not None:
                raise fault.refusal
            if not fault.is_cut_before:
                answer = dict(await apply())
        except ApiRefusal as refusal:
            answer, status, outcome = _refused(refusal), refusal.status, refusal.code
            headers = (
                {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
            )
        self.calls.append(Call(path=request.path, body=body, outcome=outcome))
        async with self._changed:
            self._changed.notify_all()
        if (fault.is_cut_before or fault.is_cut_after) and request.transport is not None:
            request.transport.close()
        return web.json_response(answer, status=status, headers=headers)

    def _check_token(self, token: str) -> None:
        if token != self.token:
            raise ApiRefusal(401, "InvalidAuthentication", "the access token is not valid")

    async def _give_token(self, body: JsonObject) -> JsonObject:
        if body != {"appKey": CLIENT_ID, "appSecret": CLIENT_SECRET}:
            raise ApiRefusal(400, "invalidClientIdOrSecret", "wrong id or secret")
        return {"accessToken": self.token, "expireIn": 7200}

    async def _open(self, body: JsonObject) -> JsonObject:
        if (body.get("clientId"), body.get("clientSecret")) != (CLIENT_ID, CLIENT_SECRET):
            raise ApiRefusal(401, "authFailed", "wrong id or secret")
        if body.get("subscriptions") != [
            {"type": "CALLBACK", "topic": "/v1.0/im/bot/messages/get"}
        ]:
            raise bad("subscriptions")
        return {
            "endpoint": f"{self.base_url.replace('http', 'ws')}/connect",
            "ticket": self.stream.ticket(),
        }

    async def _to_a_person(self, body: JsonObject) -> JsonObject:
        _check_robot(body)
        match body.get("userIds"):
            case [str(person)]:
                pass
            case _:
                raise bad("userIds")
        shown = check_template(body.get("msgKey"), body.get("msgParam"))
        if person not in self.world.people or person in self.world.unreachable:
            return {"processQueryKey": "", "invalidStaffIdList": [person]}
        key = self.world.show(person, "robot", shown).key
        return {"processQueryKey": key, "invalidStaffIdList": [], "flowControlledStaffIdList": []}

    async def _to_a_group(self, body: JsonObject) -> JsonObject:
        _check_robot(body)
        group = body.get("openConversationId")
        if not isinstance(group, str) or not group.startswith("cid"):
            raise bad("openConversationId")
        if group in self.world.unreachable:
            raise ApiRefusal(400, "resource.not.found", "the robot is not in this group")
        shown = check_template(body.get("msgKey"), body.get("msgParam"))
        return {"processQueryKey": self.world.show(group, "robot", shown).key}

    async def _emotion(self, body: JsonObject) -> JsonObject:
        _check_robot(body)
        conversation, message = str(body.get("openConversationId")), str(body.get("openMsgId"))
        match body:
            case {"emotionType": 2, "emotionName": str(name), "textEmotion": {"text": str()}}:
                pass
            case _:
                raise bad("emotion")
        if not conversation.startswith("cid") or message not in self.world.message_ids:
            raise bad("openMsgId")
        self.world.emotions.append((conversation, message, name))
        return {"success": True}

    async def _download(self, body: JsonObject) -> JsonObject:
        _check_robot(body)
        code = body.get("downloadCode")
        if not isinstance(code, str) or code not in self.world.files:
            raise ApiRefusal(400, "invalidParameter.downloadCode", "the code has expired")
        return {"downloadUrl": f"{self.base_url}/files/{code}"}


def _check_robot(body: JsonObject) -> None:
    if body.get("robotCode") != ROBOT:
        raise ApiRefusal(400, "resource.not.found", "there is no such robot")


def _refused(refusal: ApiRefusal) -> dict[str, object]:
    if refusal.status == web.HTTPOk.status_code:
        return {"errcode": int(refusal.code), "errmsg": refusal.message}
    return {"code": refusal.code, "message": refusal.message, "requestid": json.dumps(None)}
