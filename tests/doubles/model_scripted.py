"""A model inside the process for tests of what lies above the adapters."""

from collections import deque
from collections.abc import AsyncGenerator

from workers.models.errors import ModelError
from workers.models.protocol import ModelAnswer, ModelEvent, ModelRequest, TextDelta

Plan = tuple[str | ModelError, ...]
"""What one call does: texts are streamed, an error ends it, otherwise an answer does."""


class ScriptedModel:
    """Follows one plan per call; a call without a plan fails the test."""

    def __init__(self, name: str, *plans: Plan) -> None:
        self.name = name
        self.calls = 0
        self.closed = 0
        self._plans = deque(plans)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model.stream`."""
        del request
        self.calls += 1
        said = ""
        try:
            for step in self._plans.popleft():
                if isinstance(step, ModelError):
                    raise step
                said += step
                yield TextDelta(text=step)
            yield ModelAnswer(text=said, model=self.name)
        finally:
            self.closed += 1
