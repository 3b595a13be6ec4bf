"""One run of an agent, set up for a test."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from souls.soul import Soul
from tests.doubles.memory_journal import MemoryJournal
from tests.doubles.model_answering import AnsweringModel
from tests.doubles.tools import MemorySpill
from workers.agent.loop import AgentRequest, run_agent
from workers.agent.report import Report, SilentReport
from workers.agent.result import AgentAnswer, AgentResult, AgentStopped
from workers.agent.toolbox import Toolbox
from workers.models.protocol import Item, ToolOutput, UserText
from workers.tools.protocol import Tool

SOUL = Soul(
    name="worker",
    description="",
    instructions="Be a worker.",
    tools=(),
    capabilities=(),
    model=None,
    max_steps=10,
    max_tokens=100_000,
    max_seconds=60,
)


@dataclass(kw_only=True)
class Scene:
    """What a run is made of; `run` may be called again, as after a crash."""

    model: AnsweringModel
    tools: Sequence[Tool] = ()
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    report: Report = field(default_factory=SilentReport)
    spill: MemorySpill = field(default_factory=MemorySpill)
    soul: Soul = SOUL
    items: tuple[Item, ...] = (UserText(text="Do it."),)
    context_tokens: int = 128_000
    before_answer: Callable[[], Awaitable[str | None]] | None = None
    before_model: Callable[[str], Awaitable[str]] | None = None

    async def run(self) -> AgentResult:
        """Run the agent to its end."""
        request = AgentRequest(
            items=self.items,
            instructions="Here and now.",
            context_tokens=self.context_tokens,
            before_answer=self.before_answer,
            before_model=self.before_model,
        )
        toolbox = Toolbox(self.tools, self.spill)
        result = await run_agent(self.soul, request, toolbox, self.model, self.journal, self.report)
        await self.journal.flush()  # as whoever ends a run does
        return result

    async def text(self) -> str:
        """Run the agent and return its answer."""
        result = await self.run()
        assert isinstance(result, AgentAnswer), result
        return result.text

    async def stop(self) -> AgentStopped:
        """Run the agent and return why it was ended."""
        result = await self.run()
        assert isinstance(result, AgentStopped), result
        return result

    @property
    def last_items(self) -> tuple[Item, ...]:
        """The transcript as the model saw it last."""
        return self.model.requests[-1].items

    @property
    def outputs(self) -> list[str]:
        """The tool outputs that the model saw last."""
        return [item.output for item in self.last_items if isinstance(item, ToolOutput)]
