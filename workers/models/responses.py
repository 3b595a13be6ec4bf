"""The model adapter for the OpenAI Responses API."""

from collections.abc import AsyncGenerator
from datetime import timedelta

from openai import AsyncOpenAI

from workers.models.answer import AnswerBuilder
from workers.models.errors import ModelError, ModelRejected, ModelUnavailable
from workers.models.openai_errors import Failure, classify
from workers.models.openai_stream import Call, stream_answer
from workers.models.protocol import ModelAnswer, ModelEvent, ModelRequest
from workers.models.responses_wire import (
    ErrorEvent,
    FunctionCallItem,
    ItemEvent,
    MessageItem,
    TerminalEvent,
    TextEvent,
    Typed,
    responses_body,
)

_GAP = "\n\n"  # between two messages of one answer


class ResponsesModel:
    """A model behind `POST /responses`.

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
            path="/responses",
            body=responses_body(self.name, request),
            timeout=self._timeout,
        )
        return stream_answer(call, ResponsesReducer(AnswerBuilder(self.name, request)))


class ResponsesReducer:
    """Folds the events of one response.

    Text comes from deltas, tool calls from finished items only. A server that sends no deltas or
    no items is read from the items or from the terminal event. Reasoning, annotations, repeated
    `response.created` and event types that we don't know add nothing.
    """

    def __init__(self, answer: AnswerBuilder) -> None:
        self._answer = answer
        self._is_in_message = False
        self.is_finished = False

    def feed(self, event: object) -> str:
        """See `Reducer.feed`."""
        if self.is_finished:
            return ""
        match Typed.model_validate(event).type:
            case "response.output_text.delta" | "response.refusal.delta":
                return self._add_text(TextEvent.model_validate(event).delta)
            case "response.output_item.done":
                return self._add_item(ItemEvent.model_validate(event).item)
            case "response.completed" | "response.incomplete":
                return self._finish(TerminalEvent.model_validate(event))
            case "response.failed":
                raise _failure(TerminalEvent.model_validate(event).response.error)
            case "error":
                raise _failure(ErrorEvent.model_validate(event))
            case _:
                return ""

    def end_text(self) -> str:
        """See `Reducer.end_text`."""
        return self._answer.end_text()

    def build(self, duration: timedelta) -> ModelAnswer:
        """See `Reducer.build`."""
        return self._answer.build(duration)

    def _add_text(self, delta: str) -> str:
        gap = _GAP if delta and self._answer.has_text and not self._is_in_message else ""
        self._is_in_message = self._is_in_message or bool(delta)
        return self._answer.add_text(gap + delta)

    def _add_item(self, item: object) -> str:
        match Typed.model_validate(item).type:
            case "function_call":
                self._add_call(FunctionCallItem.model_validate(item))
                return ""
            case "message":
                text = "" if self._is_in_message else MessageItem.model_validate(item).text
                shown = self._add_text(text)
                self._is_in_message = False
                return shown
            case _:
                return ""

    def _add_call(self, item: FunctionCallItem) -> None:
        if item.status == "incomplete":
            return  # its arguments are cut
        self._answer.add_call(item.call_id or "", item.name, item.arguments or "")

    def _finish(self, event: TerminalEvent) -> str:
        response = event.response
        details = response.incomplete_details
        if details is not None and details.reason == "content_filter":
            raise ModelRejected("the provider's content filter withheld the answer")
        self._answer.is_truncated = event.type == "response.incomplete"
        if response.usage is not None:
            self._answer.usage = response.usage.count()
        text = self._add_missing(response.output or [])
        self.is_finished = True
        return text

    def _add_missing(self, output: list[object]) -> str:
        """Take from the terminal event what the stream before it did not tell."""
        unseen = set()
        if not self._answer.has_text:
            unseen.add("message")
        if not self._answer.has_calls:
            unseen.add("function_call")
        items = (item for item in output if Typed.model_validate(item).type in unseen)
        return "".join([self._add_item(item) for item in items])


def _failure(error: ErrorEvent | None) -> ModelError:
    if error is None:
        return ModelUnavailable("the response failed without a reason")
    code = "" if error.code is None else str(error.code)
    reason = f"{code}: {error.message}" if error.message else code
    return classify(Failure(status=0, codes=frozenset({code}), reason=reason or "unknown error"))
