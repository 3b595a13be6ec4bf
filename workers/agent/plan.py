"""What the calls of one answer mean, and which of them may run side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workers.errors import ToolError
from workers.models.protocol import ToolCall
from workers.tools.arguments import parse_arguments
from workers.tools.protocol import Arguments, ChoosesEffect, Effect, RunsInParallel, Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A call that was understood: its tool, and arguments that fit the tool's schema."""

    tool: Tool
    arguments: Arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A call to be carried out under the journal's `key`, or why it cannot be understood."""

    key: str
    call: ToolCall
    meaning: Meaning | ToolError

    @property
    def effect(self) -> Effect:
        """What running it does.

        One that cannot be understood now may have been when it was begun, with other tools at hand.
        """
        if isinstance(self.meaning, ToolError):
            return Effect.UNSAFE
        tool = self.meaning.tool
        if isinstance(tool, ChoosesEffect):
            return tool.effect_of(self.meaning.arguments)
        return tool.effect

    @property
    def is_parallel(self) -> bool:
        """Whether it may run beside other such calls."""
        if isinstance(self.meaning, ToolError):
            return False
        tool = self.meaning.tool
        if isinstance(tool, RunsInParallel) and tool.runs_in_parallel:
            return True
        return self.effect is Effect.READ


def understand(tools: Mapping[str, Tool], call: ToolCall) -> Meaning | ToolError:
    """Return what a call means, or the error by which the model can mend it."""
    tool = tools.get(call.name)
    if tool is None:
        known = ", ".join(tools) or "none"
        return ToolError("unknown_tool", f"there is no tool {call.name!r}; there are: {known}")
    try:
        return Meaning(tool=tool, arguments=parse_arguments(tool.spec, call.arguments))
    except ToolError as error:
        return error


def in_groups(calls: Sequence[PlannedCall]) -> list[list[PlannedCall]]:
    """Join neighbouring calls that may run side by side; every other call stands alone."""
    groups: list[list[PlannedCall]] = []
    is_open = False
    for one in calls:
        if is_open and one.is_parallel:
            groups[-1].append(one)
        else:
            groups.append([one])
        is_open = one.is_parallel
    return groups
