"""The kits: every test that takes `kit` runs over each channel named here."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.contract.channels.dingtalk_kit import (
    DingtalkKit,
    dingtalk_card_kit,
    dingtalk_kit,
)
from tests.contract.channels.inbox import RecordingInbox
from tests.contract.channels.kit import ChannelKit
from tests.contract.channels.slack_kit import SlackKit, slack_kit
from tests.contract.channels.telegram_kit import TelegramKit, telegram_kit

OpenKit = Callable[[], AbstractAsyncContextManager[ChannelKit]]

KITS: dict[str, OpenKit] = {
    "telegram": telegram_kit,
    "slack": slack_kit,
    "dingtalk": dingtalk_kit,
    "dingtalk with cards": dingtalk_card_kit,
}


@pytest.fixture(params=list(KITS.values()), ids=list(KITS))
async def kit(request: pytest.FixtureRequest) -> AsyncIterator[ChannelKit]:
    """Yield the kit of one channel after the other."""
    open_kit: OpenKit = request.param
    async with open_kit() as opened:
        yield opened


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramKit]:
    """Yield Telegram's kit, for what only Telegram does."""
    async with telegram_kit() as opened:
        yield opened


@pytest.fixture
async def slack() -> AsyncIterator[SlackKit]:
    """Yield Slack's kit, for what only Slack does."""
    async with slack_kit() as opened:
        yield opened


@pytest.fixture
async def dingtalk() -> AsyncIterator[DingtalkKit]:
    """Yield DingTalk's kit, for what only DingTalk does."""
    async with dingtalk_kit() as opened:
        yield opened


@pytest.fixture
async def cards() -> AsyncIterator[DingtalkKit]:
    """Yield the kit of DingTalk with cards."""
    async with dingtalk_card_kit() as opened:
        yield opened


@pytest.fixture
def inbox() -> RecordingInbox:
    """Return an empty inbox."""
    return RecordingInbox()
