"""A Bot API server on this machine, strict as the real one and able to fail on demand."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from tests.doubles.faults import Cut, FaultPlan
from tests.doubles.loopback_site import LoopbackSite, wait_until
from tests.doubles.telegram_faults import Fault
from tests.doubles.telegram_files import (
    MIDDLE,
    MOST_FETCHED,
    StoredFile,
    Upload,
    check_caption,
    uploaded,
)
from tests.doubles.telegram_rules import (
    ApiRefusal,
    CheckedText,
    JsonObject,
    bad_request,
    check_buttons,
    check_commands,
    check_reactions,
    check_text,
)
from tests.doubles.telegram_world import BOT_ID, StoredMessage, TelegramWorld

TOKEN: Final = f"{BOT_ID}:a-token-that-opens-nothing"
ADA: Final[Mapping[str, object]] = {
    "id": 1001,
    "is_bot": False,
    "first_name": "Ada",
    "last_name": "Lovelace",
    "username": "ada",
    "language_code": "en",
}

_SHUTDOWN_SECONDS: Final = 0.1
_MOST_UPDATES: Final = 100
_MOST_UPLOADED: Final = 50 * 1024 * 1024  # https://core.telegram.org/bots/api#senddocument

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as it arrived; `at` is monotonic time, `outcome` is "ok" or what went wrong."""

    method: str
    params: Params
    at: float
    outcome: str


