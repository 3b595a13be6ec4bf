"""A Slack on this machine, Web API and Socket Mode, strict as the real one and able to fail."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from tests.doubles.faults import Cut, FaultPlan
from tests.doubles.loopback_site import LoopbackSite, wait_until
from tests.doubles.slack_faults import Fault
from tests.doubles.slack_methods import SlackMethods
from tests.doubles.slack_people import SlackPeople
from tests.doubles.slack_rules import ApiRefusal, JsonObject
from tests.doubles.slack_socket import SlackSocket
from tests.doubles.slack_world import SlackWorld

BOT_TOKEN: Final = "xoxb-opens-nothing-at-all"
APP_TOKEN: Final = "xapp-opens-nothing-at-all"

_SHUTDOWN_SECONDS: Final = 0.1
_OPEN: Final = "apps.connections.open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as it arrived; `at` is monotonic time, `outcome` is "ok" or what went wrong."""

    method: str
    arguments: JsonObject
    at: float
    outcome: str


class SlackServer:
    """The server; `world` holds the workspace, `people` act in it, `calls` are the app's requests.

    It keeps its port and its world when it is stopped and started again.
    """

    def __init__(self) -> None:
        self.world = SlackWorld()
        self.socket = SlackSocket(self.notify)
        self.people = SlackPeople(self.world, self.socket)
        self.calls: list[Call] = []
        self._methods = SlackMethods(self.world, lambda: self._address)
        self._faults = FaultPlan(Fault())
        self._changed = asyncio.Condition()
        self._site = LoopbackSite()

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
    def _address(self) -> str:
        return self._site.url

    @property
    def api_base(self) -> str:
        """The address to give to an app in place of Slack's own."""
        return f"{self._address}/api/"

    async def start(self) -> None:
        """Serve, on the port of last time if there was one."""
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/api/{method}", self._handle)
        app.router.add_get("/socket", self.socket.serve)
        app.router.add_post("/upload/{file}", self._take_upload)
        app.router.add_get("/files/{file}/download", self._give_file)
        await self._site.start(app)

    async def stop(self) -> None:
        """Close all connections; the workspace and waiting envelopes stay."""
        if not self._site.is_up:
            return
        await self.socket.drop()
        await self._site.stop()

    async def notify(self) -> None:
        """Let those who wait look again."""
        async with self._changed:
            self._changed.notify_all()

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

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        fault = self._faults.take(method)
        at = asyncio.get_running_loop().time()
        try:
            answer: JsonObject = {"ok": True, **self._answer(request, method, arguments, fault)}
            outcome, status, headers = (f"cut {fault.cut}" if fault.cut else "ok"), 200, {}
        except ApiRefusal as refusal:
            answer, outcome, status = (
                {"ok": False, "error": refusal.code},
                refusal.code,
                refusal.status,
            )
            headers = (
                {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
            )
        self.calls.append(Call(method=method, arguments=arguments, at=at, outcome=outcome))
        await self.notify()
        if fault.cut is not None and request.transport is not None:
            request.transport.close()
        if fault.body is not None:
            return web.Response(status=502, text=fault.body, content_type="text/html")
        return web.json_response(answer, status=status, headers=headers)

    def _answer(
        self, request: web.Request, method: str, arguments: JsonObject, fault: Fault
    ) -> JsonObject:
        self._check_token(request, method)
        fault.raise_refusal()
        if fault.cut is Cut.BEFORE_APPLYING or fault.body is not None:
            return {}
        if method == _OPEN:
            return {"url": f"{self._address}/socket".replace("http", "ws", 1)}
        if method not in self._methods.by_name:
            raise ApiRefusal("unknown_method")
        return self._methods.by_name[method](arguments)

    def _check_token(self, request: web.Request, method: str) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        wanted = APP_TOKEN if method == _OPEN else BOT_TOKEN
        if given in {APP_TOKEN, BOT_TOKEN} - {wanted}:
            raise ApiRefusal("not_allowed_token_type")
        if given != wanted:
            raise ApiRefusal("invalid_auth")

    async def _take_upload(self, request: web.Request) -> web.Response:
        self.world.file(request.match_info["file"]).content = await request.read()
        return web.Response(text="OK")

    async def _give_file(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        file = self.world.file(request.match_info["file"])
        return web.Response(body=file.content, content_type=file.mimetype)


async def _arguments(request: web.Request) -> JsonObject:
    if request.content_type == "application/json":
        body = await request.read()
        read: JsonObject = json.loads(body) if body else {}
        return read
    return {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
