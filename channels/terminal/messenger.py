"""The terminal in the gateway's table of messengers."""

from channels.messenger import ChannelHome, Messenger
from channels.protocol import Channel
from channels.settings import ChannelSettings
from channels.terminal.channel import CHANNEL_NAME, TerminalChannel
from channels.terminal.split import split_text


class TerminalSettings(ChannelSettings):
    """Nothing: it is always there, for whoever may read the data directory."""


def _open(settings: TerminalSettings, home: ChannelHome) -> Channel:
    del settings
    return TerminalChannel(token=home.token, now=home.now)


MESSENGER = Messenger(
    name=CHANNEL_NAME,
    settings=TerminalSettings,
    open=_open,
    split=split_text,
    serves_http=True,
)
