"""DingTalk in the gateway's table of messengers."""

from collections.abc import Sequence

from channels.dingtalk.settings import CHANNEL, DingtalkSettings
from channels.messenger import ChannelHome, Messenger
from channels.protocol import Channel


def _open(settings: DingtalkSettings, home: ChannelHome) -> Channel:
    # dingtalk_stream is optional and brings a second HTTP library, so only its users load it.
    from channels.dingtalk.channel import DingtalkCardChannel, DingtalkChannel  # noqa: PLC0415

    if settings.card_template_id is not None:
        return DingtalkCardChannel(settings, settings.card_template_id, now=home.now)
    return DingtalkChannel(settings, now=home.now)


def _split(text: str) -> Sequence[str]:
    # What renders for DingTalk is loaded at the first answer only.
    from channels.dingtalk.outbound import split  # noqa: PLC0415

    return split(text)


async def _check(settings: DingtalkSettings) -> str:
    # Only `crewdesk doctor` asks; a start shall not pay for what it asks with.
    from channels.dingtalk.check import check  # noqa: PLC0415

    return await check(settings)


MESSENGER = Messenger(
    name=CHANNEL,
    settings=DingtalkSettings,
    open=_open,
    split=_split,
    check=_check,
    shows_options=True,
)
