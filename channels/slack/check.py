"""Asks Slack once whose tokens these are, without its client library."""

import importlib.util

import aiohttp
from pydantic import BaseModel, ValidationError

from channels.errors import ChannelUnavailable
from channels.slack.failures import refusal, unavailable
from channels.slack.settings import SlackSettings

PATIENCE_SECONDS = 5.0  # for each of the two questions


class _Answer(BaseModel):
    """https://docs.slack.dev/apis/web-api#responses."""

    ok: bool
    error: str = ""
    user: str = ""
    team: str = ""


async def check(settings: SlackSettings) -> str:
    """Return who the bot is and where, see `Messenger`."""
    if importlib.util.find_spec("slack_bolt") is None:
        raise ChannelUnavailable("its package is missing: pip install 'crewdesk[slack]'")
    bot = await _ask(settings, "auth.test", settings.bot_token_text, is_app_token=False)
    await _ask(settings, "apps.connections.open", settings.app_token_text, is_app_token=True)
    return f"the bot is @{bot.user} in {bot.team}, and Socket Mode lets it in"


async def _ask(settings: SlackSettings, method: str, token: str, *, is_app_token: bool) -> _Answer:
    try:
        answer = await _answer(f"{settings.api_base.rstrip('/')}/{method}", token)
    except (aiohttp.ClientError, OSError, TimeoutError, ValidationError) as error:
        reason = str(error).replace(token, "***") or type(error).__name__
        raise ChannelUnavailable(
            f"{settings.api_base} does not answer as it should ({reason}): check the network and"
            " CREWDESK_SLACK__API_BASE"
        ) from error
    if answer.ok:
        return answer
    told = unavailable(refusal(answer.error), is_app_token=is_app_token)
    raise told or ChannelUnavailable(f"Slack refuses {method}: {answer.error}")


async def _answer(url: str, token: str) -> _Answer:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(timeout=timeout) as http,
        http.post(url, headers=headers) as response,
    ):
        return _Answer.model_validate_json(await response.read())
