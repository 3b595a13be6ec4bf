"""What cannot be stored is offered again, and nothing else happens meanwhile."""

from channels.offering import Offering


class Door:
    """Turns so many offers away, then takes them; notes how long it was waited in between."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.offers = 0
        self.waits: list[float] = []

    async def take(self) -> str:
        """Take an offer, or fail."""
        self.offers += 1
        if self.offers <= self.refusals:
            raise OSError("the disk is full")
        return "stored"

    async def wait(self, seconds: float) -> None:
        """Wait in no time."""
        self.waits.append(seconds)


async def test_offer_is_repeated_until_it_is_taken() -> None:
    """And what it brought is returned."""
    door = Door(refusals=3)

    assert await Offering("double", sleep=door.wait).until_stored(door.take) == "stored"

    assert (door.offers, len(door.waits)) == (4, 3)


async def test_waits_grow_and_begin_anew_once_something_was_taken() -> None:
    """A full disk is not hammered, and an old trouble does not slow a new event down."""
    door = Door(refusals=6)
    offering = Offering("double", sleep=door.wait)
    await offering.until_stored(door.take)
    grown = door.waits[-1]

    door.offers, door.refusals = 0, 1
    await offering.until_stored(door.take)

    assert grown > 8
    assert door.waits[-1] < 2
