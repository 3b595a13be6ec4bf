"""What tests over several messengers need of each; one kit per messenger beside this."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody writes: privately to the bot, or in a group; both are known by numbers."""

    person: int
    group: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message of the bot's: what it reads now, what it ever read, and the options under it.

    `is_growing` tells that it looks like an answer which is still being written.
    """

    text: str
    history: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    is_growing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something that a person writes."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """How often each event is delivered, and how many deliveries wait for their answer at once."""

    times: int
    at_once: int
    random: Random

    def bursts(self, posts: Sequence[Post]) -> Iterator[Sequence[Post]]:
        """Yield the deliveries in a random order, as many at a time as may wait at once."""
        deliveries = [post for post in posts for _ in range(self.times)]
        self.random.shuffle(deliveries)
        for first in range(0, len(deliveries), self.at_once):
            yield deliveries[first : first + self.at_once]


class Messenger(Protocol):
    """A platform's double with people and groups in it, who are known by numbers from 1 on."""

    name: str

    @property
    def settings(self) -> Mapping[str, str]:
        """What a gateway must be told to be this platform's bot."""

    @property
    def unconfirmed(self) -> int:
        """How many events the bot has not acknowledged."""

    @property
    def acknowledge_seconds(self) -> Sequence[float]:
        """How long each delivery took from its sending to its acknowledgement."""

    def identity(self, person: int) -> str:
        """Return how the settings name a person."""

    async def says(self, post: Post, *, mentions_bot: bool = False) -> None:
        """Let a person write; the bot is told of it as far as the platform would tell it."""

    async def sends(self, post: Post, name: str, content: bytes) -> None:
        """Let a person send a document privately, with words where the platform has them."""

    def files(self, place: Place) -> list[tuple[str, bytes]]:
        """Return names and contents of the files that the bot sent to a place, in order."""

    async def chooses(self, place: Place, option: str) -> None:
        """Let a person choose an option of the bot's newest message there."""

    def shown(self, place: Place) -> list[Shown]:
        """Return what the bot shows in a place, in order."""

    async def wait_for(self, holds: Callable[[], bool], timeout_seconds: float) -> None:
        """Return as soon as it holds; it is asked after each change. Raises `AssertionError`."""

    async def disconnect(self) -> None:
        """End whatever connection the bot receives by, without a word."""

    async def deliver_often(self, posts: Sequence[Post], storm: Storm) -> None:
        """Let people write all this, and deliver each event again and again, acknowledged or not.

        Returns when every delivery that needs it was acknowledged.
        """
