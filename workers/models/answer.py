"""Puts an answer together from what a stream tells."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from workers.models.protocol import AssistantTurn, Item, ModelAnswer, ModelRequest, ToolCall, Usage
from workers.models.tool_arguments import is_json_object
from workers.models.wellformed import WellFormedStream, well_formed


class AnswerBuilder:
    """Collects text, complete tool calls and usage of one answer.

    `is_truncated` says that the provider stopped at its output limit.
    """

    def __init__(self, model: str, request: ModelRequest) -> None:
        self._model = model
        self._position = len(request.items)
        self._used_ids = _call_ids(request.items)
        self._characters = WellFormedStream()
        self._pieces: list[str] = []
        self._calls: list[ToolCall] = []
        self.usage = Usage()
        self.is_truncated = False

    @property
    def has_text(self) -> bool:
        """Whether any text was said."""
        return bool(self._pieces)

    @property
    def has_calls(self) -> bool:
        """Whether any tool call is complete."""
        return bool(self._calls)

    def add_text(self, raw: str) -> str:
        """Take a piece of text as it came and return what a reader may see of it now."""
        return self._keep(self._characters.feed(raw))

    def end_text(self) -> str:
        """Return the last piece, held back until the stream was over."""
        return self._keep(self._characters.end())

    def add_call(self, call_id: str, name: str, arguments: str) -> None:
        """Take a complete tool call; blank arguments mean none, as many servers write it."""
        known = well_formed(call_id).strip()
        if not known or known in self._used_ids:
            known = self._derived_id()
        self._used_ids.add(known)
        text = well_formed(arguments)
        self._calls.append(
            ToolCall(
                call_id=known,
                name=well_formed(name),
                arguments=text if text.strip() else "{}",
            )
        )

    def build(self, duration: timedelta) -> ModelAnswer:
        """Return the answer; where the output limit cut it, a half-written call is left out."""
        calls = self._calls
        if self.is_truncated:
            calls = [call for call in calls if is_json_object(call.arguments)]
        return ModelAnswer(
            text="".join(self._pieces),
            model=self._model,
            tool_calls=tuple(calls),
            usage=self.usage,
            is_truncated=self.is_truncated,
            duration=duration,
        )

    def _keep(self, text: str) -> str:
        if text:
            self._pieces.append(text)
        return text

    def _derived_id(self) -> str:
        # Nine letters and digits, the one form that even the strictest server takes back
        # (Mistral's); the position in the transcript keeps it unique and the same on a replay.
        origin = f"{self._position}:{len(self._calls)}"
        return hashlib.sha256(origin.encode()).hexdigest()[:9]


def _call_ids(items: Iterable[Item]) -> set[str]:
    turns = (item for item in items if isinstance(item, AssistantTurn))
    return {call.call_id for turn in turns for call in turn.tool_calls}
