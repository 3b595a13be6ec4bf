"""Checks of what is reached over a socket: the running gateway, the model, messengers, Docker."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import BaseModel, ValidationError

from channels.errors import ChannelUnavailable
from channels.messenger import Messenger
from channels.settings import ChannelSettings
from gateway.app import load_chain
from gateway.cli.checks.finding import Finding, fail, ok, warn
from gateway.cli.running import find_gateway
from gateway.cli.words import excerpt
from gateway.config import HttpSettings, ModelSettings
from gateway.config.sections import OFFLINE_MODEL
from workers.models.errors import ModelError
from workers.models.protocol import Model, ModelAnswer, ModelRequest, UserText

PATIENCE_SECONDS = 10.0
NEARBY_SECONDS = 3.0  # for what runs on this machine
DOCKER_SOCKET = Path("/var/run/docker.sock")
_MODEL_ADVICE = "check OPENAI_API_KEY, OPENAI_BASE_URL and CREWDESK_MODEL__NAME"
_TRANSPORT_ERRORS = (aiohttp.ClientError, OSError, TimeoutError)


class _Channel(BaseModel):
    state: str
    reason: str


class _Readiness(BaseModel):
    """What the gateway answers at `/readyz`, see `gateway.health`."""

    database: str
    channels: dict[str, _Channel]


async def check_gateway(data_dir: Path, settings: HttpSettings) -> list[Finding]:
    """Ask the gateway of this data directory how it is doing, if one is running."""
    gateway = find_gateway(data_dir)
    if gateway is None:
        return [ok("gateway", "not running; `crewdesk up` starts it")]
    timeout = aiohttp.ClientTimeout(total=NEARBY_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=_bearer(settings)) as http,
            http.get(f"{gateway.url}/readyz") as response,
        ):
            ready = _Readiness.model_validate_json(await response.read())
    except (*_TRANSPORT_ERRORS, ValidationError) as error:
        found = f"process {gateway.pid} does not answer at {gateway.url} ({_reason(error)})"
        return [fail("gateway", found, "look at its log, and restart it")]
    return [ok("gateway", f"process {gateway.pid} answers at {gateway.url}"), *_channels(ready)]


def _bearer(settings: HttpSettings) -> dict[str, str]:
    if settings.token is None:
        return {}
    return {"Authorization": f"Bearer {settings.token.get_secret_value()}"}


def _channels(ready: _Readiness) -> list[Finding]:
    return [
        ok(f"channel {name}", one.state)
        if one.state == "connected"
        else warn(f"channel {name}", f"{one.state} {excerpt(one.reason)}".strip(), "see its log")
        for name, one in ready.channels.items()
    ]


async def check_model(settings: ModelSettings) -> Finding:
    """Ask the model for one word."""
    if settings.name == OFFLINE_MODEL:
        found = "offline: a few fixed rules; set OPENAI_API_KEY to use a real one"
        return ok("model", found)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            loaded = await asyncio.to_thread(load_chain, settings, settings.name, tries=1)
            try:
                answer = await _answer(loaded.model)
            finally:
                await loaded.close()
    except (ModelError, ImportError) as error:
        return fail("model", f"{settings.name}: {excerpt(str(error), 200)}", _MODEL_ADVICE)
    except TimeoutError:
        found = f"{settings.name} did not answer within {PATIENCE_SECONDS:g} s"
        return fail("model", found, _MODEL_ADVICE)
    return ok("model", f"{answer.model} answers")


async def _answer(model: Model) -> ModelAnswer:
    request = ModelRequest(instructions="Answer with one word.", items=(UserText(text="ping"),))
    async with aclosing(model.stream(request)) as events:
        async for event in events:
            if isinstance(event, ModelAnswer):
                return event
    raise ModelError("the stream ended without an answer")


async def check_channel(messenger: Messenger[Any], settings: ChannelSettings) -> Finding:
    """Ask a messenger's platform who the bot is."""
    if not settings.is_set_up or messenger.check is None:
        return ok(messenger.name, "not set up: not used")
    try:
        return ok(messenger.name, excerpt(await messenger.check(settings)))
    except ChannelUnavailable as error:
        return fail(messenger.name, excerpt(error.reason, 200))


async def check_docker(socket: Path = DOCKER_SOCKET) -> Finding:
    """Ask the Docker engine for a sign of life."""
    timeout = aiohttp.ClientTimeout(total=NEARBY_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(path=str(socket)), timeout=timeout
            ) as http,
            http.get("http://docker/_ping") as response,
        ):
            response.raise_for_status()
    except _TRANSPORT_ERRORS as error:
        advice = "only workers in containers need it"
        return warn("docker", f"{socket} does not answer ({_reason(error)})", advice)
    return ok("docker", f"{socket} answers")


def _reason(error: Exception) -> str:
    # The class alone: the text of some of them holds the URL, and that the token.
    return type(error).__name__
