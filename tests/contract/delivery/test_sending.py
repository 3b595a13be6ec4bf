"""One answer, whatever the platform does: shown once, looked up, repeated with a mark, failed."""

from datetime import timedelta

import pytest

from channels.errors import (
    ChannelError,
    LookupInconclusive,
    SendFailed,
    SendRejected,
    SendUnknown,
)
from gateway.store.database import Database
from gateway.store.outbox import OutboxState
from tests.contract.delivery.desk import FAR, HOME, Desk
from tests.doubles.channel import ARRIVED, EditingChannel, PlainChannel
from tests.doubles.databases import count

MARK = "_(sent again after an interruption)_"


async def test_parts_leave_in_order(database: Database) -> None:
    """The second part waits until the first has arrived."""
    desk = Desk(database=database, channel=EditingChannel())
    await desk.queue("one", "two")
    desk.channel.endings = [SendFailed("busy", retry_after=timedelta(seconds=30))]

    assert await desk.deliver() is OutboxState.QUEUED
    assert await desk.due() is None
    await desk.deliver_all()

    assert list(desk.channel.shown.values()) == ["one", "two"]


async def test_retry_after_is_a_floor(database: Database) -> None:
    """Nothing goes to the chat before the platform's time is over."""
    desk = Desk(database=database, channel=EditingChannel())
    await desk.queue("one")
    desk.channel.endings = [SendFailed("busy", retry_after=timedelta(seconds=300))]
    await desk.deliver()

    desk.clock.advance(timedelta(seconds=299))
    assert desk.governor.penalty(HOME) > timedelta(0)
    assert await desk.due() is None

    desk.clock.advance(timedelta(seconds=301))
    assert await desk.deliver() is OutboxState.SENT


async def test_rejected_part_frees_the_lane(database: Database) -> None:
    """A permanent error fails its part, with the reason, and the next one goes on."""
    desk = Desk(database=database, channel=EditingChannel())
    await desk.queue("one", "two")
    desk.channel.endings = [SendRejected("chat not found")]

    await desk.deliver_all()

    first, second = await desk.parts()
    assert (first.state, first.error) == (OutboxState.FAILED, "chat not found")
    assert second.state is OutboxState.SENT


@pytest.mark.parametrize("outcome", [ARRIVED, "cut"])
async def test_unknown_outcome_is_looked_up(database: Database, outcome: str) -> None:
    """Whether it arrived or not, it is shown exactly once, without a mark."""
    desk = Desk(database=database, channel=EditingChannel())
    await desk.queue("one")
    desk.channel.endings = [SendUnknown(outcome)]

    assert await desk.deliver() is OutboxState.UNKNOWN
    await desk.deliver_all()

    assert list(desk.channel.shown.values()) == ["one"]
    assert "find" in desk.channel.calls


async def test_what_cannot_be_looked_up_is_sent_once_more_and_counted(database: Database) -> None:
    """The repetition is marked; after that nothing is sent again."""
    desk = Desk(database=database, channel=PlainChannel())
    await desk.queue("one")
    desk.channel.endings = [SendUnknown(ARRIVED), SendUnknown(ARRIVED)]

    await desk.deliver_all()

    assert list(desk.channel.shown.values()) == ["one", f"one\n\n{MARK}"]
    (part,) = await desk.parts()
    assert (part.state, part.is_ambiguous) == (OutboxState.FAILED, True)


async def test_who_is_struck_twice_gets_the_answer(database: Database) -> None:
    """A repetition that was cut as well, and that no look-up has seen, is repeated too."""
    channel = EditingChannel()
    channel.blindness = LookupInconclusive("not seen", is_unlikely=True)
    desk = Desk(database=database, channel=channel)
    await desk.queue("one")
    channel.endings = [SendUnknown("cut"), SendUnknown("cut"), SendUnknown("cut")]

    await desk.deliver_all()

    assert list(channel.shown.values()) == [f"one\n\n{MARK}"]
    (part,) = await desk.parts()
    assert (part.state, part.is_ambiguous) == (OutboxState.SENT, True)


async def test_a_repetition_that_may_have_arrived_is_the_last(database: Database) -> None:
    """Where a look-up can't even say that it is unlikely, nobody is shown it three times."""
    channel = EditingChannel()
    channel.blindness = LookupInconclusive("blind")
    desk = Desk(database=database, channel=channel)
    await desk.queue("one")
    channel.endings = [SendUnknown(ARRIVED), SendUnknown(ARRIVED)]

    await desk.deliver_all()

    assert list(channel.shown.values()) == ["one", f"one\n\n{MARK}"]
    assert (await desk.parts())[0].state is OutboxState.FAILED


