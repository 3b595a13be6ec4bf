"""The tools of one run, and how the calls of one answer are carried out."""

import json
from collections.abc import Sequence
from typing import Protocol

from workers.agent.journal import Journal, Step, StepKind, StepState
from workers.agent.plan import Meaning, PlannedCall, in_groups, understand
from workers.errors import Suspended, ToolError
from workers.groups import plain_group
from workers.models.protocol import ToolCall, ToolOutput, ToolSpec
from workers.models.wellformed import well_formed
from workers.tools.protocol import Effect, Tool, ToolContext

OUTPUT_LIMIT = 16_000  # characters of one tool output in the transcript
EXCERPT = 6_000  # characters kept of each end of a longer one
INTERRUPTED = (
    "interrupted, outcome unknown: this call was begun, then the process ended, and whether it "
    "took effect is not known. It was not run again. Find out before you repeat it."
)


class Spill(Protocol):
    """Keeps tool outputs that are too long for the transcript."""

    async def keep(self, name: str, text: str) -> str:
        """Store `text` and return the path under which the agent can read it; may be repeated.

        Raises:
            ToolError: it cannot be stored.
        """


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
        return isinstance(understand(self._tools, call), Meaning)

    async def call_all(
        self, journal: Journal, keys: Sequence[str], calls: Sequence[ToolCall]
    ) -> list[ToolOutput]:
        """Carry out the calls of one answer, neighbours side by side where their tools allow it.

        The others run alone and in their order. Where a call has to wait, the rest is carried out
        all the same, but for further calls of the same tool: what comes from outside is for the one
        that is open.

        Raises:
            Suspended: at least one call waits for something outside; the others are recorded.
        """
        planned = [
            PlannedCall(key=key, call=call, meaning=understand(self._tools, call))
            for key, call in zip(keys, calls, strict=True)
        ]
        waiting: dict[str, Suspended] = {}
        outputs: list[ToolOutput] = []
        for group in in_groups(planned):
            due = [one for one in group if one.call.name not in waiting]
            outcomes = await self._side_by_side(journal, due)
            for one, outcome in zip(due, outcomes, strict=True):
                if isinstance(outcome, Suspended):
                    waiting.setdefault(one.call.name, outcome)
                else:
                    outputs.append(ToolOutput(call_id=one.call.call_id, output=outcome))
        for suspended in waiting.values():
            raise suspended
        return outputs

    async def fit(self, name: str, text: str) -> str:
        """Return a text for the transcript: whole, or its two ends and where the rest is kept."""
        if len(text) <= OUTPUT_LIMIT:
            return text
        try:
            place = f"the whole text is in {await self._spill.keep(name, text)}"
        except ToolError as error:  # what was done is done: its output must not get lost over this
            place = f"they could not be kept: {error.message}"
        left_out = len(text) - 2 * EXCERPT
        note = f"[… {left_out:,} characters left out; {place} …]"
        return f"{text[:EXCERPT]}\n{note}\n{text[-EXCERPT:]}"

    async def _side_by_side(
        self, journal: Journal, calls: Sequence[PlannedCall]
    ) -> list[str | Suspended]:
        async with plain_group() as tasks:
            running = [tasks.create_task(self._outcome(journal, call)) for call in calls]
        return [task.result() for task in running]

    async def _outcome(self, journal: Journal, planned: PlannedCall) -> str | Suspended:
        try:
            return await self._call(journal, planned)
        except Suspended as suspended:
            return suspended

    async def _call(self, journal: Journal, planned: PlannedCall) -> str:
        key, call = planned.key, planned.call
        recorded = journal.recall(key)
        if recorded is not None and recorded.state is StepState.DONE:
            return recorded.result
        if recorded is not None and planned.effect is Effect.UNSAFE:
            await journal.complete(key, INTERRUPTED)
            return INTERRUPTED
        await journal.intend(
            Step(key=key, kind=StepKind.TOOL, name=call.name, request=call.arguments)
        )
        context = ToolContext(task_id=journal.task_id, step_id=f"{journal.run_id}/{key}")
        output = well_formed(await _output(planned.meaning, context))
        output = await self.fit(f"{journal.run_id}-{key}", output)
        await journal.complete(key, output)
        return output


async def _output(meaning: Meaning | ToolError, context: ToolContext) -> str:
    """Run a tool; what it could not do, or what was not understood, is for the model to read."""
    if isinstance(meaning, ToolError):
        return _as_json(meaning)
    try:
        return await meaning.tool.run(meaning.arguments, context)
    except ToolError as error:
        return _as_json(error)


def _as_json(error: ToolError) -> str:
    return json.dumps(
        {"ok": False, "error": error.code, "message": error.message}, ensure_ascii=False
    )
