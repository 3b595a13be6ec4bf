"""What the service can tell commands about itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.config.sections import BusyMode
from gateway.roster import ChannelHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A worker or a skill as a list shows it."""

    name: str
    description: str


class Surroundings(Protocol):
    """Facts from outside the database.

    Asked inside a transaction and from whatever thread runs it, so each answer comes at once and
    from memory; a look at the time stamps of files is the most that it may cost.
    """

    @property
    def version(self) -> str:
        """The version of Crewdesk."""

    @property
    def started_at(self) -> datetime:
        """When this process began to work."""

    @property
    def model(self) -> str:
        """The name of the gateway's own choice of model."""

    @property
    def time_zone(self) -> str:
        """The zone of people who have set none."""

    @property
    def busy_mode(self) -> BusyMode:
        """What becomes of messages that come while the bot is busy, unless a conversation chose."""

    def channels(self) -> Mapping[str, ChannelHealth]:
        """Return how each channel is doing."""

    def workers(self) -> Sequence[Listing]:
        """Return the workers that the Manager can hand work to."""

    def skills(self) -> Sequence[Listing]:
        """Return the skills that can be run."""

    def problems(self) -> Sequence[str]:
        """Return what is wrong with the files of souls and skills, a sentence for each."""
