"""All messengers at once, and a gateway that is connected to every one of them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.acceptance.messengers.dingtalk import DingtalkMessenger
from tests.acceptance.messengers.messenger import Messenger
from tests.acceptance.messengers.slack import SlackMessenger
from tests.acceptance.messengers.telegram import TelegramMessenger
from tests.doubles.dingtalk_server import DingtalkServer
from tests.doubles.model_server import ModelServer
from tests.doubles.slack_server import SlackServer
from tests.doubles.telegram_server import TelegramServer


@asynccontextmanager
async def all_messengers() -> AsyncIterator[tuple[Messenger, ...]]:
    """Start the doubles of all messengers."""
    async with (
        TelegramServer() as telegram,
        SlackServer() as slack,
        DingtalkServer() as dingtalk,
    ):
        yield TelegramMessenger(telegram), SlackMessenger(slack), DingtalkMessenger(dingtalk)


def environment(messengers: Sequence[Messenger], model: ModelServer) -> dict[str, str]:
    """Return what a gateway between these and the model must be told; everybody is let in."""
    settings: dict[str, str] = {
        "CREWDESK_ACCESS__MEMBERS": ",".join(f"{one.name}:*" for one in messengers),
        "CREWDESK_INBOX__BUSY_MODE": "queue",  # an answer to each message
        "CREWDESK_MODEL__NAME": "double",
        "OPENAI_API_KEY": "opens-nothing",
        "OPENAI_BASE_URL": model.base_url,
    }
    for messenger in messengers:
        settings |= messenger.settings
    return settings
