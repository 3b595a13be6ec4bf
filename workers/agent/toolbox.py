"""The tools of one run, and how the calls of one answer are carried out."""

import json
from collections.abc import Sequence
from typing import Protocol

from workers.agent.journal import Journal, Step, StepKind, StepState
from workers.errors import Suspended, ToolError
from workers.groups import plain_group
from workers.models.protocol import ToolCall, ToolOutput, ToolSpec
from workers.tools.arguments import parse_arguments
from workers.tools.protocol import Arguments, ChoosesEffect, Effect, Tool, ToolContext

OUTPUT_LIMIT = 16_000  # characters of one tool output in the transcript
EXCERPT = 6_000  # characters kept of each end of a longer one
INTERRUPTED = (
    "interrupted: this call was begun, then the process ended; whether it took effect is unknown. "
    "It was not run again. Find out before you repeat it."
)


class Spill(Protocol):
    """Keeps tool outputs that are too long for the transcript."""

    async def keep(self, name: str, text: str) -> str:
        """Store `text` and return the path under which the agent can read it; may be repeated."""


class Toolbox:
    """The tools that one run may use; built anew for each run."""

    def __init__(self, tools: Sequence[Tool], spill: Spill) -> None:
        self._tools = {tool.spec.name: tool for tool in tools}
        self._spill = spill

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What the model is offered."""
        return tuple(tool.spec for tool in self._tools.values())

    def understands(self, call: ToolCall) -> bool:
        """Tell whether a call names a tool and gives it arguments that fit."""
        try:
            self._arguments(call)
        except ToolError:
            return False
        return True

    async def call_all(
        self, journal: Journal, keys: Sequence[str], calls: Sequence[ToolCall]
    ) -> list[ToolOutput]:
        """Carry out the calls of one answer, side by side where all effects allow.

        Unsafe calls run alone and in their order. Every call is carried out even where one of them
        has to wait.

        Raises:
            Suspended: at least one call waits for something outside; the others are recorded.
        """
        waiting: list[Suspended] = []
        outputs: list[ToolOutput] = []
        for group in self._groups(list(zip(keys, calls, strict=True))):
            for (_, call), outcome in zip(
                group, await self._side_by_side(journal, group), strict=True
            ):
                if isinstance(outcome, Suspended):
                    waiting.append(outcome)
                else:
                    outputs.append(ToolOutput(call_id=call.call_id, output=outcome))
        if waiting:
            raise waiting[0]
        return outputs

    async def _side_by_side(
        self, journal: Journal, group: Sequence[tuple[str, ToolCall]]
    ) -> list[str | Suspended]:
        async with plain_group() as tasks:
            running = [tasks.create_task(self._outcome(journal, key, call)) for key, call in group]
        return [task.result() for task in running]

    def _groups(self, calls: list[tuple[str, ToolCall]]) -> list[list[tuple[str, ToolCall]]]:
        """Join neighbouring calls that may run side by side."""
        groups: list[list[tuple[str, ToolCall]]] = []
        is_open = False
        for key, call in calls:
            is_safe = self._effect(call) is not Effect.UNSAFE
            if is_safe and is_open:
                groups[-1].append((key, call))
            else:
                groups.append([(key, call)])
            is_open = is_safe
        return groups

    async def _outcome(self, journal: Journal, key: str, call: ToolCall) -> str | Suspended:
        try:
            return await self._call(journal, key, call)
        except Suspended as suspended:
            return suspended

    async def _call(self, journal: Journal, key: str, call: ToolCall) -> str:
        recorded = journal.recall(key)
        if recorded is not None and recorded.state is StepState.DONE:
            return recorded.result
        if recorded is not None and self._effect(call) is Effect.UNSAFE:
            await journal.complete(key, INTERRUPTED)
            return INTERRUPTED
        await journal.intend(
            Step(key=key, kind=StepKind.TOOL, name=call.name, request=call.arguments)
        )
        output = await self._run(journal, key, call)
        if len(output) > OUTPUT_LIMIT:
            output = await self._excerpt(f"{journal.run_id}-{key}", output)
        await journal.complete(key, output)
        return output

    async def _run(self, journal: Journal, key: str, call: ToolCall) -> str:
        context = ToolContext(task_id=journal.task_id, step_id=f"{journal.run_id}/{key}")
        try:
            tool, arguments = self._arguments(call)
            return await tool.run(arguments, context)
        except ToolError as error:
            return json.dumps(
                {"ok": False, "error": error.code, "message": error.message}, ensure_ascii=False
            )

    def _arguments(self, call: ToolCall) -> tuple[Tool, Arguments]:
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(self._tools) or "none"
            raise ToolError("unknown_tool", f"there is no tool {call.name!r}; there are: {known}")
        return tool, parse_arguments(tool.spec, call.arguments)

    def _effect(self, call: ToolCall) -> Effect:
        """Return what running a call does; one that cannot be understood does nothing."""
        try:
            tool, arguments = self._arguments(call)
        except ToolError:
            return Effect.READ
        return tool.effect_of(arguments) if isinstance(tool, ChoosesEffect) else tool.effect

    async def _excerpt(self, name: str, output: str) -> str:
        path = await self._spill.keep(name, output)
        left_out = len(output) - 2 * EXCERPT
        return (
            f"{output[:EXCERPT]}\n[… {left_out:,} characters left out; "
            f"the whole output is in {path} …]\n{output[-EXCERPT:]}"
        )
