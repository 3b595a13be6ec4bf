"""The table of kits, and which of them have which abilities."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from channels.dingtalk.channel import DingtalkCardChannel, DingtalkChannel
from channels.slack.channel import SlackChannel
from channels.telegram.channel import TelegramChannel
from tests.contract.channels.dingtalk_kit import dingtalk_card_kit, dingtalk_kit
from tests.contract.channels.kit import ChannelKit
from tests.contract.channels.slack_kit import slack_kit
from tests.contract.channels.telegram_kit import telegram_kit

OpenKit = Callable[[], AbstractAsyncContextManager[ChannelKit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KitKind:
    """A kit that can be opened, and the class of its channel, which tells its abilities."""

    open: OpenKit
    channel: type


KITS: dict[str, KitKind] = {
    "telegram": KitKind(open=telegram_kit, channel=TelegramChannel),
    "slack": KitKind(open=slack_kit, channel=SlackChannel),
    "dingtalk": KitKind(open=dingtalk_kit, channel=DingtalkChannel),
    "dingtalk with cards": KitKind(open=dingtalk_card_kit, channel=DingtalkCardChannel),
}


def kits_with(*abilities: type) -> dict[str, KitKind]:
    """Return the kits whose channel has all these abilities."""
    return {
        name: kind
        for name, kind in KITS.items()
        if all(issubclass(kind.channel, ability) for ability in abilities)
    }
