"""What is put before the model when it wants to end."""

import pytest

from tests.doubles.memory_journal import Cut, KilledError, MemoryJournal, Moment
from tests.doubles.model_answering import AnsweringModel, says
from tests.unit.workers.agent.scene import Scene
from workers.agent.journal import StepKind
from workers.agent.toolbox import OUTPUT_LIMIT
from workers.models.errors import ModelUnavailable
from workers.models.protocol import AssistantTurn, UserText


class Notes:
    """Gives its notes one after the other, then None; what is not recorded it would give again."""

    def __init__(self, *notes: str | Exception) -> None:
        self.asked = 0
        self._notes = notes

    async def next(self) -> str | None:
        """See `AgentRequest.before_answer`."""
        self.asked += 1
        note = self._notes[self.asked - 1] if self.asked <= len(self._notes) else None
        if isinstance(note, Exception):
            raise note
        return note


async def test_a_note_is_put_before_the_model() -> None:
    """It goes on from there, and may end only once there is none."""
    scene = Scene(
        model=AnsweringModel(says("early"), says("better")),
        before_answer=Notes("One more thing.").next,
    )

    assert await scene.text() == "better"

    assert scene.last_items[1:] == (
        AssistantTurn(text="early"),
        UserText(text="One more thing."),
    )


async def test_a_recorded_note_is_not_asked_for_again() -> None:
    """After a crash the model sees the very words that it saw before."""
    model = AnsweringModel(says("early"), says("better"))
    journal = MemoryJournal(cut=Cut(write=2, moment=Moment.BEFORE))
    scene = Scene(model=model, journal=journal, before_answer=Notes("One more thing.").next)
    with pytest.raises(KilledError):
        await scene.run()

    notes = Notes()
    again = Scene(
        model=AnsweringModel(says("better")),
        journal=journal.reopened(),
        before_answer=notes.next,
    )

    assert await again.text() == "better"
    assert UserText(text="One more thing.") in again.last_items
    assert notes.asked == 1


async def test_a_note_that_was_not_recorded_is_asked_for_again() -> None:
    """Nothing that must be said gets lost."""
    journal = MemoryJournal(cut=Cut(write=1, moment=Moment.BEFORE))
    scene = Scene(
        model=AnsweringModel(says("early")), journal=journal, before_answer=Notes("One.").next
    )
    with pytest.raises(KilledError):
        await scene.run()

    again = Scene(
        model=AnsweringModel(says("better")),
        journal=journal.reopened(),
        before_answer=Notes("One.").next,
    )

    assert await again.text() == "better"
    assert again.last_items[-1] == UserText(text="One.")


async def test_a_plain_answer_costs_no_write_for_a_note() -> None:
    """Small talk stays cheap."""
    scene = Scene(model=AnsweringModel(says("Hello!")), before_answer=Notes().next)

    await scene.text()

    assert scene.journal.count_done(StepKind.NOTE) == 0
    assert scene.journal.writes == [["done model-1"]]


async def test_a_long_note_goes_to_a_file() -> None:
    """Like any other text that the model did not write itself."""
    note = "x" * (OUTPUT_LIMIT + 1)
    scene = Scene(model=AnsweringModel(says("early"), says("better")))
    scene.before_answer = Notes(note).next

    await scene.text()

    assert scene.spill.kept == {"run-note-1": note}
    last = scene.last_items[-1]
    assert isinstance(last, UserText)
    assert "outputs/run-note-1" in last.text


async def test_an_error_of_the_asker_goes_through_as_itself() -> None:
    """A worker whose model is down parks the Manager's task, too."""
    error = ModelUnavailable("down")
    scene = Scene(model=AnsweringModel(says("early")), before_answer=Notes(error).next)

    with pytest.raises(ModelUnavailable) as raised:
        await scene.run()

    assert raised.value is error
