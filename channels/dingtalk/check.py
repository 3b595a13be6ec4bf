"""Asks DingTalk once for an access token, without its client library."""

import importlib.util
from datetime import UTC, datetime

from channels.dingtalk.http import Http
from channels.dingtalk.settings import DingtalkSettings
from channels.dingtalk.tokens import AccessTokens
from channels.errors import ChannelUnavailable

PATIENCE_SECONDS = 10.0


async def check(settings: DingtalkSettings) -> str:
    """Return that the app's id and secret are good, see `Messenger`."""
    if importlib.util.find_spec("dingtalk_stream") is None:
        raise ChannelUnavailable("its package is missing: pip install 'crewdesk[dingtalk]'")
    http = Http()
    try:
        await AccessTokens(http, settings, _now, seconds=PATIENCE_SECONDS).get()
    except ChannelUnavailable as error:
        if error.retry_after is None:
            raise
        raise ChannelUnavailable(
            f"check the network and CREWDESK_DINGTALK__API_BASE: {settings.api_base} does not"
            f" answer as it should ({error.reason})"
        ) from error
    finally:
        await http.aclose()
    cards = "cards" if settings.card_template_id else "no cards"
    return f"the app {settings.id_text} gets its token; robot {settings.robot}, {cards}"


def _now() -> datetime:
    return datetime.now(UTC)
