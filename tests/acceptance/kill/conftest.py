"""Two chats on each messenger."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.kill.two_chats import Scene, slow_where_asked
from tests.acceptance.messengers.dingtalk import DingtalkMessenger
from tests.acceptance.messengers.slack import SlackMessenger
from tests.acceptance.messengers.telegram import TelegramMessenger
from tests.doubles.dingtalk_server import DingtalkServer
from tests.doubles.model_server import ModelServer
from tests.doubles.slack_server import SlackServer
from tests.doubles.telegram_server import TelegramServer


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Two chats on Telegram."""
    async with TelegramServer() as telegram, ModelServer(script=slow_where_asked) as model:
        yield Scene(TelegramMessenger(telegram), model, tmp_path)


@pytest.fixture
async def slack_scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """The same on Slack."""
    async with SlackServer() as slack, ModelServer(script=slow_where_asked) as model:
        yield Scene(SlackMessenger(slack), model, tmp_path)


@pytest.fixture
async def dingtalk_scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """The same on DingTalk, with cards."""
    async with DingtalkServer() as dingtalk, ModelServer(script=slow_where_asked) as model:
        yield Scene(DingtalkMessenger(dingtalk), model, tmp_path)
