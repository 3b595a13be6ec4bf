"""What becomes of a transcript that does not fit the model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles.memory_journal import Cut, KilledError, MemoryJournal, Moment
from tests.doubles.model_answering import AnsweringModel, Line, asks_for, call, says
from tests.doubles.tools import LoggedTool
from tests.unit.workers.agent.scene import Scene
from workers.agent.context import SUMMARY_INSTRUCTIONS, as_text, divide, item_tokens, tokens
from workers.agent.result import StopReason
from workers.models.errors import ContextOverflow
from workers.models.protocol import AssistantTurn, Item, Picture, ToolOutput, UserText

TOO_LONG = ContextOverflow("8,001 tokens")
WORDS = "word " * 700  # about 1,000 tokens
FIRST, LAST = UserText(text=f"Long ago. {WORDS}"), UserText(text="And now?")
SUMMARY = UserText(text="Summary of what was before:\nIt was long ago.")


def scene_of(*lines: Line, context_tokens: int = 1_000) -> Scene:
    """Return a run about a long story and a short question."""
    return Scene(
        model=AnsweringModel(*lines),
        tools=[LoggedTool("look")],
        items=(FIRST, AssistantTurn(text="Ah."), LAST),
        context_tokens=context_tokens,
    )


async def test_older_turns_are_summed_up_before_they_are_too_many() -> None:
    """The model sees the summary in their place, and the newest turns as they were."""
    scene = scene_of(says("It was long ago."), says("Well."))

    assert await scene.text() == "Well."

    asked, answered = scene.model.requests
    assert (asked.instructions, asked.tools) == (SUMMARY_INSTRUCTIONS, ())
    assert asked.items == (UserText(text=f"Person: {FIRST.text}"),)
    assert answered.items == (SUMMARY, AssistantTurn(text="Ah."), LAST)


async def test_a_summary_costs_tokens_too() -> None:
    """They count against the budget."""
    result = await scene_of(says("It was long ago."), says("Well.")).run()

    assert getattr(result, "tokens", 0) == 220


async def test_a_transcript_that_fits_stays() -> None:
    """One call, no summary."""
    scene = scene_of(says("Well."), context_tokens=2_000)

    await scene.text()

    assert scene.last_items[0] == FIRST


async def test_a_provider_that_says_too_long_gets_a_summary() -> None:
    """Its own count is what holds."""
    scene = scene_of(TOO_LONG, says("It was long ago."), says("Well."), context_tokens=10_000)

    assert await scene.text() == "Well."

    assert scene.last_items[0] == SUMMARY
    assert list(scene.journal.results) == ["summary-1", "model-1"]


async def test_a_second_overflow_ends_the_run() -> None:
    """Summaries of summaries would lose what was asked."""
    lines = (TOO_LONG, says("It was long ago."), asks_for(call("look", what="a")), TOO_LONG)

    stopped = await scene_of(*lines, context_tokens=10_000).stop()

    assert stopped.reason is StopReason.CONTEXT_OVERFLOW


async def test_an_overflow_right_after_the_summary_ends_the_run() -> None:
    """The summary was recorded, so that it is not paid for twice."""
    scene = scene_of(TOO_LONG, says("It was long ago."), TOO_LONG, context_tokens=10_000)

    stopped = await scene.stop()

    assert stopped.reason is StopReason.CONTEXT_OVERFLOW
    assert list(scene.journal.results) == ["summary-1"]


async def test_a_single_request_that_is_too_long_ends_the_run() -> None:
    """There is nothing older to sum up."""
    scene = scene_of()
    scene.items = (FIRST,)

    stopped = await scene.stop()

    assert stopped.reason is StopReason.CONTEXT_OVERFLOW
    assert scene.model.requests == []


async def test_an_empty_summary_ends_the_run() -> None:
    """To go on would be to forget everything silently."""
    stopped = await scene_of(says(" ")).stop()

    assert stopped.reason is StopReason.CONTEXT_OVERFLOW
    assert "summary came out empty" in stopped.detail


@pytest.mark.parametrize(
    ("lines", "context_tokens"),
    [
        ((says("It was long ago."),), 1_000),
        ((TOO_LONG, says("It was long ago.")), 10_000),
    ],
    ids=["counted by us", "by the provider"],
)
async def test_a_recorded_summary_is_not_asked_for_again(
    lines: tuple[Line, ...], context_tokens: int
) -> None:
    """After a crash the run goes on from the summary, whoever found the transcript too long."""
    scene = scene_of(*lines, context_tokens=context_tokens)
    scene.journal = MemoryJournal(cut=Cut(write=0, moment=Moment.AFTER))
    with pytest.raises(KilledError):
        await scene.run()
    assert list(scene.journal.results) == ["summary-1"]

    again = scene_of(says("Well."), context_tokens=context_tokens)
    again.journal = scene.journal.reopened()

    assert await again.text() == "Well."
    assert [request.items[0] for request in again.model.requests] == [SUMMARY]


async def test_what_was_answered_needs_no_summary() -> None:
    """Even where the transcript is too long by now, as for a smaller model."""
    scene = scene_of(says("Well."), context_tokens=2_000)
    await scene.text()

    again = scene_of(context_tokens=1_000)
    again.journal = scene.journal.reopened()

    assert await again.text() == "Well."


@given(
    st.lists(
        st.tuples(st.integers(0, 2_000), st.lists(st.integers(0, 2_000), max_size=3)), max_size=8
    )
)
def test_outputs_stay_with_the_turn_that_called_for_them(
    turns: list[tuple[int, list[int]]],
) -> None:
    """However a transcript is divided, nothing gets lost and no output is cut off from its call."""
    items: list[Item] = [UserText(text="Do it.")]
    for words, outputs in turns:
        items.append(AssistantTurn(text="x" * words))
        items.extend(ToolOutput(call_id="1", output="x" * size) for size in outputs)

    older, newer = divide(tuple(items))

    assert (*older, *newer) == tuple(items)
    assert not newer or not isinstance(newer[0], ToolOutput)
    assert bool(older) is (len(items) > 1)


def test_what_stays_is_the_smaller_part() -> None:
    """About a third, so that the rest is worth a summary."""
    items = tuple(UserText(text="x" * 300) for _ in range(9))

    older, newer = divide(items)

    assert (len(older), len(newer)) == (6, 3)


def test_a_transcript_reads_as_plain_text() -> None:
    """With who spoke, and what was called."""
    look = call("look", what="a")
    items = (
        UserText(text="Do it."),
        AssistantTurn(text="Well.", tool_calls=(look,)),
        ToolOutput(call_id=look.call_id, output="fine"),
    )

    assert as_text(items).splitlines() == [
        "Person: Do it.",
        'Assistant: Well. [calls look {"what": "a"}]',
        "Tool: fine",
    ]


def test_tokens_are_estimated_by_bytes() -> None:
    """So that Chinese, with three bytes a character, is not taken for a third of what it is."""
    assert tokens("你好" * 100) > tokens("ab" * 100)


def test_a_picture_counts_and_is_named_in_a_summary() -> None:
    """It takes room in the model's context, and its bytes are no text."""
    item = UserText(text="Look", pictures=(Picture(mime_type="image/png", data=b"x"),))

    assert item_tokens(item) > item_tokens(UserText(text="Look")) + 1_000
    assert as_text((item,)) == "Person: Look [a picture]"
