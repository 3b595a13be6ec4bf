"""Telegram in the gateway's table of messengers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from channels.messenger import ChannelHome, Messenger
from channels.protocol import Channel
from channels.telegram.library import load_library
from channels.telegram.settings import CHANNEL, TelegramSettings

if TYPE_CHECKING:
    from channels.telegram.channel import TelegramChannel


def load_channel() -> "type[TelegramChannel]":
    """Import aiogram and the channel, ready for requests; only those who use Telegram pay.

    Takes a second; raises `ImportError`.
    """
    load_library()
    from channels.telegram.channel import TelegramChannel  # noqa: PLC0415 - imports aiogram
    from channels.telegram.used_models import build_ahead  # noqa: PLC0415 - the same

    build_ahead()
    return TelegramChannel


def _open(settings: TelegramSettings, home: ChannelHome) -> Channel:
    del home
    return load_channel()(settings.token_text, api_base=settings.api_base)


def _split(text: str) -> Sequence[str]:
    # What renders for Telegram comes with the same optional extra.
    from channels.telegram.outbound import split  # noqa: PLC0415

    return split(text)


async def _check(settings: TelegramSettings) -> str:
    # Only `crewdesk doctor` asks; a start shall not pay for what it asks with.
    from channels.telegram.check import check  # noqa: PLC0415

    return await check(settings)


MESSENGER = Messenger(
    name=CHANNEL,
    settings=TelegramSettings,
    open=_open,
    split=_split,
    check=_check,
    shows_options=True,
)
