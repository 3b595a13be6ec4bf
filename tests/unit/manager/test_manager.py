"""One run of the Manager, with a crew in memory."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from manager.manager import Equipment, Turn, answer
from manager.prompt import Exchange, Situation
from manager.tools.files import KeptFile, kept_file
from souls.catalog import PACKAGED_SOULS, SoulCatalog
from souls.soul import Soul
from tests.doubles.clock import START
from tests.doubles.crew import MemoryCrew
from tests.doubles.memory_journal import MemoryJournal
from tests.doubles.model_answering import AnsweringModel, asks_for, call, says
from tests.doubles.tools import LoggedTool, MemorySpill
from workers.agent.report import SilentReport
from workers.agent.result import AgentAnswer
from workers.errors import Suspended, ToolError
from workers.models.protocol import AssistantTurn, ToolCall, ToolOutput, UserText
from workers.tools.protocol import JsonValue, Tool

SHAPE = ["ok", "task_id", "worker_id", "result", "summary", "error", "message"]
OWN = ["list_workers", "dispatch_worker", "await_worker", "ask_user", "send_file"]
RAW = "RAW-WORKER-TEXT"
PATIENCE_SECONDS = 5


def manager_soul() -> Soul:
    """Return the soul that the Manager really has."""
    soul = SoulCatalog([PACKAGED_SOULS]).get("manager")
    assert soul is not None
    return soul


class MemoryDrop:
    """Keeps nothing but the names of files, by the step that sent them."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def keep(self, path: str, caption: str, step_id: str) -> KeptFile:
        """Take note of a file; see `FileDrop`."""
        if path == "missing":
            raise ToolError("not_found", "there is no file 'missing'")
        self.kept[step_id] = path
        return KeptFile(
            copy=f"1-{path}", name=path, mime_type="text/plain", size_bytes=3, caption=caption
        )


