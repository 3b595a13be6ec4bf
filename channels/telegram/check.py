"""Asks Telegram once whose token this is, without its client library."""

import importlib.util

import aiohttp
from pydantic import BaseModel, ValidationError

from channels.errors import ChannelUnavailable
from channels.telegram.settings import TelegramSettings

PATIENCE_SECONDS = 10.0


class _Bot(BaseModel):
    username: str = ""


class _GetMe(BaseModel):
    """https://core.telegram.org/bots/api#making-requests."""

    ok: bool
    description: str = ""
    result: _Bot = _Bot()


async def check(settings: TelegramSettings) -> str:
    """Return who the bot is, see `Messenger`."""
    if importlib.util.find_spec("aiogram") is None:
        raise ChannelUnavailable("its package is missing: pip install 'crewdesk[telegram]'")
    try:
        answer = await _get_me(settings)
    except (aiohttp.ClientError, OSError, TimeoutError, ValidationError) as error:
        reason = str(error).replace(settings.token_text, "***") or type(error).__name__
        raise ChannelUnavailable(
            f"{settings.api_base} does not answer as it should ({reason}): check the network and"
            " CREWDESK_TELEGRAM__API_BASE"
        ) from error
    if not answer.ok:
        raise ChannelUnavailable(f"refused: {answer.description}: get a token from @BotFather")
    return f"the token is @{answer.result.username}'s"


async def _get_me(settings: TelegramSettings) -> _GetMe:
    url = f"{settings.api_base.rstrip('/')}/bot{settings.token_text}/getMe"
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http, http.post(url) as response:
        return _GetMe.model_validate_json(await response.read())
