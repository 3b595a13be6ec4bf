"""What the service can tell about itself; implements the commands' `Surroundings`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from gateway.commands.surroundings import Listing
from gateway.config.sections import BusyMode
from gateway.models import ModelShelf
from gateway.roster import ChannelHealth, Roster
from gateway.workshop import Workshop
from manager.manager import MANAGER_SOUL


class GatewayFacts:
    """Facts from memory and from the souls' and skills' files."""

    def __init__(
        self,
        started_at: datetime,
        roster: Roster,
        workshop: Workshop,
        shelf: ModelShelf,
        *,
        busy_mode: BusyMode,
        time_zone: str,
    ) -> None:
        self.started_at = started_at
        self.busy_mode = busy_mode
        self.time_zone = time_zone
        self.version = version("crewdesk")
        self._roster = roster
        self._workshop = workshop
        self._shelf = shelf

    @property
    def model(self) -> str:
        """The name of the gateway's own choice of model."""
        return self._shelf.default

    def channels(self) -> Mapping[str, ChannelHealth]:
        """Return how each channel is doing."""
        return self._roster.health

    def workers(self) -> Sequence[Listing]:
        """Return the workers that the Manager can hand work to."""
        return [
            Listing(name=soul.name, description=soul.description)
            for soul in self._workshop.souls.all()
            if soul.name != MANAGER_SOUL
        ]

    def skills(self) -> Sequence[Listing]:
        """Return the skills that can be run."""
        return [
            Listing(name=skill.name, description=skill.description)
            for skill in self._workshop.skills.all()
        ]

    def problems(self) -> Sequence[str]:
        """Return what is wrong with soul and skill files."""
        return [f"{path.name}: {text}" for path, text in self._workshop.problems().items()]
