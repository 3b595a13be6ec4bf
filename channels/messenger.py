"""What the gateway knows of a messenger before its client library is loaded."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from channels.protocol import Channel, SplitsText
from channels.settings import ChannelSettings

S = TypeVar("S", bound=ChannelSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHome:
    """What the gateway lends a channel.

    `folder` is the channel's own below the data directory, not made yet. `token` proves to the
    gateway's HTTP server that a client may read the data directory. `now` is the clock, aware UTC.
    """

    folder: Path
    token: str
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger(Generic[S]):
    """A kind of channel; each messenger's folder holds one as `MESSENGER` in `messenger`.

    `open` imports the client library, connects nothing, may take seconds and runs in a thread;
    with `serves_http` it runs at once, because its routes must stand before the server starts.
    `check` asks the platform once who the bot is and returns a sentence; it raises
    `ChannelUnavailable`, and takes at most 10 s. `shows_options` tells whether the channel makes
    buttons of a message's options.
    """

    name: str
    settings: type[S]
    open: Callable[[S, ChannelHome], Channel]
    split: SplitsText
    check: Callable[[S], Awaitable[str]] | None = None
    shows_options: bool = False
    serves_http: bool = False
