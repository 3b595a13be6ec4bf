"""The HTTP server: who may ask it what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from gateway.config import HttpSettings
from gateway.errors import StartupError
from gateway.health import Health
from gateway.http import HttpServer
from gateway.roster import Roster
from gateway.store.database import Database
from tests.doubles.clock import ManualClock
from tests.doubles.databases import open_database

TOKEN = "a-long-random-text"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def _own(_request: web.Request) -> web.Response:
    return web.Response(text="guards itself")


@asynccontextmanager
async def serving(database: Database, settings: HttpSettings) -> AsyncIterator[str]:
    """Serve on a free port and give the address."""
    health = Health(database, Roster({}), ManualClock())
    server = HttpServer(settings, health, [web.get("/api/v1/own", _own)])
    url = await server.open()
    try:
        yield url
    finally:
        await server.close()


async def status(url: str, **headers: str) -> int:
    """Return the status of a GET."""
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        return response.status


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/nowhere", "//metrics", "/%6detrics"])
async def test_token_guards_every_route(database: Database, path: str) -> None:
    """However an address is spelled, nothing is told without the token."""
    settings = HttpSettings(port=0, token=SecretStr(TOKEN))
    async with serving(database, settings) as url:
        assert await status(url + path) == HTTPStatus.UNAUTHORIZED
        assert await status(url + path, Authorization="Bearer wrong") == HTTPStatus.UNAUTHORIZED


async def test_token_opens_and_open_routes_need_none(database: Database) -> None:
    """Probes of life and routes that guard themselves work as without a token."""
    settings = HttpSettings(port=0, token=SecretStr(TOKEN))
    async with serving(database, settings) as url:
        assert await status(url + "/metrics", **BEARER) == HTTPStatus.OK
        assert await status(url + "/healthz") == HTTPStatus.OK
        assert await status(url + "/api/v1/own") == HTTPStatus.OK


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "evil.example:8080"},
    ],
)
async def test_foreign_pages_are_refused(database: Database, headers: dict[str, str]) -> None:
    """A page on another site reaches nothing, neither by its origin nor by a rebound name."""
    async with serving(database, HttpSettings(port=0)) as url:
        assert await status(url + "/healthz", **headers) == HTTPStatus.FORBIDDEN


async def test_database_that_does_not_answer_is_told(sqlite_database_url: str) -> None:
    """A probe and a scraper are told what is wrong; that the process lives is true all the same."""
    async with (
        open_database(sqlite_database_url) as database,
        serving(database, HttpSettings(port=0)) as url,
    ):
        await database.close()
        assert await status(url + "/readyz") == HTTPStatus.SERVICE_UNAVAILABLE
        assert await status(url + "/metrics") == HTTPStatus.SERVICE_UNAVAILABLE
        assert await status(url + "/healthz") == HTTPStatus.OK


async def test_port_in_use_is_named(database: Database) -> None:
    """The one line says which port, and which setting chooses another."""
    async with serving(database, HttpSettings(port=0)) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(StartupError, match=rf":{port}: .* CREWDESK_HTTP__PORT"):
            async with serving(database, HttpSettings(port=port)):
                pass
