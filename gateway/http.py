"""The gateway's HTTP server: health, metrics, and the routes of channels."""

import hmac
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from errno import errorcode
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.config.sections import HttpSettings
from gateway.errors import StartupError, StoreError
from gateway.health import Health

SHUTDOWN_SECONDS = 2.0
ALIVE = "/healthz"


class HttpServer:
    """Listens where the settings say; answers people's browsers only from its own pages."""

    def __init__(
        self, settings: HttpSettings, health: Health, routes: Sequence[web.RouteDef]
    ) -> None:
        self._settings = settings
        self._health = health
        self._routes = routes
        self._stack = AsyncExitStack()

    async def open(self) -> str:
        """Start listening and return the URL.

        Raises:
            StartupError: the port is in use, or the host is not ours.
        """
        middlewares = [guard(self._settings.host)]
        if self._settings.token is not None:
            own = frozenset(route.path for route in self._routes)
            middlewares.append(lock(self._settings.token.get_secret_value(), own | {ALIVE}))
        app = web.Application(middlewares=middlewares)
        app.add_routes(
            [
                web.get(ALIVE, self._alive),
                web.get("/readyz", self._ready),
                web.get("/metrics", self._metrics),
                *self._routes,
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        host, port = self._settings.host, self._settings.port
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            await self._stack.aclose()
            # asyncio words it anew, and at length; a name that is not found has another number.
            number = error.errno or 0
            reason = os.strerror(number) if number in errorcode else error.strerror
            raise StartupError(
                f"cannot listen on {host}:{port}: {reason}; stop what uses the port, or "
                "choose another one with CREWDESK_HTTP__PORT"
            ) from error
        bound = runner.addresses[0][1]
        return f"http://{f'[{host}]' if ':' in host else host}:{bound}"

    async def close(self) -> None:
        """Stop listening."""
        await self._stack.aclose()

    async def _alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _request: web.Request) -> web.Response:
        report = await self._health.report()
        status = web.HTTPOk.status_code if report.is_ready else 503
        return web.json_response(report.as_json(), status=status)

    async def _metrics(self, _request: web.Request) -> web.Response:
        try:
            body = await self._health.metrics()
        except StoreError as error:
            raise web.HTTPServiceUnavailable(text=f"no figures: {error}") from error
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4"})


def guard(host: str) -> Middleware:
    """Refuse what a foreign web page could make a browser send.

    A page on another site can reach a server on loopback through the browser; its `Origin` or,
    after a DNS rebinding, its `Host` gives it away.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_own_host(request.host, host):
            raise web.HTTPForbidden(text=f"this server is not {request.host}")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="requests from other sites are refused")
        return await handler(request)

    return check


def lock(token: str, open_paths: frozenset[str]) -> Middleware:
    """Ask for the bearer token, but at `open_paths`, which guard themselves or tell nothing.

    The path is that of the route that was found, so that no spelling of an address gets around it.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        given = request.headers.get("Authorization", "").encode(errors="replace")
        is_open = resource is not None and resource.canonical in open_paths
        if not is_open and not hmac.compare_digest(given, f"Bearer {token}".encode()):
            raise web.HTTPUnauthorized(text="send CREWDESK_HTTP__TOKEN as a bearer token")
        return await handler(request)

    return check


def is_own_host(asked: str, host: str) -> bool:
    """Tell whether a `Host` header means this server: its own name, or an address."""
    name = urlsplit(f"//{asked}").hostname or ""
    if name in {host, "localhost"}:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
