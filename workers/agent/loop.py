"""The loop: ask the model, carry out its tool calls, until there is an answer.

Before each model call and each tool call the journal is asked. A recorded step is returned as it
was, so that after a crash the loop runs again from the top and lands, without repeating anything,
where it stopped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from itertools import count

from souls.soul import Soul
from workers.agent import context
from workers.agent.breaker import Breaker
from workers.agent.journal import Journal, ModelCost, Step, StepKind, StepState
from workers.agent.record import decode, encode
from workers.agent.report import Report, SilentReport
from workers.agent.result import AgentAnswer, AgentResult, AgentStopped, StopReason
from workers.agent.toolbox import Toolbox
from workers.models.errors import ContextOverflow, ModelRejected, ModelUnavailable
from workers.models.protocol import (
    AssistantTurn,
    Item,
    Model,
    ModelAnswer,
    ModelRequest,
    StreamRestarted,
    TextDelta,
    UserText,
)

EMPTY_ANSWERS = 2  # times that an empty answer is asked for again
NUDGE = "Your last answer was empty. Answer the request, or say what keeps you from it."
CUT = "\n\n[cut off: the model's output limit was reached]"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRequest:
    """What an agent is asked.

    `instructions` follow the soul's own; `items` are earlier turns and, last, the request.
    `before_answer` is asked once the model wants to end: words that it returns are put before the
    model, which goes on; None lets the run end.
    """

    items: tuple[Item, ...]
    instructions: str = ""
    context_tokens: int = 128_000
    before_answer: Callable[[], Awaitable[str | None]] | None = None


async def run_agent(
    soul: Soul,
    request: AgentRequest,
    tools: Toolbox,
    model: Model,
    journal: Journal,
    report: Report,
) -> AgentResult:
    """Run one agent to its answer; a run that was interrupted is run again with the same journal.

    Cancelling ends the tool or model call in flight; what was recorded stays.

    Raises:
        ModelUnavailable: the model cannot be had now; run again later.
        Suspended: a tool waits for something outside; run again when its step is recorded.
    """
    return await _Run(soul, request, tools, model, journal, report).go()


class _Run:
    """The state of one run; all of it can be had again from the journal."""

    def __init__(
        self,
        soul: Soul,
        request: AgentRequest,
        tools: Toolbox,
        model: Model,
        journal: Journal,
        report: Report,
    ) -> None:
        self._soul = soul
        self._asked = request
        self._tools = tools
        self._model = model
        self._journal = journal
        self._report = report
        self._items: tuple[Item, ...] = request.items
        self._breaker = Breaker()
        self._tokens = 0
        self._empty = 0
        self._is_summed_up = False
        self._began = asyncio.get_running_loop().time()

    async def go(self) -> AgentResult:
        for number in count(1):
            if stopped := self._over_budget(number):
                return stopped
            try:
                answer = await self._answer(number)
            except ContextOverflow as overflow:
                return AgentStopped(reason=StopReason.CONTEXT_OVERFLOW, detail=str(overflow))
            except ModelRejected as refused:
                return AgentStopped(reason=StopReason.MODEL_REJECTED, detail=str(refused))
            ended = await self._act(number, answer)
            if ended is not None:
                return ended
        raise AssertionError("unreachable")

    def _over_budget(self, number: int) -> AgentStopped | None:
        soul, seconds = self._soul, asyncio.get_running_loop().time() - self._began
        if number > soul.max_steps:
            return _stopped(StopReason.TOO_MANY_STEPS, f"{soul.max_steps} model calls")
        if self._tokens > soul.max_tokens:
            return _stopped(
                StopReason.TOO_MANY_TOKENS, f"{self._tokens:,} of {soul.max_tokens:,} tokens"
            )
        if seconds > soul.max_seconds:
            return _stopped(StopReason.TOO_LONG, f"{seconds:.0f} of {soul.max_seconds} s")
        return None

    async def _act(self, number: int, answer: ModelAnswer) -> AgentResult | None:
        """Do what an answer asks for; return how the run ends, None where it goes on."""
        self._tokens += answer.usage.input_tokens + answer.usage.output_tokens
        if answer.text or answer.tool_calls:
            self._say(AssistantTurn(text=answer.text, tool_calls=answer.tool_calls))
        if answer.tool_calls:
            return await self._call_tools(number, answer)
        if not answer.text.strip():
            return self._nudge()
        note = await self._last_word(number)
        if note is not None:
            self._say(UserText(text=note))
            return None
        text = answer.text + CUT if answer.is_truncated else answer.text
        return AgentAnswer(text=text, model=answer.model, steps=number, tokens=self._tokens)

    async def _call_tools(self, number: int, answer: ModelAnswer) -> AgentStopped | None:
        calls = answer.tool_calls
        is_broken = not all(self._tools.understands(call) for call in calls)
        stopped = self._breaker.see_broken(is_broken=is_broken) or self._breaker.see(calls)
        if stopped is not None:
            return stopped
        keys = [f"tool-{number}-{place}" for place in range(1, len(calls) + 1)]
        self._say(*await self._tools.call_all(self._journal, keys, calls))
        return None

    def _nudge(self) -> AgentStopped | None:
        self._empty += 1
        if self._empty > EMPTY_ANSWERS:
            return _stopped(StopReason.EMPTY_ANSWER, f"{self._empty} empty answers")
        self._say(UserText(text=NUDGE))
        return None

    async def _last_word(self, number: int) -> str | None:
        """Ask whether something must be put before the model; the journal keeps what was said."""
        if self._asked.before_answer is None:
            return None
        key = f"note-{number}"
        recorded = self._journal.recall(key)
        if recorded is not None and recorded.state is StepState.DONE:
            return recorded.result
        note = await self._asked.before_answer()
        if note is not None:
            await self._journal.intend(Step(key=key, kind=StepKind.NOTE))
            await self._journal.complete(key, note)
        return note

    def _say(self, *items: Item) -> None:
        self._items = (*self._items, *items)

    async def _answer(self, number: int) -> ModelAnswer:
        """Return the model's answer to the transcript, summed up once where it is too long."""
        key, summary_key = f"model-{number}", f"summary-{number}"
        if self._is_done(summary_key) or (not self._is_done(key) and self._is_long()):
            await self._sum_up(summary_key)
        try:
            return await self._step(key, self._request(), self._report)
        except ContextOverflow:
            await self._sum_up(summary_key)
            return await self._step(key, self._request(), self._report)

    def _is_done(self, key: str) -> bool:
        recorded = self._journal.recall(key)
        return recorded is not None and recorded.state is StepState.DONE

    def _is_long(self) -> bool:
        limit = int(self._asked.context_tokens * context.SHARE)
        return context.request_tokens(self._request()) > limit

    async def _sum_up(self, key: str) -> None:
        """Put a summary in place of the older turns.

        Raises:
            ContextOverflow: that was done before, or there are no older turns.
        """
        older, newer = context.divide(self._items)
        if self._is_summed_up or not older:
            raise ContextOverflow("the conversation is too long for the model")
        self._is_summed_up = True
        asked = ModelRequest(
            instructions=context.SUMMARY_INSTRUCTIONS,
            items=(UserText(text=context.as_text(older)),),
        )
        summary = await self._step(key, asked, SilentReport())
        self._items = (UserText(text=f"Summary of what was before:\n{summary.text}"), *newer)

    def _request(self) -> ModelRequest:
        parts = (self._soul.instructions, self._asked.instructions)
        return ModelRequest(
            instructions="\n\n".join(part for part in parts if part),
            items=self._items,
            tools=self._tools.specs,
        )

    async def _step(self, key: str, request: ModelRequest, report: Report) -> ModelAnswer:
        recorded = self._journal.recall(key)
        if recorded is not None and recorded.state is StepState.DONE:
            return decode(recorded.result)
        await self._journal.intend(Step(key=key, kind=StepKind.MODEL, name=self._model.name))
        answer = await _ask(self._model, request, report)
        cost = ModelCost(model=answer.model, usage=answer.usage, duration=answer.duration)
        await self._journal.complete(key, encode(answer), cost)
        return answer


def _stopped(reason: StopReason, detail: str) -> AgentStopped:
    return AgentStopped(reason=reason, detail=detail)


async def _ask(model: Model, request: ModelRequest, report: Report) -> ModelAnswer:
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
