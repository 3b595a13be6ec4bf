"""The kits: every test that takes `kit` runs over each channel that has what the test needs."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.channels.dingtalk_kit import (
    DingtalkKit,
    dingtalk_card_kit,
    dingtalk_kit,
)
from tests.contract.channels.inbox import RecordingInbox, running
from tests.contract.channels.kit import ChannelKit, MustBeThere
from tests.contract.channels.kits import KitKind, kits_with
from tests.contract.channels.slack_kit import SlackKit, slack_kit
from tests.contract.channels.telegram_kit import TelegramKit, telegram_kit


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test over the kits with the abilities of its `needs` markers; none is skipped."""
    if "kit" not in metafunc.fixturenames:
        return
    needed = [one for mark in metafunc.definition.iter_markers("needs") for one in mark.args]
    kits = kits_with(*needed)
    if not kits:
        raise pytest.UsageError(f"no channel has what {metafunc.definition.nodeid} needs")
    metafunc.parametrize("kit", list(kits.values()), ids=list(kits), indirect=True)


@pytest.fixture
async def kit(request: pytest.FixtureRequest) -> AsyncIterator[ChannelKit]:
    """Yield the kit that `pytest_generate_tests` chose."""
    kind: KitKind = request.param
    async with kind.open() as opened:
        assert type(opened.channel) is kind.channel
        yield opened


@pytest.fixture
async def there(kit: ChannelKit, inbox: RecordingInbox) -> AsyncIterator[None]:
    """Let the person be where a message reaches them."""
    if not isinstance(kit, MustBeThere):
        yield
        return
    async with running(kit.channel, inbox):
        await kit.is_there()
        yield


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
