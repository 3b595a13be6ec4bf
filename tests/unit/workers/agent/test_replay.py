"""A run that is cut off anywhere and run again comes to the same end, and does nothing twice."""

import pytest

from tests.doubles.memory_journal import Cut, ForgetfulJournal, KilledError, MemoryJournal, Moment
from tests.doubles.model_answering import AnsweringModel, asks_for, call, says
from tests.doubles.tools import ChoosingTool, LoggedTool
from tests.unit.workers.agent.scene import Scene
from workers.agent.journal import StepKind
from workers.agent.toolbox import INTERRUPTED
from workers.models.protocol import ToolOutput
from workers.tools.protocol import Effect, Tool

LINES = (
    asks_for(call("look", what="a"), call("pay", what="b")),
    asks_for(call("put", what="c"), call("pay", what="d"), text="Now the rest."),
    says("all done"),
)
WRITES = 2 * 4 + 1  # an intent and a result for each tool call, and the end
CUTS = [Cut(write=write, moment=moment) for write in range(WRITES) for moment in Moment]


def tools_of(log: list[str]) -> list[Tool]:
    """Return one tool of each effect; `log` is the world in which they act."""
    return [
        LoggedTool("look", Effect.READ, log=log),
        LoggedTool("put", Effect.IDEMPOTENT, log=log),
        LoggedTool("pay", Effect.UNSAFE, log=log),
    ]


def scene_of(journal: MemoryJournal, log: list[str]) -> Scene:
    """Return the run as the process finds it; answers that were recorded are not to be had."""
    rest = LINES[journal.count_done(StepKind.MODEL) :]
    return Scene(model=AnsweringModel(*rest), tools=tools_of(log), journal=journal)


async def survive(journal: MemoryJournal, log: list[str]) -> Scene:
    """Run until the cut, then again in what would be the next process, to the end."""
    with pytest.raises(KilledError):
        await scene_of(journal, log).run()
    scene = scene_of(journal.reopened(), log)
    assert await scene.text() == "all done"
    return scene


def check_paid_once(log: list[str]) -> None:
    """Check that nothing unsafe was done twice."""
    for payment in ("pay b", "pay d"):
        assert log.count(payment) <= 1, log


@pytest.mark.parametrize("cut", CUTS, ids=lambda cut: f"{cut.moment}-{cut.write}")
async def test_a_run_survives_a_kill_at_any_write(cut: Cut) -> None:
    """Same end, nothing unsafe twice, and whatever was paid for is in the journal or unknown."""
    log: list[str] = []

    scene = await survive(MemoryJournal(cut=cut), log)

    check_paid_once(log)
    assert {"look a", "put c"} <= set(log)
    results = scene.journal.results
    for key, what in (("tool-1-2", "b"), ("tool-2-2", "d")):
        is_paid = results[key] == f"fine {what}" and log.count(f"pay {what}") == 1
        assert is_paid or results[key] == INTERRUPTED
    assert len(results) == 7


async def test_every_write_is_a_cut() -> None:
    """So that the test above leaves none out."""
    journal = MemoryJournal()

    await scene_of(journal, []).text()

    assert len(journal.writes) == WRITES


async def test_a_journal_that_forgets_is_noticed() -> None:
    """The negative control: without the journal's memory the same kill pays twice."""
    log: list[str] = []
    await survive(ForgetfulJournal(cut=Cut(write=WRITES - 1, moment=Moment.BEFORE)), log)

    with pytest.raises(AssertionError):
        check_paid_once(log)


async def test_a_run_ends_however_often_it_is_killed() -> None:
    """As long as every process gets to record one step."""
    log: list[str] = []
    journal = MemoryJournal()
    for _ in range(WRITES):
        journal = journal.reopened(cut=Cut(write=2, moment=Moment.BEFORE))
        try:
            assert await scene_of(journal, log).text() == "all done"
        except KilledError:
            continue
        break
    else:
        pytest.fail("it did not come to an end")

    check_paid_once(log)


@pytest.mark.parametrize(
    ("key", "name", "output", "times"),
    [("tool-1-2", "pay b", INTERRUPTED, 1), ("tool-2-1", "put c", "fine c", 2)],
)
async def test_an_intent_without_a_result(key: str, name: str, output: str, times: int) -> None:
    """An unsafe call is shown as interrupted and not repeated; an idempotent one is repeated."""
    log: list[str] = []
    whole = MemoryJournal()
    await scene_of(whole, []).text()
    done = next(at for at, write in enumerate(whole.writes) if f"done {key}" in write)

    scene = await survive(MemoryJournal(cut=Cut(write=done, moment=Moment.BEFORE)), log)

    assert output in [one.output for one in scene.last_items if isinstance(one, ToolOutput)]
    assert log.count(name) == times


@pytest.mark.parametrize(("what", "times"), [("look", 2), ("change", 1)])
async def test_a_tool_may_choose_its_effect_by_what_it_is_asked(what: str, times: int) -> None:
    """The arguments decide whether an interrupted call is repeated."""
    tool = ChoosingTool("choose", Effect.UNSAFE)
    journal = MemoryJournal(cut=Cut(write=1, moment=Moment.BEFORE))
    line = asks_for(call("choose", what=what))
    with pytest.raises(KilledError):
        await Scene(model=AnsweringModel(line), tools=[tool], journal=journal).run()

    model = AnsweringModel(says("all done"))
    await Scene(model=model, tools=[tool], journal=journal.reopened()).text()

    assert tool.log == [f"choose {what}"] * times


async def test_a_repeated_call_has_the_same_step_id() -> None:
    """An idempotent tool may use it as its key."""
    put = LoggedTool("put", Effect.IDEMPOTENT)
    line = asks_for(call("put", what="c"))
    journal = MemoryJournal(cut=Cut(write=1, moment=Moment.BEFORE))
    with pytest.raises(KilledError):
        await Scene(model=AnsweringModel(line), tools=[put], journal=journal).run()

    model = AnsweringModel(says("all done"))
    await Scene(model=model, tools=[put], journal=journal.reopened()).text()

    assert [one.step_id for one in put.contexts] == ["run/tool-1-1"] * 2


async def test_a_recorded_answer_is_authoritative() -> None:
    """Whatever the model would say by now: it is not asked."""
    journal = MemoryJournal()
    await scene_of(journal, []).text()
    log: list[str] = []
    model = AnsweringModel(says("something else"))

    text = await Scene(model=model, tools=tools_of(log), journal=journal).text()

    assert (text, model.requests, log) == ("all done", [], [])


async def test_an_interrupted_call_of_a_tool_that_is_gone_stays_unknown() -> None:
    """It may have been done while the tool was there."""
    journal = MemoryJournal(cut=Cut(write=3, moment=Moment.BEFORE))
    with pytest.raises(KilledError):
        await scene_of(journal, []).run()
    assert set(journal.steps) - set(journal.results) == {"tool-1-2"}

    model = AnsweringModel(says("all done"))
    scene = Scene(model=model, tools=tools_of([])[:1], journal=journal.reopened())

    assert await scene.text() == "all done"
    assert scene.outputs == ["fine a", INTERRUPTED]


async def test_tokens_of_earlier_attempts_count() -> None:
    """A crash does not make a run cheaper."""
    journal = MemoryJournal(cut=Cut(write=WRITES - 1, moment=Moment.AFTER))
    await survive(journal, [])

    result = await scene_of(journal.reopened(), []).run()

    assert getattr(result, "tokens", 0) == 3 * 110
