"""One run of the Manager, from a task's words to its answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from manager.crew import Crew
from manager.follow_ups import FollowUpBook
from manager.prompt import Exchange, Situation, describe, transcript
from manager.schedules import ScheduleBook
from manager.speech import outcomes_note
from manager.tools.files import FileDrop, SendFile
from manager.tools.follow_ups import LeaveOpen, ListFollowUps, ReviewFollowUp
from manager.tools.questions import AskUser
from manager.tools.schedules import CancelSchedule, CreateSchedule, ListSchedules
from manager.tools.workers import AwaitWorker, DispatchWorker, ListWorkers
from souls.soul import Soul
from workers.agent.journal import Journal
from workers.agent.loop import AgentRequest, run_agent
from workers.agent.report import Report
from workers.agent.result import AgentResult
from workers.agent.toolbox import Spill, Toolbox
from workers.models.protocol import Model, Picture
from workers.tools.protocol import Tool

MANAGER_SOUL = "manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the Manager is asked, and by whom."""

    request: str
    situation: Situation
    earlier: Sequence[Exchange] = ()
    context_tokens: int = 128_000
    pictures: tuple[Picture, ...] = ()  # that came with the request, for models that take them
    can_ask: bool = True  # somebody is there to answer a question
    heard_meanwhile: Callable[[str], Awaitable[str]] | None = None  # see `before_model` of a run


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What the Manager has at hand; `tools` are those it shares with workers.

    Without `schedules` it can make none: in a scheduled run, say. Without `follow_ups` nothing can
    be left open or reviewed. Without `drop` nobody is there to be given a file.
    """

    soul: Soul
    model: Model
    tools: Sequence[Tool]
    crew: Crew
    spill: Spill
    schedules: ScheduleBook | None = None
    follow_ups: FollowUpBook | None = None
    drop: FileDrop | None = None


async def answer(turn: Turn, equipment: Equipment, journal: Journal, report: Report) -> AgentResult:
    """Work on one task; see `run_agent` for what it raises.

    It ends only when the Manager has seen the outcome of every worker that it started.
    """
    crew = equipment.crew

    async def before_answer() -> str | None:
        if not crew.has_unseen:
            return None
        await journal.flush()  # the wait may be long, and what the model said was paid for
        return outcomes_note(await crew.unfinished())

    own: tuple[Tool, ...] = (
        ListWorkers(crew),
        DispatchWorker(crew),
        AwaitWorker(crew),
        *((AskUser(),) if turn.can_ask else ()),
        *((SendFile(equipment.drop),) if equipment.drop is not None else ()),
        *_schedule_tools(equipment.schedules),
        *_follow_up_tools(equipment.follow_ups),
    )
    allowed = [tool for tool in (*equipment.tools, *own) if tool.spec.name in equipment.soul.tools]
    request = AgentRequest(
        items=transcript(turn.earlier, turn.request, turn.pictures),
        instructions=describe(turn.situation),
        context_tokens=turn.context_tokens,
        before_answer=before_answer,
        before_model=turn.heard_meanwhile,
    )
    toolbox = Toolbox(allowed, equipment.spill)
    return await run_agent(equipment.soul, request, toolbox, equipment.model, journal, report)


def _schedule_tools(book: ScheduleBook | None) -> tuple[Tool, ...]:
    if book is None:
        return ()
    return (CreateSchedule(book), ListSchedules(book), CancelSchedule(book))


def _follow_up_tools(book: FollowUpBook | None) -> tuple[Tool, ...]:
    if book is None:
        return ()
    leave: tuple[Tool, ...] = (LeaveOpen(book),) if book.can_add else ()
    return (*leave, ListFollowUps(book), ReviewFollowUp(book))
