"""The channels of this gateway, and which of them can be used now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from channels.message import ConversationAddress
from channels.protocol import Channel, SplitsText, TellsTrouble


class ChannelState(StrEnum):
    """How a channel is doing."""

    LOADING = "loading"
    CONNECTED = "connected"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHealth:
    """A channel's state and, where it cannot be used, the reason for people to read."""

    state: ChannelState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """A channel that shall run; `load` imports its client library and may take seconds.

    `split` is known before that, because answers may be waiting from an earlier run, and `routes`
    are what the channel adds to the gateway's HTTP server. `shows_options` tells whether it makes
    buttons of a question's options.
    """

    name: str
    load: Callable[[], Channel]
    split: SplitsText
    shows_options: bool = False
    routes: tuple[web.RouteDef, ...] = ()


class Roster:
    """Knows each configured channel from its plan to its connection."""

    def __init__(self, plans: Mapping[str, ChannelPlan]) -> None:
        self.plans = plans
        self._channels: dict[str, Channel] = {}
        self._health = {name: ChannelHealth(state=ChannelState.LOADING) for name in plans}

    @property
    def health(self) -> Mapping[str, ChannelHealth]:
        """How each channel is doing."""
        return {name: self._look(name, known) for name, known in self._health.items()}

    @property
    def loaded(self) -> tuple[str, ...]:
        """The names of the channels through which something can be sent."""
        return tuple(self._channels)

    def find(self, name: str) -> Channel | None:
        """Return a channel that is loaded."""
        return self._channels.get(name)

    def add(self, channel: Channel) -> None:
        """Take in a channel whose library is loaded."""
        self._channels[channel.name] = channel

    def report(self, name: str, health: ChannelHealth) -> None:
        """Take note of how a channel is doing."""
        self._health[name] = health

    def _look(self, name: str, known: ChannelHealth) -> ChannelHealth:
        """Return what the channel itself says, where it runs and can tell."""
        trouble = _trouble(self._channels.get(name))
        if known.state is ChannelState.CONNECTED and trouble:
            return ChannelHealth(state=ChannelState.UNAVAILABLE, reason=trouble)
        return known

    def split(self, chat: ConversationAddress, text: str) -> tuple[str, ...]:
        """Split an answer as the channel of a conversation needs it; whole where there is none."""
        plan = self.plans.get(chat.channel)
        return (text,) if plan is None else tuple(plan.split(text))

    def shows_options(self, chat: ConversationAddress) -> bool:
        """Tell whether the channel of a conversation makes buttons of a question's options."""
        plan = self.plans.get(chat.channel)
        return plan is not None and plan.shows_options


def _trouble(channel: object) -> str:
    return channel.trouble() if isinstance(channel, TellsTrouble) else ""
