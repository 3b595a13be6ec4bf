"""Requests to Slack's Web API; with `dispatch` the one module that knows Slack's libraries."""

from collections.abc import Awaitable, Mapping
from datetime import timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from channels.slack.failures import UNTOLD_RETRY, CallFailed, refusal
from channels.slack.payload import JsonObject

REQUEST_SECONDS: Final = 30.0
_CONNECT_SECONDS: Final = 10.0


class SlackApi:
    """Slack's Web API for one app, without retries: those are the outbox's.

    Nothing is connected before the first call; `aclose` ends the connections.
    """

    def __init__(self, *, bot_token: str, app_token: str, api_base: str) -> None:
        self._bot_token = bot_token
        self._app_token = app_token
        self.base = api_base

    @cached_property
    def session(self) -> aiohttp.ClientSession:
        """The connections that all requests share."""
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS, sock_connect=_CONNECT_SECONDS)
        return aiohttp.ClientSession(timeout=timeout)

    @cached_property
    def client(self) -> AsyncWebClient:
        """Slack's own client."""
        return AsyncWebClient(
            token=self._bot_token,
            base_url=self.base,
            session=self.session,
            retry_handlers=[],  # its default sends a message again after a broken connection
        )

    @property
    def authorization(self) -> Mapping[str, str]:
        """The header that opens the bot's files."""
        return {"Authorization": f"Bearer {self._bot_token}"}

    async def post(self, method: str, arguments: JsonObject) -> JsonObject:
        """Call a method that takes JSON; raises `CallFailed`."""
        return await self._answer(self.client.api_call(method, json=arguments))

    async def get(self, method: str, arguments: Mapping[str, str]) -> JsonObject:
        """Call a method that reads, and takes its arguments in the URL; raises `CallFailed`."""
        call = self.client.api_call(method, http_verb="GET", params=dict(arguments))
        return await self._answer(call)

    async def open_connection(self) -> str:
        """Return the address of a Socket Mode connection; raises `CallFailed`."""
        answer = await self._answer(self.client.apps_connections_open(app_token=self._app_token))
        return str(answer.get("url", ""))

    async def aclose(self) -> None:
        """Close the connections."""
        if "session" in self.__dict__:
            await self.session.close()

    async def _answer(self, call: Awaitable[AsyncSlackResponse]) -> JsonObject:
        try:
            answer = await call
        except SlackApiError as error:
            raise _refused(error) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise self._cut(error) from error
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    def _cut(self, error: Exception) -> CallFailed:
        """Tell a connection that could not be made from one that broke."""
        reason = str(error) or type(error).__name__
        for secret in (self._bot_token, self._app_token):
            reason = reason.replace(secret, "***")
        never_left = isinstance(
            error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError
        )
        return CallFailed(f"no answer from Slack: {reason}", was_sent=not never_left)


def _refused(error: SlackApiError) -> CallFailed:
    # The library hands over its own response or, where the body is no JSON, aiohttp's.
    response = error.response
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    body = getattr(response, "data", None)
    code = str(body.get("error", "")) if isinstance(body, dict) else ""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return refusal(code or "ratelimited", _retry_after(response.headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not code:
        return CallFailed(f"Slack answered with status {status} {code}".rstrip(), was_sent=True)
    return refusal(code)


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    value = headers.get("Retry-After", "")
    return timedelta(seconds=int(value)) if value.isdigit() else UNTOLD_RETRY
