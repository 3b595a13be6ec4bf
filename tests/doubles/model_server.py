"""A scripted model server that speaks the Responses API and Chat Completions over HTTP."""

import asyncio
import json
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.doubles import model_chat_wire, model_responses_wire
from tests.doubles.model_json import JsonObject, encode
from tests.doubles.model_reply import Api, Cut, ParsedRequest, Reply, Script
from tests.doubles.model_request_checks import BadRequestError, check_transcript

_MAX_BODY_BYTES = 64 * 1024 * 1024
_SSE_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
_LINGER_ZERO = struct.pack("ii", 1, 0)  # closing such a socket sends a reset

_PARSERS: Mapping[Api, Callable[[JsonObject], ParsedRequest]] = {
    Api.RESPONSES: model_responses_wire.parse,
    Api.CHAT: model_chat_wire.parse,
}


@dataclass(slots=True, kw_only=True)
class ReceivedRequest:
    """A request as it came; `at` is when it had been read, in monotonic seconds.

    `took` is how long the server worked on it until its answer was made, in seconds; 0 before that.
    `dropped` is set when the client went away before the end.
    """

    at: float
    took: float = 0.0
    headers: Mapping[str, str]
    body: JsonObject
    parsed: ParsedRequest
    dropped: asyncio.Event = field(default_factory=asyncio.Event)


class ModelServer:
    """Answers from a queue of replies, or by a script; an empty queue is an error 400.

    ```python
    async with ModelServer(Reply(text="hello")) as server:
        client = AsyncOpenAI(base_url=server.base_url, api_key="test")
    ```
    """

    def __init__(self, *replies: Reply, script: Script | None = None, port: int = 0) -> None:
        self.requests: list[ReceivedRequest] = []
        self.base_url = ""
        self._replies = deque(replies)
        self._script = script or self._next_reply
        self._port = port
        self._arrivals = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    def enqueue(self, replies: Iterable[Reply]) -> None:
        """Add replies to the queue."""
        self._replies.extend(replies)

    async def wait_for_request(
        self, number: int = 1, timeout_seconds: float = 5
    ) -> ReceivedRequest:
        """Wait until request `number` (from 1) is here."""
        async with asyncio.timeout(timeout_seconds), self._arrivals:
            await self._arrivals.wait_for(lambda: len(self.requests) >= number)
            return self.requests[number - 1]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_MAX_BODY_BYTES)
        app.router.add_post(Api.RESPONSES, self._answer)
        app.router.add_post(Api.CHAT, self._answer)
        # A client that goes away cancels the handler, so that `dropped` tells it at once.
        self._runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=0
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def _choose(self, parsed: ParsedRequest) -> Reply:
        """Ask the script; what it can't follow is refused, so that nobody tries it again."""
        try:
            return self._script(parsed)
        except ValueError as error:
            return Reply(status=400, error_code="script", error_message=str(error))

    def _next_reply(self, _: ParsedRequest) -> Reply:
        if not self._replies:
            raise ValueError("the queue of replies is empty")
        return self._replies.popleft()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        began = time.monotonic()
        api = Api(request.path)
        body = json.loads(await request.read())
        try:
            parsed = _PARSERS[api](body)
            check_transcript(parsed.items)
        except (KeyError, TypeError, ValueError, AttributeError, BadRequestError) as error:
            return _error(Reply(status=400, error_code="invalid_value", error_message=repr(error)))
        received = ReceivedRequest(
            at=time.monotonic(), headers=dict(request.headers), body=body, parsed=parsed
        )
        await self._record(received)
        try:
            return await _send(request, parsed, self._choose(parsed))
        except (asyncio.CancelledError, ConnectionError):
            received.dropped.set()
            raise
        finally:
            received.took = time.monotonic() - began

    async def _record(self, received: ReceivedRequest) -> None:
        async with self._arrivals:
            self.requests.append(received)
            self._arrivals.notify_all()


def stream_chunks(api: Api, reply: Reply, model: str = "double") -> list[bytes]:
    """Return the chunks in which `reply` is streamed when nothing cuts it."""
    if reply.raw is not None:
        return list(reply.raw)
    if api is Api.RESPONSES:
        return model_responses_wire.stream_chunks(reply, model)
    return model_chat_wire.stream_chunks(reply, model)


async def _send(request: web.Request, parsed: ParsedRequest, reply: Reply) -> web.StreamResponse:
    if reply.delay_s:
        await asyncio.sleep(reply.delay_s)
    if reply.status != web.HTTPOk.status_code:
        return _error(reply)
    if not parsed.is_streamed:
        return web.Response(
            body=_whole_body(parsed, reply), content_type="application/json", headers=reply.headers
        )
    chunks = stream_chunks(parsed.api, reply, parsed.model)[: reply.cut_before]
    if reply.pace is None and (reply.cut_before is None or reply.cut is Cut.CLOSE):
        # One write for the whole stream: the server is not what a benchmark should measure.
        return web.Response(body=b"".join(chunks), headers={**_SSE_HEADERS, **reply.headers})
    return await _send_slowly(request, chunks, reply)


def _whole_body(parsed: ParsedRequest, reply: Reply) -> bytes:
    if parsed.api is Api.RESPONSES:
        return model_responses_wire.whole_body(reply, parsed.model)
    return model_chat_wire.whole_body(reply, parsed.model)


async def _send_slowly(
    request: web.Request, chunks: list[bytes], reply: Reply
) -> web.StreamResponse:
    response = web.StreamResponse(headers={**_SSE_HEADERS, **reply.headers})
    for chunk in chunks:
        if reply.pace is not None:
            await reply.pace.acquire()
        if not response.prepared:
            await response.prepare(request)
        await response.write(chunk)
    if reply.cut_before is not None and reply.cut is Cut.RESET:
        _reset(request)
    return response


def _reset(request: web.Request) -> None:
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()


def _error(reply: Reply) -> web.Response:
    error = {
        "message": reply.error_message,
        "type": "invalid_request_error" if reply.status == web.HTTPBadRequest.status_code else None,
        "param": None,
        "code": reply.error_code,
    }
    return web.Response(
        status=reply.status,
        body=encode({"error": error}),
        content_type="application/json",
        headers=reply.headers,
    )
