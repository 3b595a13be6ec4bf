"""Bolt, which tells Slack's payloads apart and answers for what is not for people to say."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from channels.slack.identity import BotIdentity
from channels.slack.payload import JsonObject

Handle = Callable[[JsonObject], Awaitable[None]]
"""Takes a payload; returns once what it holds is stored, and raises what kept it from being."""

NAME: Final = "crewdesk"

_EVERYTHING: Final = re.compile(".+")
_EVENTS: Final = ("message", "app_mention")

logger = structlog.get_logger(__name__)


class Dispatcher:
    """Brings each envelope to the handler of its kind; what has none is done with.

    Bolt acknowledges an event before its listener ran. With `process_before_response` it does so
    afterwards and tells by its response; a listener's error, which Bolt would write to the log
    alone, is raised on. Bolt also drops what the bot itself wrote.
    """

    def __init__(
        self,
        bot: BotIdentity,
        *,
        event: Handle,
        command: Handle,
        press: Handle,
    ) -> None:
        async def authorize() -> AuthorizeResult:
            # Known already: without this Bolt would ask Slack in the middle of the first event.
            return AuthorizeResult(
                enterprise_id=None,
                team_id=bot.team_id,
                bot_user_id=bot.user_id,
                bot_id=bot.bot_id,
            )

        app = AsyncApp(
            name=NAME,  # otherwise it looks for a name on the call stack, which takes long
            client=AsyncWebClient(),  # never used: listeners send nothing
            authorize=authorize,
            process_before_response=True,
            request_verification_enabled=False,  # the WebSocket itself is proof
            attaching_conversation_kwargs_enabled=False,
        )
        for kind in _EVENTS:
            app.event(kind)(_listener(event))
        app.command(_EVERYTHING)(_listener(command))
        app.action(_EVERYTHING)(_listener(press))
        app.error(_raise_on)
        self._app = app

    async def __call__(self, envelope: JsonObject) -> JsonObject | None:
        """Handle an envelope and return its acknowledgement; None for a frame that needs none.

        Raises whatever the handler raised: then the envelope must not be acknowledged.
        """
        request = SocketModeRequest.from_dict(envelope)
        if request is None or not request.envelope_id:
            return None
        answer = await run_async_bolt_app(self._app, request)
        if answer.status != HTTPStatus.OK:
            logger.debug("slack_envelope_not_for_us", type=request.type)
        acknowledgement: JsonObject = SocketModeResponse(envelope_id=request.envelope_id).to_dict()
        return acknowledgement


def _listener(handle: Handle) -> Callable[..., Awaitable[None]]:
    # Bolt reads the names of the parameters.
    async def listener(body: JsonObject, ack: Callable[[], Awaitable[object]]) -> None:
        await handle(body)
        await ack()

    return listener


async def _raise_on(error: Exception) -> None:
    raise error