async def test_ambiguous_part_is_not_sent_again_late(database: Database) -> None:
    """Ten minutes on, a repetition would confuse more than it helps; it is shown as ambiguous."""
    channel = EditingChannel()
    channel.blindness = LookupInconclusive("blind")
    desk = Desk(database=database, channel=channel)
    await desk.queue("one")
    channel.endings = [SendUnknown(ARRIVED)]
    await desk.deliver()

    desk.clock.advance(timedelta(minutes=11))
    assert await desk.deliver() is OutboxState.FAILED

    assert list(channel.shown.values()) == ["one"]
    assert (await desk.parts())[0].is_ambiguous


@pytest.mark.parametrize("is_recorded", [True, False])
async def test_answer_replaces_its_preview(database: Database, *, is_recorded: bool) -> None:
    """Also one whose id was lost in a crash; there is one message in the end."""
    desk = Desk(database=database, channel=EditingChannel())
    await desk.show_preview("on …", is_recorded=is_recorded)
    await desk.queue("one")

    await desk.deliver_all()

    assert list(desk.channel.shown.values()) == ["one"]
    assert await count(database, "outbox", "state <> 'sent'") == 0


async def test_a_lost_preview_is_looked_for_under_its_own_name(database: Database) -> None:
    """A platform that marks messages has marked it with that, and not with the answer's."""
    channel = EditingChannel()
    desk = Desk(database=database, channel=channel)
    await desk.show_preview("on …", is_recorded=False)
    await desk.queue("one")

    await desk.deliver_all()

    assert channel.looked_for == [f"{desk.task_id}:preview"]


async def test_a_preview_that_cannot_be_looked_for_is_counted(database: Database) -> None:
    """It may stay beside the answer, which is sent all the same."""
    channel = EditingChannel()
    channel.blindness = LookupInconclusive("blind")
    desk = Desk(database=database, channel=channel)
    await desk.show_preview("on …", is_recorded=False)
    await desk.queue("one")

    await desk.deliver_all()

    assert "one" in channel.shown.values()
    assert await count(database, "outbox", "kind = 'final' AND is_ambiguous = TRUE") == 1


async def test_edit_of_unknown_outcome_is_repeated(database: Database) -> None:
    """An edit is harmless when repeated, so nothing has to be looked up."""
    desk = Desk(database=database, channel=EditingChannel())
    await desk.show_preview("on …", is_recorded=True)
    await desk.queue("one")
    desk.channel.endings = [SendUnknown("cut")]

    await desk.deliver_all()

    assert list(desk.channel.shown.values()) == ["one"]
    assert "find" not in desk.channel.calls


async def test_deleted_preview_is_replaced_by_a_message(database: Database) -> None:
    """Somebody deleted it; the answer is sent all the same."""
    desk = Desk(database=database, channel=EditingChannel())
    await desk.show_preview("on …", is_recorded=True)
    desk.channel.shown.clear()
    await desk.queue("one")

    await desk.deliver_all()

    assert list(desk.channel.shown.values()) == ["one"]


async def test_late_answers_become_one_line(database: Database) -> None:
    """After a long silence people get one line instead of a pile of old answers."""
    desk = Desk(database=database, channel=EditingChannel())
    await desk.queue("one", "two", "three")

    desk.clock.advance(timedelta(seconds=FAR + 1))
    await desk.deliver_all()

    assert [part.state for part in await desk.parts()] == [OutboxState.EXPIRED] * 3
    assert len(desk.channel.shown) == 1
    assert await count(database, "outbox", "kind = 'notice'") == 1


async def test_death_between_call_and_record_is_an_unknown_outcome(database: Database) -> None:
    """What was being sent is looked up once the lease of its sender is over."""
    desk = Desk(database=database, channel=EditingChannel())
    await desk.queue("one")
    desk.channel.endings = [_DeathError(ARRIVED)]
    with pytest.raises(_DeathError):
        await desk.deliver()

    assert await desk.due() is None
    desk.clock.advance(timedelta(minutes=2))
    await desk.deliver_all()

    assert list(desk.channel.shown.values()) == ["one"]
    assert desk.channel.calls == ["send", "find"]


class _DeathError(ChannelError):
    """Stands for the end of the process: nothing after the call is done."""
