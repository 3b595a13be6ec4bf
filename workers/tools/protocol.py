"""What a tool is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from workers.models.protocol import ToolSpec

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
Arguments = Mapping[str, JsonValue]


class Effect(StrEnum):
    """What running a tool a second time would do."""

    READ = "read"  # changes nothing
    IDEMPOTENT = "idempotent"  # the same call has the same effect once or twice
    UNSAFE = "unsafe"  # must not run again; an unknown outcome stays unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """What a tool is told about the call it serves.

    `step_id` is the same each time this very call is run again after a crash, so that an idempotent
    tool can use it as its key.
    """

    task_id: str
    step_id: str


class Tool(Protocol):
    """One thing an agent can do."""

    spec: ToolSpec
    effect: Effect

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Do it and return what the model shall read.

        `arguments` already fit the schema. On cancellation everything that the tool started is
        ended before the cancellation goes on.

        Raises:
            ToolError: it could not be done; the text is for the model to act on.
            Suspended: the answer must come from outside; it will be in the journal later. Not for
                an unsafe call: until it is answered, running again must be harmless.
        """


@runtime_checkable
class ChoosesEffect(Protocol):
    """A tool whose effect depends on what it is asked; its `effect` is the worst of them."""

    def effect_of(self, arguments: Arguments) -> Effect:
        """Return the effect of one call; no I/O that could fail."""


@runtime_checkable
class RunsInParallel(Protocol):
    """A tool that changes something, yet nothing on which another call beside it could depend.

    Calls that only read run side by side anyway; any other runs alone.
    """

    runs_in_parallel: bool
