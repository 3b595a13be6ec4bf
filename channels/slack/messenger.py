"""Slack in the gateway's table of messengers."""

from collections.abc import Sequence

from channels.messenger import ChannelHome, Messenger
from channels.protocol import Channel
from channels.slack.settings import CHANNEL, SlackSettings


def _open(settings: SlackSettings, home: ChannelHome) -> Channel:
    # Slack's libraries are an optional extra, and only those who use Slack wait for them.
    from channels.slack.channel import SlackAccount, SlackChannel  # noqa: PLC0415

    account = SlackAccount(
        bot_token=settings.bot_token_text,
        app_token=settings.app_token_text,
        api_base=settings.api_base,
    )
    return SlackChannel(account, home.now)


def _split(text: str) -> Sequence[str]:
    # What renders for Slack takes a while to import, and reading the settings needs none of it.
    from channels.slack.outbound import split  # noqa: PLC0415

    return split(text)


async def _check(settings: SlackSettings) -> str:
    # Only `crewdesk doctor` asks; a start shall not pay for what it asks with.
    from channels.slack.check import check  # noqa: PLC0415

    return await check(settings)


MESSENGER = Messenger(
    name=CHANNEL,
    settings=SlackSettings,
    open=_open,
    split=_split,
    check=_check,
    shows_options=True,
)
