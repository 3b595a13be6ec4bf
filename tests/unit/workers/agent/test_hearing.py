"""What comes up while an agent works is put before its model at the next step."""

from tests.doubles.memory_journal import MemoryJournal
from tests.doubles.model_answering import AnsweringModel, asks_for, call, says
from tests.doubles.tools import LoggedTool
from tests.unit.workers.agent.scene import Scene
from workers.agent.journal import Step, StepKind
from workers.models.protocol import UserText
from workers.tools.protocol import Effect

LOOK = asks_for(call("look", what="a"))


class Street:
    """Says its words at one step, and records them as `AgentRequest.before_model` asks."""

    def __init__(self, journal: MemoryJournal, *words: str) -> None:
        self.asked: list[str] = []
        self._journal = journal
        self._words = list(words)

    async def hear(self, key: str) -> str:
        """See `AgentRequest.before_model`."""
        self.asked.append(key)
        words = self._words.pop(0) if self._words else ""
        if words:
            await self._journal.intend(Step(key=key, kind=StepKind.NOTE))
            await self._journal.complete(key, words)
        return words


def scene(journal: MemoryJournal, street: Street, model: AnsweringModel) -> Scene:
    """Return a run with one tool to take a step with."""
    tool = LoggedTool("look", Effect.READ, log=[])
    return Scene(model=model, tools=[tool], journal=journal, before_model=street.hear)


async def test_new_words_come_before_the_next_answer() -> None:
    """After the tool's result, as the newest thing that the model sees."""
    journal = MemoryJournal()
    street = Street(journal, "Rather that.")
    run = scene(journal, street, AnsweringModel(LOOK, says("that, then")))

    assert await run.text() == "that, then"

    assert run.last_items[-1] == UserText(text="Rather that.")
    assert street.asked == ["heard-2"]


async def test_where_nothing_came_up_nothing_is_said() -> None:
    """And the first request is not held up by the question."""
    journal = MemoryJournal()
    street = Street(journal)
    run = scene(journal, street, AnsweringModel(LOOK, says("done")))

    await run.text()

    assert [item for item in run.last_items if isinstance(item, UserText)] == [
        UserText(text="Do it.")
    ]


async def test_recorded_words_are_heard_again_in_the_same_place() -> None:
    """After a crash the model sees what it saw before, and nobody is asked once more."""
    journal = MemoryJournal()
    await scene(
        journal, Street(journal, "Rather that."), AnsweringModel(LOOK, says("that, then"))
    ).run()
    del journal.results["model-2"]  # the process died before that answer was recorded
    street = Street(journal, "too late")
    again = scene(journal, street, AnsweringModel(says("that, then")))

    await again.run()

    assert again.last_items[-1] == UserText(text="Rather that.")
    assert street.asked == []


async def test_words_are_not_put_before_an_answer_that_was_given() -> None:
    """A recorded answer did not know them, so they wait for the step after it."""
    journal = MemoryJournal()
    await scene(journal, Street(journal), AnsweringModel(LOOK, says("done"))).run()
    street = Street(journal, "too late")

    await scene(journal, street, AnsweringModel()).run()

    assert street.asked == []
