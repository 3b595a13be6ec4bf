"""Who writes on Slack: events carry ids of people; names and languages are asked for."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

import structlog
from pydantic import ValidationError

from channels.message import InboundMessage
from channels.slack.api import SlackApi
from channels.slack.failures import CallFailed
from channels.slack.payload import UserInfo

ANSWER_SECONDS: Final = 1.0  # Slack wants an event acknowledged within three
PAUSE_SECONDS: Final = 60.0  # after which Slack is asked again, where it did not tell
_MOST: Final = 10_000  # people that are remembered; the oldest are asked for again

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Profile:
    name: str
    language: str


class People:
    """Asks once for each person and remembers it; never keeps a message back for long."""

    def __init__(self, api: SlackApi) -> None:
        self._api = api
        self._known: OrderedDict[str, _Profile] = OrderedDict()
        self._ask_from = 0.0  # the loop's time

    async def introduced(self, message: InboundMessage) -> InboundMessage:
        """Return a message with its sender's name and language, as far as Slack tells them."""
        profile = self._known.get(message.sender_id) or await self._ask(message.sender_id)
        if profile is None:
            return message
        return replace(
            message,
            sender_name=profile.name or message.sender_name,
            language=message.language or profile.language,
        )

    async def _ask(self, user_id: str) -> _Profile | None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._ask_from:
            return None
        arguments = {"user": user_id, "include_locale": "true"}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                info = UserInfo.model_validate(await self._api.get("users.info", arguments))
        except (CallFailed, TimeoutError, ValidationError) as error:
            logger.info("slack_person_unknown", reason=str(error) or type(error).__name__)
            self._ask_from = loop.time() + PAUSE_SECONDS
            return None
        profile = _Profile(name=info.user.name, language=info.user.locale)
        self._known[user_id] = profile
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return profile
