"""Telegram in the gateway's table of messengers."""

from collections.abc import Sequence

from channels.messenger import ChannelHome, Messenger
from channels.protocol import Channel
from channels.telegram.check import check
from channels.telegram.inbound import CHANNEL
from channels.telegram.settings import TelegramSettings


def _open(settings: TelegramSettings, home: ChannelHome) -> Channel:
    del home
    # aiogram takes seconds and much memory to import, so only those who use Telegram pay.
    from channels.telegram.channel import TelegramChannel  # noqa: PLC0415

    return TelegramChannel(settings.token_text, api_base=settings.api_base)


def _split(text: str) -> Sequence[str]:
    # What renders for Telegram comes with the same optional extra.
    from channels.telegram.outbound import split  # noqa: PLC0415

    return split(text)


MESSENGER = Messenger(
    name=CHANNEL,
    settings=TelegramSettings,
    open=_open,
    split=_split,
    check=check,
    shows_options=True,
)
