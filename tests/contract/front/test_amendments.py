"""Messages that are edited or deleted after they were sent."""

from dataclasses import replace

import pytest

from channels.message import EventKind, InboundMessage
from gateway.commands.command import StopTask
from tests.contract.front.kit import MEMBER, OWNER, STRANGER, Front, message
from tests.contract.front.test_busy import claimed
from tests.contract.front.test_conversation_commands import GROUP, statuses
from tests.doubles.databases import count


def changed(event: InboundMessage, text: str) -> InboundMessage:
    """Return the edit of a message."""
    return replace(event, kind=EventKind.EDIT, text=text)


def deleted(event: InboundMessage) -> InboundMessage:
    """Return the deletion of a message."""
    return replace(event, kind=EventKind.DELETION, text="")


async def test_edit_before_the_work_begins_changes_the_task(front: Front) -> None:
    """And what later tasks see of the conversation."""
    asked = message("2 + 3?", OWNER)
    await front.receive(asked)

    await front.receive(changed(asked, "2 + 2?"))

    claim = await claimed(front)
    assert claim.task.goal == "2 + 2?"
    assert await count(front.database, "messages", "text = '2 + 3?'") == 0


async def test_edit_after_the_work_began_changes_nothing(front: Front) -> None:
    """The answer is to what was asked, and no second task is made."""
    asked = message("2 + 3?", OWNER)
    await front.receive(asked)
    await claimed(front)

    await front.receive(changed(asked, "2 + 2?"))

    assert await statuses(front) == {"2 + 3?": "running"}


async def test_deletion_cancels_what_waits(front: Front) -> None:
    """A message that was taken back is not answered."""
    asked = message("never mind", OWNER)
    await front.receive(asked)

    await front.receive(deleted(asked))

    assert await statuses(front) == {"never mind": "cancelled"}
    assert front.aftermath == []


async def test_deletion_breaks_off_what_runs(front: Front) -> None:
    """As `/stop` does."""
    asked = message("never mind", OWNER)
    await front.receive(asked)
    claim = await claimed(front)

    await front.receive(deleted(asked))

    assert await statuses(front) == {"never mind": "stopping"}
    assert front.aftermath == [StopTask(task_id=claim.task.task_id)]


async def test_deletion_needs_no_mention_in_a_group(front: Front) -> None:
    """Platforms tell only the id of what was deleted."""
    asked = message("never mind", OWNER, group=GROUP)
    await front.receive(asked)

    await front.receive(replace(deleted(asked), is_mention=False))

    assert await statuses(front) == {"never mind": "cancelled"}


@pytest.mark.parametrize("sender", [MEMBER, STRANGER])
async def test_nobody_changes_another_persons_message(front: Front, sender: str) -> None:
    """Neither a member nor a stranger, whatever their platform reports."""
    asked = message("mine", OWNER, group=GROUP)
    await front.receive(asked)

    for forged in (changed(asked, "theirs"), deleted(asked)):
        await front.receive(replace(forged, sender_id=sender))

    assert await statuses(front) == {"mine": "pending"}


async def test_event_about_an_unknown_message_leaves_no_trace(front: Front) -> None:
    """What people in a group edit or delete among themselves is none of the bot's business."""
    talk = message("lunch?", OWNER, group=GROUP)

    await front.receive(changed(talk, "dinner?"))
    await front.receive(deleted(talk))

    assert await count(front.database, "messages") == 0
    assert await count(front.database, "conversations") == 0


async def test_repeated_deletion_is_heard_once(front: Front) -> None:
    """Platforms deliver these events again too."""
    asked = message("never mind", OWNER)
    await front.receive(asked)
    event = front.event(deleted(asked))

    await front.intake.receive([event, event])

    assert await count(front.database, "messages") == 2
