"""A web server on this machine that serves what a test lays out and remembers what was asked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer; with `stalls` the body never ends, with `floods` it never even pauses."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str]
    stalls: bool = False
    floods: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came; header names are in lower case."""

    path: str
    headers: Mapping[str, str]


class WebServer:
    """Serves pages by path; a page with an `ETag` answers a matching request with 304.

    ```python
    async with WebServer() as server:
        server.serve("/page", b"<p>hello", content_type="text/html")
        await http.get(server.url("/page"))
    ```
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.host = ""
        self._pages: dict[str, Page] = {}
        self._over = asyncio.Event()
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.host = f"{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        await self._runner.cleanup()

    def url(self, path: str) -> str:
        """Return the address of a path here."""
        return f"http://{self.host}{path}"

    def serve(
        self,
        path: str,
        body: str | bytes = b"",
        *,
        content_type: str = "text/html",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Lay out what a path answers from now on."""
        data = body.encode() if isinstance(body, str) else body
        all_headers = {"Content-Type": content_type, **(headers or {})}
        self._pages[path] = Page(body=data, status=status, headers=all_headers)

    def stall(self, path: str) -> None:
        """Let a path begin an answer that never ends."""
        self._pages[path] = Page(headers={"Content-Type": "text/plain"}, stalls=True)

    def flood(self, path: str) -> None:
        """Let a path send without end."""
        self._pages[path] = Page(headers={"Content-Type": "text/plain"}, floods=True)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(path=request.path_qs, headers=headers))
        page = self._pages.get(request.path_qs)
        if page is None:
            return web.Response(status=404)
        etag = page.headers.get("ETag")
        if etag is not None and headers.get("if-none-match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        response = web.StreamResponse(status=page.status, headers=page.headers)
        await response.prepare(request)
        await response.write(page.body)
        while page.floods:  # until the client hangs up, which is an error here
            await response.write(b"x" * 65_536)
        if page.stalls:
            await self._over.wait()
        await response.write_eof()
        return response