@dataclass(kw_only=True)
class Desk:
    """A Manager at work; `run` may be called again, as after a crash."""

    model: AnsweringModel
    crew: MemoryCrew = field(default_factory=MemoryCrew)
    soul: Soul = field(default_factory=manager_soul)
    tools: Sequence[Tool] = ()
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    drop: MemoryDrop | None = field(default_factory=MemoryDrop)

    async def run(self) -> str:
        """Work on one task and return the answer."""
        situation = Situation(now=START, person="Ada", channel="telegram", is_group=False)
        earlier = [Exchange(is_from_person=False, text="What can I do for you?")]
        turn = Turn(request="News, please.", situation=situation, earlier=earlier)
        equipment = Equipment(
            soul=self.soul,
            model=self.model,
            tools=self.tools,
            crew=self.crew,
            spill=MemorySpill(),
            drop=self.drop,
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            result = await answer(turn, equipment, self.journal, SilentReport())
            await self.journal.flush()  # as whoever ends a run does
        assert isinstance(result, AgentAnswer), result
        return result.text

    @property
    def outputs(self) -> list[dict[str, JsonValue]]:
        """The tool outputs that the model saw last, each of them a JSON object."""
        items = self.model.requests[-1].items
        return [json.loads(item.output) for item in items if isinstance(item, ToolOutput)]


async def test_small_talk_needs_one_model_call() -> None:
    """The model sees the situation, what was said and what is asked; nothing else happens."""
    desk = Desk(model=AnsweringModel(says("你好！")))

    assert await desk.run() == "你好！"

    (request,) = desk.model.requests
    assert request.instructions.startswith(desk.soul.instructions)
    assert "You speak with Ada in a private chat on telegram." in request.instructions
    assert request.items == (
        AssistantTurn(text="What can I do for you?"),
        UserText(text="News, please."),
    )
    assert desk.crew.orders == {}


async def test_the_soul_decides_which_tools_there_are() -> None:
    """Of those at hand and of the Manager's own, only what the soul names."""
    soul = replace(manager_soul(), tools=("read", "dispatch_worker", "fly"))
    tools = [LoggedTool("read"), LoggedTool("bash")]
    desk = Desk(model=AnsweringModel(says("Hello!")), soul=soul, tools=tools)

    await desk.run()

    assert [tool.name for tool in desk.model.requests[0].tools] == ["read", "dispatch_worker"]


async def test_the_packaged_soul_has_all_of_the_managers_own_tools() -> None:
    """In the order of the design."""
    desk = Desk(model=AnsweringModel(says("Hello!")))

    await desk.run()

    assert [tool.name for tool in desk.model.requests[0].tools] == OWN


async def test_a_dispatch_returns_the_outcome() -> None:
    """In the one shape, for the Manager to judge; it is not the answer."""
    order = call("dispatch_worker", worker_id="worker", instruction="Find news.", metadata={"n": 3})
    desk = Desk(model=AnsweringModel(asks_for(order), says("Quiet.")), crew=MemoryCrew(RAW))

    assert await desk.run() == "Quiet."

    (output,) = desk.outputs
    assert list(output) == SHAPE
    assert (output["ok"], output["result"], output["error"]) == (True, RAW, None)
    (made,) = desk.crew.orders.values()
    assert (made.instruction, made.metadata) == ("Find news.", '{"n": 3}')


async def test_an_unknown_worker_is_a_value() -> None:
    """An error on which the Manager can act, in the one shape."""
    order = call("dispatch_worker", worker_id="plumber", instruction="Mend it.")
    desk = Desk(model=AnsweringModel(asks_for(order), says("Nobody can.")))

    await desk.run()

    (output,) = desk.outputs
    assert list(output) == SHAPE
    assert (output["ok"], output["error"]) == (False, "worker_not_found")


async def test_workers_are_listed() -> None:
    """With what each is good at and whether it is free."""
    desk = Desk(model=AnsweringModel(asks_for(call("list_workers")), says("One.")))

    await desk.run()

    (output,) = [one.output for one in desk.model.requests[-1].items if isinstance(one, ToolOutput)]
    assert json.loads(output) == [
        {
            "worker_id": "worker",
            "description": "does anything",
            "capabilities": ["general"],
            "is_healthy": True,
            "trouble": "",
            "free_slots": 2,
        }
    ]


async def test_workers_may_run_side_by_side() -> None:
    """Two of one answer, both waited for: the second is at work before the first has ended."""
    first, second = (
        call("dispatch_worker", worker_id="worker", instruction=name) for name in ("one", "two")
    )
    desk = Desk(model=AnsweringModel(asks_for(first, second), says("Both.")))

    async with asyncio.TaskGroup() as group:
        run = group.create_task(desk.run())
        await desk.crew.wait_for_jobs(2)
        for job_id, order in reversed(desk.crew.orders.items()):
            desk.crew.end(job_id, f"did {order.instruction}")

    assert run.result() == "Both."
    assert [output["result"] for output in desk.outputs] == ["did one", "did two"]


async def test_background_work_is_fetched_when_it_is_wanted() -> None:
    """The dispatch returns at once; `await_worker` waits for the result."""
    order = call("dispatch_worker", worker_id="worker", instruction="Find news.", wait=False)
    fetch = call("await_worker", task_id="run/tool-1-1")
    desk = Desk(model=AnsweringModel(asks_for(order), asks_for(fetch), says("Quiet.")))

    async with asyncio.TaskGroup() as group:
        run = group.create_task(desk.run())
        await desk.crew.wait_for_jobs(1)
        desk.crew.end("run/tool-1-1", RAW)

    assert run.result() == "Quiet."
    begun, fetched = desk.outputs
    assert list(begun) == list(fetched) == SHAPE
    assert (begun["ok"], begun["result"], fetched["result"]) == (True, "", RAW)


async def test_awaiting_unknown_work_is_a_value() -> None:
    """In the one shape, too."""
    desk = Desk(model=AnsweringModel(asks_for(call("await_worker", task_id="x")), says("Oh.")))

    await desk.run()

    (output,) = desk.outputs
    assert list(output) == SHAPE
    assert (output["ok"], output["error"]) == (False, "worker_not_found")


async def test_unfinished_work_comes_before_the_answer() -> None:
    """The Manager wants to end without it: it is waited for, and put before the Manager once."""
    order = call("dispatch_worker", worker_id="worker", instruction="Find news.", wait=False)
    model = AnsweringModel(asks_for(order), says("I have begun."), says("Quiet."))
    desk = Desk(model=model, crew=MemoryCrew(RAW))

    assert await desk.run() == "Quiet."

    note = desk.model.requests[-1].items[-1]
    assert isinstance(note, UserText)
    assert "People do not see these results" in note.text
    assert list(json.loads(note.text.splitlines()[-1])) == SHAPE
    assert note.text.count(RAW) == 2  # as the result and as its summary


async def test_the_same_dispatch_is_the_same_work_after_a_crash() -> None:
    """The step's id is the order's, so that the crew recognises it."""
    order = call("dispatch_worker", worker_id="worker", instruction="Find news.")
    desk = Desk(model=AnsweringModel(asks_for(order), says("Quiet.")), crew=MemoryCrew(RAW))
    await desk.run()
    del desk.journal.results["tool-1-1"], desk.journal.results["model-2"]

    desk.model = AnsweringModel(says("Quiet."))
    assert await desk.run() == "Quiet."

    assert list(desk.crew.orders) == ["run/tool-1-1"]


@pytest.mark.parametrize("wait", [True, False])
async def test_only_the_manager_speaks(*, wait: bool) -> None:
    """A worker's words are in what the Manager reads, never in what it is taken to say."""
    order = call("dispatch_worker", worker_id="worker", instruction="Find news.", wait=wait)
    lines = [asks_for(order), *([] if wait else [says("Wait.")]), says("Quiet.")]
    desk = Desk(model=AnsweringModel(*lines), crew=MemoryCrew(RAW))

    assert RAW not in await desk.run()

    items = desk.model.requests[-1].items
    spoken = [item.text for item in items if isinstance(item, AssistantTurn)]
    assert not any(RAW in text for text in spoken)
    assert any(RAW in str(item) for item in items)


async def test_a_question_suspends_the_manager_until_it_is_answered() -> None:
    """With its options; the answer is the call's output."""
    question = call("ask_user", question="Which?", options=["red", "blue"])
    desk = Desk(model=AnsweringModel(asks_for(question), says("Blue it is.")))
    with pytest.raises(Suspended) as raised:
        await desk.run()

    assert (raised.value.question, raised.value.options) == ("Which?", ("red", "blue"))
    desk.journal.answer_open("tool-1-1", "blue")

    assert await desk.run() == "Blue it is."
    assert any(
        item == ToolOutput(call_id=question.call_id, output="blue")
        for item in desk.model.requests[-1].items
    )


@pytest.mark.parametrize(
    "blank",
    [
        call("ask_user", question=" \n"),
        call("ask_user", question="Which?", options=["red", " "]),
        call("dispatch_worker", worker_id="worker", instruction=" "),
    ],
)
async def test_nothing_blank_is_asked_or_handed_out(blank: ToolCall) -> None:
    """The model is told to mend the call."""
    desk = Desk(model=AnsweringModel(asks_for(blank), says("Sorry.")))

    await desk.run()

    assert desk.outputs[0]["error"] == "bad_arguments"


async def test_words_for_others_are_made_well_formed() -> None:
    """No database takes the NUL that JSON can carry."""
    order = call("dispatch_worker", worker_id="worker", instruction="a\0b")
    desk = Desk(model=AnsweringModel(asks_for(order), says("Done.")), crew=MemoryCrew("fine"))

    await desk.run()

    (made,) = desk.crew.orders.values()
    assert made.instruction == "a\ufffdb"


async def test_a_file_is_sent_once_though_the_run_is_repeated() -> None:
    """The journal holds what was kept, and that is what will be sent."""
    send = call("send_file", path="a.txt", caption="the list")
    desk = Desk(model=AnsweringModel(asks_for(send), says("Here.")))

    await desk.run()
    assert desk.drop is not None
    kept = dict(desk.drop.kept)
    again = Desk(model=AnsweringModel(says("never asked")), journal=desk.journal)
    assert await again.run() == "Here."

    assert list(kept.values()) == ["a.txt"]
    assert again.drop is not None
    assert again.drop.kept == {}
    recorded = [one for one in desk.journal.results.values() if kept_file(one)]
    assert [kept_file(one) for one in recorded] == [
        KeptFile(
            copy="1-a.txt", name="a.txt", mime_type="text/plain", size_bytes=3, caption="the list"
        )
    ]


async def test_a_file_that_is_not_there_is_told_to_the_model() -> None:
    """Nothing is sent, and the record of it is read as nothing."""
    desk = Desk(model=AnsweringModel(asks_for(call("send_file", path="missing")), says("Sorry.")))

    await desk.run()

    (output,) = desk.outputs
    assert output["error"] == "not_found"
    assert kept_file(json.dumps(output)) is None


async def test_without_a_conversation_no_file_can_be_sent() -> None:
    """Nobody is there to get it."""
    desk = Desk(model=AnsweringModel(says("Hello!")), drop=None)

    await desk.run()

    assert "send_file" not in [tool.name for tool in desk.model.requests[0].tools]


def test_only_the_manager_has_the_tool() -> None:
    """A worker's file reaches a person only if the Manager sends it."""
    souls = SoulCatalog([PACKAGED_SOULS]).all()

    assert [soul.name for soul in souls if "send_file" in soul.tools] == ["manager"]