class TelegramServer:
    """The server; `world` holds the chats, `calls` every request that was answered or cut.

    `confirm_seconds` holds how long each update took from its hand-over to the poll that confirmed
    it. With `times_handed_out` above 1 the server forgets that many confirmations but one, and
    hands the same updates out again. It keeps its port and its world when it is stopped and
    started again.
    """

    def __init__(self, *, token: str = TOKEN) -> None:
        self.token = token
        self.world = TelegramWorld()
        self.calls: list[Call] = []
        self.answered_presses: list[str] = []
        self.confirm_seconds: list[float] = []
        self.times_handed_out = 1
        self._handed_out_at: dict[int, float] = {}
        self._confirmations: Counter[int] = Counter()
        self._faults = FaultPlan(Fault())
        self._changed = asyncio.Condition()
        self._poll_number = 0
        self._polls: set[asyncio.Transport] = set()
        self._waiting_polls = 0
        self._site = LoopbackSite()
        self._uploads: dict[str, Upload] = {}
        self.goes_on: asyncio.Event | None = None  # a download waits for it in its middle
        self._methods: dict[str, Callable[[Params], Awaitable[object]]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "sendMessage": self._send_message,
            "sendDocument": partial(self._send_file, "document"),
            "sendPhoto": partial(self._send_file, "photo"),
            "getFile": self._get_file,
            "editMessageText": self._edit_message_text,
            "editMessageCaption": self._edit_message_caption,
            "deleteMessage": self._delete_message,
            "sendChatAction": self._send_chat_action,
            "setMyCommands": self._set_my_commands,
            "answerCallbackQuery": self._answer_callback_query,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "setMessageReaction": self._set_message_reaction,
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
        """The address to give to a client in place of Telegram's own."""
        return self._site.url

    @property
    def is_polled(self) -> bool:
        """Whether a client waits for updates at this moment."""
        return self._waiting_polls > 0

    async def start(self) -> None:
        """Serve, on the port of last time if there was one."""
        app = web.Application(client_max_size=_MOST_UPLOADED)
        app.router.add_post("/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.*}", self._download)
        await self._site.start(app)

    async def stop(self) -> None:
        """Close all connections; chats and waiting updates stay."""
        if not self._site.is_up:
            return
        self._poll_number += 1
        await self._notify()
        await self._site.stop()

    async def wait_for(self, predicate: Callable[[], bool], timeout_seconds: float = 5) -> None:
        """Return as soon as the predicate holds, see `wait_until`; asked after each call too."""
        await wait_until(self._changed, predicate, timeout_seconds, self._told)

    def _told(self) -> list[str]:
        return [f"{call.method}: {call.outcome}" for call in self.calls]

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method, in order."""
        return [call for call in self.calls if call.method == method]

    def fail_next(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of `method` go wrong."""
        self._faults.add(method, fault, times)

    def cut_polls(self) -> None:
        """Close the connections on which a client waits for updates, without an answer."""
        for transport in tuple(self._polls):
            transport.close()

    def block(self, chat_id: int) -> None:
        """Let a person block the bot."""
        self.world.chat(chat_id).is_blocked = True

    async def user_says(
        self,
        text: str,
        *,
        chat_id: int = 1001,
        user: Mapping[str, object] = ADA,
        entities: Sequence[JsonObject] = (),
        thread_id: int | None = None,
        reply_to: int | None = None,
    ) -> StoredMessage:
        """Let a person write to a chat, which is opened if need be."""
        content = CheckedText(text=text, entities=tuple(entities))
        message = self.world.say(chat_id, user, content, thread_id=thread_id, reply_to=reply_to)
        await self._notify()
        return message

    async def user_sends(
        self,
        file: StoredFile,
        *,
        caption: str = "",
        chat_id: int = 1001,
        user: Mapping[str, object] = ADA,
    ) -> StoredMessage:
        """Let a person send a file."""
        message = self.world.say(chat_id, user, CheckedText(text=caption), file=file)
        await self._notify()
        return message

    async def user_edits(self, message: StoredMessage, text: str) -> None:
        """Let the person who wrote a message change it."""
        self.world.change(message, CheckedText(text=text))
        await self._notify()

    async def user_presses(
        self, message: StoredMessage, label: str, user: Mapping[str, object] = ADA
    ) -> None:
        """Let a person press a button under a message of the bot's."""
        self.world.press(message, label, user)
        await self._notify()

    async def queue_update(self, update: Mapping[str, object]) -> int:
        """Deliver an update of any shape, also a broken one; returns its id."""
        update_id = self.world.queue(update)
        await self._notify()
        return update_id

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = {}
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                self._uploads[name] = Upload(name=value.filename, data=value.file.read())
            else:
                params[name] = str(value)
        at = time.monotonic()
        fault = self._faults.take(method)
        transport = request.transport
        if method == "getUpdates" and transport is not None:
            self._polls.add(transport)
        try:
            answer = await self._answer(request.match_info["token"], method, params, fault)
            outcome = f"cut {fault.cut}" if fault.cut else "ok"
            status = 200
        except ApiRefusal as refusal:
            answer, status, outcome = _refused(refusal), refusal.code, refusal.description
        finally:
            if transport is not None:
                self._polls.discard(transport)
        self.calls.append(Call(method=method, params=params, at=at, outcome=outcome))
        await self._notify()
        if fault.cut is not None and request.transport is not None:
            request.transport.close()
        if fault.body is not None:
            return web.Response(status=502, text=fault.body, content_type="text/html")
        return web.json_response(answer, status=status)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Give a file out in two halves; a cut, or a wait for `goes_on`, comes between them."""
        fault, path = self._faults.take("download"), request.match_info["path"]
        file = self.world.files.get(path.removeprefix("files/"))
        params, at = {"path": path}, time.monotonic()
        if file is None or fault.refusal or request.match_info["token"] != self.token:
            self.calls.append(Call(method="download", params=params, at=at, outcome="not found"))
            return web.Response(status=404)
        self.calls.append(Call(method="download", params=params, at=at, outcome="ok"))
        response = web.StreamResponse(headers={"Content-Length": str(len(file.data))})
        await response.prepare(request)
        middle = len(file.data) // MIDDLE
        await response.write(file.data[:middle])
        await self._notify()
        if fault.cut is not None and request.transport is not None:
            request.transport.close()
            return response
        if self.goes_on is not None:
            await self.goes_on.wait()
        await response.write(file.data[middle:])
        return response

    async def _answer(self, token: str, method: str, params: Params, fault: Fault) -> JsonObject:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if token != self.token:
            raise ApiRefusal(401, "Unauthorized")
        if method not in self._methods:
            raise ApiRefusal(404, "Not Found: method not found")
        fault.raise_refusal()
        if fault.cut is Cut.BEFORE_APPLYING or fault.body is not None:
            return {}
        return {"ok": True, "result": await self._methods[method](params)}

    async def _get_me(self, params: Params) -> JsonObject:
        del params
        return self.world.bot

    async def _get_updates(self, params: Params) -> list[JsonObject]:
        """Confirm all before `offset`, end another waiting poll, and wait for something new."""
        self._poll_number += 1
        number = self._poll_number
        self._confirm(int(params.get("offset", "0")))
        await self._wait_for_update(number, float(params.get("timeout", "0")))
        if self._poll_number != number:
            raise ApiRefusal(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot"
                " instance is running",
            )
        limit = min(int(params.get("limit", _MOST_UPDATES)), _MOST_UPDATES)
        handed_out = self.world.updates[:limit]
        now = time.monotonic()
        for update in handed_out:
            self._handed_out_at.setdefault(_update_id(update), now)
        return handed_out

    def _confirm(self, offset: int) -> None:
        """Drop all updates before `offset`, once they were confirmed often enough."""
        now = time.monotonic()
        for update_id in map(_update_id, self.world.updates):
            if update_id < offset:
                self._confirmations[update_id] += 1
                if (at := self._handed_out_at.pop(update_id, None)) is not None:
                    self.confirm_seconds.append(now - at)
        self.world.updates[:] = [
            update
            for update in self.world.updates
            if self._confirmations[_update_id(update)] < self.times_handed_out
        ]

    async def _wait_for_update(self, poll_number: int, most_seconds: float) -> None:
        self._waiting_polls += 1
        await self._notify()
        try:
            async with asyncio.timeout(most_seconds), self._changed:
                await self._changed.wait_for(
                    lambda: bool(self.world.updates) or self._poll_number != poll_number
                )
        except TimeoutError:
            return  # nothing came: an empty answer, as the real server gives it
        finally:
            self._waiting_polls -= 1

    async def _send_message(self, params: Params) -> JsonObject:
        chat_id = _integer(params, "chat_id")
        self.world.reachable(chat_id)
        message = self.world.send(
            chat_id,
            check_text(params),
            thread_id=int(params["message_thread_id"]) if "message_thread_id" in params else None,
            reply_to=self._reply_to(chat_id, params),
        )
        message.buttons = check_buttons(params)
        return message.as_json()

    async def _send_file(self, kind: str, params: Params) -> JsonObject:
        chat_id = _integer(params, "chat_id")
        file = uploaded(kind, params, self._uploads)
        message = self.world.send(
            chat_id,
            check_caption(params),
            thread_id=int(params["message_thread_id"]) if "message_thread_id" in params else None,
            reply_to=self._reply_to(chat_id, params),
        )
        message.file = file
        return message.as_json()

    async def _get_file(self, params: Params) -> JsonObject:
        file = self.world.files.get(params["file_id"])
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if file.announced > MOST_FETCHED:
            raise bad_request("file is too big")
        return {"file_id": file.id, "file_unique_id": "u", "file_path": f"files/{file.id}"}

    async def _edit_message_caption(self, params: Params) -> JsonObject:
        chat_id, message_id = _integer(params, "chat_id"), _integer(params, "message_id")
        return self.world.edit_caption(chat_id, message_id, check_caption(params)).as_json()

    def _reply_to(self, chat_id: int, params: Params) -> int | None:
        reply = json.loads(params.get("reply_parameters", "{}"))
        message_id = reply.get("message_id")
        if message_id is None or self.world.exists(chat_id, message_id):
            return message_id if isinstance(message_id, int) else None
        if not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        return None

    async def _edit_message_text(self, params: Params) -> JsonObject:
        chat_id, message_id = _integer(params, "chat_id"), _integer(params, "message_id")
        content, buttons = check_text(params), check_buttons(params)
        return self.world.edit(chat_id, message_id, content, buttons).as_json()

    async def _edit_message_reply_markup(self, params: Params) -> JsonObject:
        chat_id, message_id = _integer(params, "chat_id"), _integer(params, "message_id")
        content = self.world.own(chat_id, message_id).content
        return self.world.edit(chat_id, message_id, content, check_buttons(params)).as_json()

    async def _answer_callback_query(self, params: Params) -> bool:
        self.answered_presses.append(params["callback_query_id"])
        return True

    async def _set_message_reaction(self, params: Params) -> bool:
        chat_id, message_id = _integer(params, "chat_id"), _integer(params, "message_id")
        message = self.world.find(chat_id, message_id, "message to react not found")
        message.reactions = check_reactions(params)
        return True

    async def _delete_message(self, params: Params) -> bool:
        self.world.delete(_integer(params, "chat_id"), _integer(params, "message_id"))
        return True

    async def _send_chat_action(self, params: Params) -> bool:
        self.world.typing.append(self.world.reachable(_integer(params, "chat_id")).id)
        return True

    async def _set_my_commands(self, params: Params) -> bool:
        self.world.menus[params.get("language_code", "")] = check_commands(params)
        return True


def _update_id(update: JsonObject) -> int:
    update_id = update["update_id"]
    return update_id if isinstance(update_id, int) else 0


def _integer(params: Params, name: str) -> int:
    if not params.get(name, "").lstrip("-").isdigit():
        raise bad_request(f"{name} is empty")
    return int(params[name])


def _refused(refusal: ApiRefusal) -> JsonObject:
    answer: JsonObject = {
        "ok": False,
        "error_code": refusal.code,
        "description": refusal.description,
    }
    if refusal.retry_after is not None:
        answer["parameters"] = {"retry_after": refusal.retry_after}
    return answer
