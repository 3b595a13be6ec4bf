"""One governor per chat: who may send now, and who must hold back."""

from datetime import timedelta

import pytest

from channels.message import ConversationAddress, ConversationKind
from gateway.governor import Governor
from tests.doubles.clock import ManualClock

NOTHING = timedelta(0)


def chat(chat_id: str, kind: ConversationKind = ConversationKind.PRIVATE) -> ConversationAddress:
    """Return the address of a chat."""
    return ConversationAddress(channel="telegram", account="bot", chat_id=chat_id, kind=kind)


PRIVATE = chat("1")


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that stands still."""
    return ManualClock()


@pytest.fixture
def governor(clock: ManualClock) -> Governor:
    """Return a governor that nobody has asked yet."""
    return Governor(clock)


def test_unknown_chat_is_free(governor: Governor) -> None:
    """Nothing holds back whoever sends first."""
    assert governor.penalty(PRIVATE) == NOTHING
    assert governor.admits_progress(PRIVATE)


def test_penalty_holds_for_its_time(governor: Governor, clock: ManualClock) -> None:
    """What is left of it shrinks until everything may go again."""
    governor.penalise(PRIVATE, timedelta(seconds=30))
    clock.advance(timedelta(seconds=29))
    assert governor.penalty(PRIVATE) == timedelta(seconds=1)

    clock.advance(timedelta(seconds=1))

    assert governor.penalty(PRIVATE) == NOTHING


def test_shorter_penalty_does_not_cut_a_longer_one(governor: Governor) -> None:
    """A platform that asks twice gets the longer rest."""
    governor.penalise(PRIVATE, timedelta(seconds=30))
    governor.penalise(PRIVATE, timedelta(seconds=5))

    assert governor.penalty(PRIVATE) == timedelta(seconds=30)


def test_progress_is_dropped_during_a_penalty(governor: Governor, clock: ManualClock) -> None:
    """A preview waits for nobody: it is not sent, and does not count as sent."""
    governor.penalise(PRIVATE, timedelta(seconds=30))
    assert not governor.admits_progress(PRIVATE)

    clock.advance(timedelta(seconds=30))

    assert governor.admits_progress(PRIVATE)


@pytest.mark.parametrize(
    ("kind", "seconds"), [(ConversationKind.PRIVATE, 1), (ConversationKind.GROUP, 3)]
)
def test_progress_goes_once_per_interval(
    governor: Governor, clock: ManualClock, kind: ConversationKind, seconds: int
) -> None:
    """One a second in private, twenty a minute in a group."""
    place = chat("1", kind)
    assert governor.admits_progress(place)
    clock.advance(timedelta(seconds=seconds - 0.1))
    assert not governor.admits_progress(place)

    clock.advance(timedelta(seconds=0.1))

    assert governor.admits_progress(place)


def test_chats_do_not_hold_each_other_back(governor: Governor) -> None:
    """A penalty and an interval belong to one chat."""
    governor.penalise(PRIVATE, timedelta(seconds=30))

    assert governor.penalty(chat("2")) == NOTHING
    assert governor.admits_progress(chat("2"))
    assert governor.admits_progress(chat("3"))


def test_wall_clock_does_not_shorten_a_penalty(governor: Governor, clock: ManualClock) -> None:
    """Setting the clock is not waiting."""
    governor.penalise(PRIVATE, timedelta(seconds=30))

    clock.jump_to(clock.now() + timedelta(days=1))

    assert governor.penalty(PRIVATE) == timedelta(seconds=30)
