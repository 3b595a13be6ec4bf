"""The tools by which the Manager hands work to workers."""

import json
from dataclasses import asdict
from typing import Final

from manager.crew import Crew, WorkOrder, WorkResult
from workers.models.protocol import ToolSpec
from workers.models.wellformed import well_formed
from workers.tools.arguments import text_argument
from workers.tools.protocol import Arguments, Effect, ToolContext

DISPATCH_WORKER: Final = "dispatch_worker"
DISPATCH_PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "worker_id": {
                "type": "string",
                "description": "a worker from list_workers; 'worker' is the general one",
            },
            "instruction": {
                "type": "string",
                "pattern": "\\S",
                "description": "all that the worker needs to know; it sees nothing else",
            },
            "metadata": {"type": "object", "description": "further facts for the worker"},
            "wait": {
                "type": "boolean",
                "description": "false returns at once; fetch the result with await_worker",
            },
        },
        "required": ["worker_id", "instruction"],
        "additionalProperties": False,
    }
)
AWAIT_PARAMETERS: Final = json.dumps(
    {
        "type": "object",
        "properties": {
            "task_id": {"type": "string", "description": "what dispatch_worker returned"}
        },
        "required": ["task_id"],
        "additionalProperties": False,
    }
)
NO_PARAMETERS: Final = json.dumps({"type": "object", "properties": {}})


class ListWorkers:
    """`list_workers`: who there is, what each is good at, and who is free."""

    effect = Effect.READ
    spec = ToolSpec(
        name="list_workers",
        description="List the workers with their capabilities and free slots.",
        parameters=NO_PARAMETERS,
    )

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return the list as JSON."""
        del arguments, context
        roster = await self._crew.roster()
        return json.dumps([asdict(worker) for worker in roster], ensure_ascii=False)


class DispatchWorker:
    """`dispatch_worker`: hands work out; handing the same call out again is the same work."""

    effect = Effect.IDEMPOTENT
    runs_in_parallel = True  # each has a job of its own
    spec = ToolSpec(
        name=DISPATCH_WORKER,
        description=(
            "Hand work to a worker and return its result for you to judge; people never see it. "
            "With wait=false it returns at once and several workers may run side by side."
        ),
        parameters=DISPATCH_PARAMETERS,
    )

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return `{ok, task_id, worker_id, result, summary, error, message}` as JSON."""
        order = WorkOrder(
            worker_id=well_formed(text_argument(arguments, "worker_id")),
            instruction=well_formed(text_argument(arguments, "instruction")),
            metadata=json.dumps(arguments.get("metadata") or {}, sort_keys=True),
        )
        wait = arguments.get("wait") is not False
        return as_json(await self._crew.dispatch(order, context.step_id, wait=wait))


class AwaitWorker:
    """`await_worker`: waits for work that was handed out with wait=false."""

    effect = Effect.READ
    spec = ToolSpec(
        name="await_worker",
        description="Wait for a job that dispatch_worker started and return its result.",
        parameters=AWAIT_PARAMETERS,
    )

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    async def run(self, arguments: Arguments, context: ToolContext) -> str:
        """Return the same shape as `dispatch_worker`."""
        del context
        return as_json(await self._crew.result_of(text_argument(arguments, "task_id")))


def as_json(result: WorkResult) -> str:
    """Write an outcome as the one shape that the Manager knows."""
    return json.dumps(asdict(result), ensure_ascii=False)
