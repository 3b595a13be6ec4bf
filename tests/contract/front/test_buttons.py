"""Buttons under a question of the bot."""

from dataclasses import replace

from channels.message import EventKind, InboundMessage
from gateway.inbox import Ending
from gateway.lifecycle import TaskStatus
from gateway.store import outbox, steps
from gateway.store.outbox import OutboxKind
from gateway.store.steps import StepRow
from gateway.store.tasks import Leaving
from tests.contract.front.kit import MEMBER, OWNER, Front, message, replying
from tests.contract.front.test_busy import claimed
from tests.contract.front.test_conversation_commands import GROUP, statuses
from tests.contract.inbox.kit import new_part
from tests.doubles.clock import START
from tests.doubles.databases import query
from workers.agent.journal import StepKind, StepState

QUESTION = "77"  # the platform's id of the question


async def ask(front: Front, *, group: str = "") -> None:
    """Let a task of the owner's ask something that offers two answers."""
    await front.receive(message("ask me", OWNER, group=group))
    claim = await claimed(front)
    assert claim.conversation is not None
    step = StepRow(
        run_id=claim.task.task_id,
        step_key="tool-1-1",
        kind=StepKind.TOOL,
        name="ask_user",
        state=StepState.INTENT,
        request='{"options": ["tea", "coffee"]}',
        result="",
        attempt=1,
        started_at=START,
        ended_at=None,
    )
    await front.database.transact("intend", lambda: steps.intend(claim.lease, step))
    part = new_part(
        claim.conversation, "question", kind=OutboxKind.QUESTION, task_id=claim.task.task_id
    )
    await front.inbox.leave(
        claim.lease,
        Ending(
            leaving=Leaving(status=TaskStatus.WAITING_INPUT),
            parts=[replace(part, options=("tea", "coffee"))],
        ),
    )
    await query(
        front.database, "UPDATE outbox SET platform_message_id = :id RETURNING 1 AS x", id=QUESTION
    )


def press(option: str, sender: str = OWNER, *, group: str = "") -> InboundMessage:
    """Return a press of a button under the question."""
    event = replace(message(option, sender, group=group), kind=EventKind.PRESS)
    return replying(event, QUESTION)


async def test_press_answers_the_question_above(front: Front) -> None:
    """The task goes on with the option as its answer."""
    await ask(front)

    assert await front.receive(press("coffee")) == ""

    (step,) = (await claimed(front)).steps
    assert "coffee" in step.result


async def test_options_are_kept_with_the_question(front: Front) -> None:
    """The channel is told what to make buttons of."""
    await ask(front)

    (part,) = await front.database.transact(
        "due", lambda: outbox.due(("telegram",), front.clock.now(), 10)
    )

    assert part.part.options == ("tea", "coffee")


async def test_press_after_the_end_says_that_it_is_too_late(front: Front) -> None:
    """And makes no task of its own."""
    await ask(front)
    await front.write("/stop")

    assert await front.receive(press("tea")) == "This question is no longer open."
    assert await statuses(front) == {"ask me": "cancelled"}


async def test_press_of_somebody_else_is_none(front: Front) -> None:
    """In a group a question is the asker's to answer."""
    await ask(front, group=GROUP)

    assert await front.receive(press("tea", MEMBER, group=GROUP)) == ""
    assert await statuses(front) == {"ask me": "waiting_input"}


async def test_option_that_reads_like_a_command_is_an_answer(front: Front) -> None:
    """The model wrote the button, so it must not act with the person's rights."""
    await ask(front)

    await front.receive(press("/pause"))

    assert front.aftermath == []
    assert await statuses(front) == {"ask me": "pending"}
