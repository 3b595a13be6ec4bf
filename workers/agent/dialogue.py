"""The transcript of one run, and the model calls that make it grow."""

from contextlib import aclosing
from dataclasses import replace

from workers.agent import context
from workers.agent.journal import Journal, ModelCost, Step, StepKind, StepState
from workers.agent.record import decode, encode
from workers.agent.report import Report, SilentReport
from workers.models.errors import ContextOverflow, ModelUnavailable
from workers.models.protocol import (
    Item,
    Model,
    ModelAnswer,
    ModelRequest,
    StreamRestarted,
    TextDelta,
    UserText,
)


class Dialogue:
    """What is said between an agent, its tools and its model; the journal keeps every answer.

    `opening` is the request before anything was answered, `context_tokens` what the model takes.
    """

    def __init__(
        self,
        model: Model,
        journal: Journal,
        report: Report,
        opening: ModelRequest,
        context_tokens: int,
    ) -> None:
        self._model = model
        self._journal = journal
        self._report = report
        self._request = opening
        self._limit = int(context_tokens * context.SHARE)
        self._is_summed_up = False
        self._tokens = 0

    @property
    def tokens(self) -> int:
        """What all model calls used so far, in and out, those of earlier attempts included."""
        return self._tokens

    def say(self, *items: Item) -> None:
        """Add to the transcript."""
        self._request = replace(self._request, items=(*self._request.items, *items))

    def is_answered(self, number: int) -> bool:
        """Tell whether the journal holds this answer from an earlier attempt."""
        return self._is_done(f"model-{number}")

    async def answer(self, number: int) -> ModelAnswer:
        """Return the model's answer to the transcript, which is summed up once if it is too long.

        `number` tells the answers of a run apart and is the same whenever the run is repeated.

        Raises:
            ContextOverflow: the transcript is too long and cannot be made shorter.
            ModelRejected: see `Model`.
            ModelUnavailable: see `Model`.
        """
        key, summary_key = f"model-{number}", f"summary-{number}"
        if self._is_done(summary_key) or (not self._is_done(key) and self._is_long()):
            await self._sum_up(summary_key)
        try:
            return await self._step(key, self._request, self._report)
        except ContextOverflow:
            await self._sum_up(summary_key)
            return await self._step(key, self._request, self._report)

    def _is_done(self, key: str) -> bool:
        recorded = self._journal.recall(key)
        return recorded is not None and recorded.state is StepState.DONE

    def _is_long(self) -> bool:
        return context.request_tokens(self._request) > self._limit

    async def _sum_up(self, key: str) -> None:
        """Put a summary in place of the older turns.

        Raises:
            ContextOverflow: that was done before, or it is of no use.
        """
        older, newer = context.divide(self._request.items)
        if self._is_summed_up or not older:
            raise ContextOverflow("the conversation is too long for the model")
        self._is_summed_up = True
        asked = ModelRequest(
            instructions=context.SUMMARY_INSTRUCTIONS,
            items=(UserText(text=context.as_text(older)),),
        )
        summary = await self._step(key, asked, SilentReport())
        if not summary.text.strip():
            raise ContextOverflow("the conversation is too long, and its summary came out empty")
        beginning = UserText(text=f"Summary of what was before:\n{summary.text}")
        self._request = replace(self._request, items=(beginning, *newer))

    async def _step(self, key: str, request: ModelRequest, report: Report) -> ModelAnswer:
        answer = await self._recorded(key, request, report)
        self._tokens += answer.usage.input_tokens + answer.usage.output_tokens
        return answer

    async def _recorded(self, key: str, request: ModelRequest, report: Report) -> ModelAnswer:
        recorded = self._journal.recall(key)
        if recorded is not None and recorded.state is StepState.DONE:
            return decode(recorded.result)
        await self._journal.flush()  # what the answer before this one cost is not paid twice
        answer = await _ask(self._model, request, report)
        cost = ModelCost(model=answer.model, usage=answer.usage, duration=answer.duration)
        step = Step(key=key, kind=StepKind.MODEL, name=self._model.name)
        self._journal.keep(step, encode(answer), cost)
        return answer


async def _ask(model: Model, request: ModelRequest, report: Report) -> ModelAnswer:
    report.restarted()  # what was said along with earlier tool calls is no part of this answer
    async with aclosing(model.stream(request)) as events:
        async for event in events:
            match event:
                case TextDelta(text=text):
                    report.text(text)
                case StreamRestarted():
                    report.restarted()
                case ModelAnswer():
                    return event
    raise ModelUnavailable("the model's stream ended without an answer")
