"""The model adapter for Chat Completions, which every compatible server speaks."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta

from openai import AsyncOpenAI

from workers.models.answer import AnswerBuilder
from workers.models.chat_wire import ChatChunk, Choice, ToolCallDelta, chat_body
from workers.models.errors import ModelRejected, ModelUnavailable
from workers.models.openai_stream import Call, stream_answer
from workers.models.protocol import ModelAnswer, ModelEvent, ModelRequest
from workers.models.thinking import ThinkingFilter

_BROKEN_OFF = frozenset({"error", "insufficient_system_resource"})  # OpenRouter, DeepSeek


class ChatModel:
    """A model behind `POST /chat/completions`.

    `timeout` is the longest silence within a call; a long answer may take longer in all.
    """

    def __init__(self, client: AsyncOpenAI, name: str, *, timeout: timedelta) -> None:
        self.name = name
        self._client = client
        self._timeout = timeout

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model.stream`."""
        call = Call(
            client=self._client,
            path="/chat/completions",
            body=chat_body(self.name, request),
            timeout=self._timeout,
        )
        return stream_answer(call, ChatReducer(AnswerBuilder(self.name, request)))


@dataclass(slots=True)
class _OpenCall:
    """A tool call of which pieces may still come."""

    call_id: str = ""
    name: str = ""
    arguments: str = ""


class ChatReducer:
    """Folds the chunks of one answer; the chunk with a finish reason is the terminal event."""

    def __init__(self, answer: AnswerBuilder) -> None:
        self._answer = answer
        self._thinking = ThinkingFilter()
        self._open: list[_OpenCall] = []
        self._by_index: dict[int, _OpenCall] = {}
        self.is_finished = False

    def feed(self, event: object) -> str:
        """See `Reducer.feed`."""
        chunk = ChatChunk.model_validate(event)
        if chunk.usage is not None:
            self._answer.usage = chunk.usage.count()
        choice = next((choice for choice in chunk.choices or () if choice.index == 0), None)
        if choice is None or self.is_finished:
            return ""
        return self._read(choice)

    def end_text(self) -> str:
        """See `Reducer.end_text`."""
        return self._answer.add_text(self._thinking.end()) + self._answer.end_text()

    def build(self, duration: timedelta) -> ModelAnswer:
        """See `Reducer.build`."""
        return self._answer.build(duration)

    def _read(self, choice: Choice) -> str:
        text = ""
        if choice.delta is not None:
            text = self._answer.add_text(self._thinking.feed(choice.delta.text))
            for position, piece in enumerate(choice.delta.tool_calls or ()):
                self._add_piece(piece, position)
        if choice.finish_reason:
            self._finish(choice.finish_reason)
        return text

    def _add_piece(self, piece: ToolCallDelta, position: int) -> None:
        index = position if piece.index is None else piece.index
        call = self._by_index.get(index)
        # Some servers number every call 0; then only a new id tells that a new call begins.
        if call is None or (piece.id and call.call_id and piece.id != call.call_id):
            call = self._by_index[index] = _OpenCall()
            self._open.append(call)
        call.call_id = call.call_id or piece.id or ""
        if piece.function is not None:
            call.name = call.name or piece.function.name or ""
            call.arguments += piece.function.arguments or ""

    def _finish(self, reason: str) -> None:
        if reason == "content_filter":
            raise ModelRejected("the provider's content filter withheld the answer")
        if reason in _BROKEN_OFF:
            raise ModelUnavailable(f"the provider broke the answer off: {reason}")
        self._answer.is_truncated = reason == "length"
        for call in self._open:
            if not call.name:
                raise ModelUnavailable("tool_calls.function.name is missing in the stream")
            self._answer.add_call(call.call_id, call.name, call.arguments)
        self.is_finished = True
