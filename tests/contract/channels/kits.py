"""The table of kits, and which of them have which abilities."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from channels.dingtalk.channel import DingtalkCardChannel, DingtalkChannel
from channels.slack.channel import SlackChannel
from channels.telegram.channel import TelegramChannel
from channels.terminal.channel import TerminalChannel
from tests.contract.channels.dingtalk_kit import DingtalkKit, dingtalk_card_kit, dingtalk_kit
from tests.contract.channels.double_kit import DoubleKit, double_kit
from tests.contract.channels.kit import ChannelKit
from tests.contract.channels.slack_kit import SlackKit, slack_kit
from tests.contract.channels.telegram_kit import TelegramKit, telegram_kit
from tests.contract.channels.terminal_kit import TerminalKit, terminal_kit
from tests.doubles.channel import FileSendingChannel

OpenKit = Callable[[], AbstractAsyncContextManager[ChannelKit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KitKind:
    """A kit that can be opened, its class and that of its channel, which tell the abilities."""

    open: OpenKit
    kit: type
    channel: type


KITS: dict[str, KitKind] = {
    "telegram": KitKind(open=telegram_kit, kit=TelegramKit, channel=TelegramChannel),
    "slack": KitKind(open=slack_kit, kit=SlackKit, channel=SlackChannel),
    "dingtalk": KitKind(open=dingtalk_kit, kit=DingtalkKit, channel=DingtalkChannel),
    "dingtalk with cards": KitKind(
        open=dingtalk_card_kit, kit=DingtalkKit, channel=DingtalkCardChannel
    ),
    "terminal": KitKind(open=terminal_kit, kit=TerminalKit, channel=TerminalChannel),
    "double": KitKind(open=double_kit, kit=DoubleKit, channel=FileSendingChannel),
}


def kits_with(*abilities: type) -> dict[str, KitKind]:
    """Return the kits that have all these abilities, by themselves or by their channel."""
    return {
        name: kind
        for name, kind in KITS.items()
        if all(issubclass(kind.channel, one) or issubclass(kind.kit, one) for one in abilities)
    }
