"""Tools, and a place for long outputs, in memory."""

import asyncio
import json
from collections.abc import Callable

from workers.errors import Suspended, ToolError
from workers.models.protocol import ToolSpec
from workers.tools.protocol import Arguments, Effect, ToolContext


def spec(name: str, **properties: str) -> ToolSpec:
    """Return a tool's face; `properties` maps its required arguments to their JSON types."""
    schema = {
        "type": "object",
        "properties": {key: {"type": kind} for key, kind in properties.items()},
        "required": list(properties),
    }
    return ToolSpec(name=name, description=f"{name} something", parameters=json.dumps(schema))


class LoggedTool:
    """Notes every call in a log that it may share with others, and returns or raises `outcome`.

    Tools of one test that share a log are the world outside, which outlives the process.
    """

    def __init__(
        self,
        name: str,
        effect: Effect = Effect.READ,
        *,
        log: list[str] | None = None,
        outcome: str | Exception = "fine",
    ) -> None:
        self.spec = spec(name, what="string")
        self.effect = effect
        self.log = [] if log is None else log
        self.contexts: list[ToolContext] = []
        self.outcome = outcome

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Do it, whatever it is."""
        self.log.append(f"{self.spec.name} {arguments['what']}")
        self.contexts.append(context)
        await asyncio.sleep(0)  # as any real tool, it lets others run
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return f"{self.outcome} {arguments['what']}"


class ChoosingTool(LoggedTool):
    """A logged tool that is safe where it is told to look, and unsafe otherwise."""

    def effect_of(self, arguments: Arguments) -> Effect:
        """See `ChoosesEffect`."""
        return Effect.READ if arguments["what"] == "look" else Effect.UNSAFE


class MeetingTool:
    """Returns only when as many calls as `party` run at the same time."""

    def __init__(self, name: str, effect: Effect, party: int) -> None:
        self.spec = spec(name, what="string")
        self.effect = effect
        self._barrier = asyncio.Barrier(party)

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Wait for the others."""
        del context
        await self._barrier.wait()
        return f"met as {arguments['what']}"


class ParallelMeetingTool(MeetingTool):
    """The same, for a tool that changes something and may run beside others all the same."""

    runs_in_parallel = True


class EndlessTool:
    """Never returns; tells when it was begun and when it was cancelled."""

    def __init__(self, name: str) -> None:
        self.spec = spec(name)
        self.effect = Effect.READ
        self.begun = asyncio.Event()
        self.is_cancelled = False

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Wait for ever."""
        del arguments, context
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.is_cancelled = True
            raise
        return "never"


class TellingTool:
    """Calls `tell` while it runs."""

    def __init__(self, name: str, tell: Callable[[], None]) -> None:
        self.spec = spec(name)
        self.effect = Effect.READ
        self._tell = tell

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Tell it."""
        del arguments, context
        self._tell()
        return "told"


def asking_tool(log: list[str] | None = None) -> LoggedTool:
    """Return a tool that waits for a person."""
    return LoggedTool(
        "ask", Effect.IDEMPOTENT, log=log, outcome=Suspended("an answer", question="Which?")
    )


class MemorySpill:
    """Implements `Spill`; `is_full` makes it refuse."""

    def __init__(self, *, is_full: bool = False) -> None:
        self.kept: dict[str, str] = {}
        self._is_full = is_full

    async def keep(self, name: str, text: str) -> str:
        """See `Spill`."""
        if self._is_full:
            raise ToolError("file_error", "the disk is full")
        self.kept[name] = text
        return f"outputs/{name}"
