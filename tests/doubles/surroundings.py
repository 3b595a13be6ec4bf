"""The facts of a service that does not run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.commands.surroundings import Listing
from gateway.config.sections import BusyMode
from gateway.roster import ChannelHealth, ChannelState
from tests.doubles.clock import START


@dataclass(kw_only=True)
class FixedSurroundings:
    """Implements `Surroundings`: up for an hour and a half when the clock of tests starts."""

    version: str = "1.2.3"
    started_at: datetime = START - timedelta(minutes=90)
    model: str = "house-model"
    time_zone: str = "UTC"
    busy_mode: BusyMode = BusyMode.COLLECT
    health: dict[str, ChannelHealth] = field(
        default_factory=lambda: {
            "telegram": ChannelHealth(state=ChannelState.CONNECTED),
            "slack": ChannelHealth(state=ChannelState.UNAVAILABLE, reason="wrong token"),
        }
    )
    mistakes: list[str] = field(default_factory=list)

    def channels(self) -> Mapping[str, ChannelHealth]:
        """Return one channel that works and one that does not."""
        return self.health

    def workers(self) -> Sequence[Listing]:
        """Return one worker."""
        return [Listing(name="worker", description="does *anything*")]

    def skills(self) -> Sequence[Listing]:
        """Return one skill."""
        return [Listing(name="rss", description="reads feeds")]

    def problems(self) -> Sequence[str]:
        """Return the mistakes that the test put in."""
        return self.mistakes
