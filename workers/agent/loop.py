"""The loop: ask the model, carry out its tool calls, until there is an answer.

Before each model call and each tool call the journal is asked. A recorded step is returned as it
was, so that after a crash the loop runs again from the top and lands, without repeating anything,
where it stopped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from souls.soul import Soul
from workers.agent.breaker import Breaker
from workers.agent.dialogue import Dialogue
from workers.agent.journal import Journal, Step, StepKind, StepState
from workers.agent.report import Report
from workers.agent.result import AgentAnswer, AgentResult, AgentStopped, StopReason
from workers.agent.toolbox import Toolbox
from workers.models.errors import ContextOverflow, ModelRejected
from workers.models.protocol import (
    AssistantTurn,
    Item,
    Model,
    ModelAnswer,
    ModelRequest,
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
    model, which goes on; None lets the run end. The journal keeps the words but not a None, so it
    is asked again after a crash: what a recorded step has told it must not tell once more.
    `before_model` is asked before each model call but the first, with the key of a step: what came
    up meanwhile, or nothing. It records its words under that key by itself, in one with what it
    took for them.
    """

    items: tuple[Item, ...]
    instructions: str = ""
    context_tokens: int = 128_000
    before_answer: Callable[[], Awaitable[str | None]] | None = None
    before_model: Callable[[str], Awaitable[str]] | None = None


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
    parts = (soul.instructions, request.instructions)
    opening = ModelRequest(
        instructions="\n\n".join(part for part in parts if part),
        items=request.items,
        tools=tools.specs,
    )
    dialogue = Dialogue(model, journal, report, opening, request.context_tokens)
    return await _Run(soul, request, tools, journal, dialogue).go()


class _Run:
    """The state of one run; all of it can be had again from the journal.

    Only the wall time begins anew: what a crash or a wait cost is not the run's.
    """

    def __init__(
        self,
        soul: Soul,
        request: AgentRequest,
        tools: Toolbox,
        journal: Journal,
        dialogue: Dialogue,
    ) -> None:
        self._soul = soul
        self._asked = request
        self._tools = tools
        self._journal = journal
        self._dialogue = dialogue
        self._breaker = Breaker()
        self._empty = 0
        self._began = asyncio.get_running_loop().time()

    async def go(self) -> AgentResult:
        for number in range(1, self._soul.max_steps + 1):
            if stopped := self._over_budget():
                return stopped
            await self._hear(number)
            try:
                answer = await self._dialogue.answer(number)
            except ContextOverflow as overflow:
                return _stopped(StopReason.CONTEXT_OVERFLOW, str(overflow))
            except ModelRejected as refused:
                return _stopped(StopReason.MODEL_REJECTED, str(refused))
            ended = await self._act(number, answer)
            if ended is not None:
                return ended
        return _stopped(StopReason.TOO_MANY_STEPS, f"{self._soul.max_steps} model calls")

    async def _hear(self, number: int) -> None:
        """Put before the model what came up since its last answer; the journal keeps that too."""
        key = f"heard-{number}"
        recorded = self._journal.recall(key)
        words = ""
        if recorded is not None:
            words = recorded.result
        elif self._asked.before_model is not None and self._may_hear(number):
            words = await self._asked.before_model(key)
        if words:
            fitting = await self._tools.fit(f"{self._journal.run_id}-{key}", words)
            self._dialogue.say(UserText(text=fitting))

    def _may_hear(self, number: int) -> bool:
        """Tell whether the next answer is neither the first nor one that was given already."""
        return number > 1 and not self._dialogue.is_answered(number)

    def _over_budget(self) -> AgentStopped | None:
        soul, used = self._soul, self._dialogue.tokens
        seconds = asyncio.get_running_loop().time() - self._began
        if used > soul.max_tokens:
            return _stopped(StopReason.TOO_MANY_TOKENS, f"{used:,} of {soul.max_tokens:,} tokens")
        if seconds > soul.max_seconds:
            return _stopped(StopReason.TOO_LONG, f"{seconds:.0f} of {soul.max_seconds} s")
        return None

    async def _act(self, number: int, answer: ModelAnswer) -> AgentResult | None:
        """Do what an answer asks for; return how the run ends, None where it goes on."""
        if answer.text or answer.tool_calls:
            self._dialogue.say(AssistantTurn(text=answer.text, tool_calls=answer.tool_calls))
        if answer.tool_calls:
            return await self._call_tools(number, answer)
        if not answer.text.strip():
            return self._nudge()
        note = await self._last_word(number)
        if note is not None:
            self._dialogue.say(UserText(text=note))
            return None
        text = answer.text + CUT if answer.is_truncated else answer.text
        return AgentAnswer(
            text=text, model=answer.model, steps=number, tokens=self._dialogue.tokens
        )

    async def _call_tools(self, number: int, answer: ModelAnswer) -> AgentStopped | None:
        calls = answer.tool_calls
        is_broken = not all(self._tools.understands(call) for call in calls)
        stopped = self._breaker.see_broken(is_broken=is_broken) or self._breaker.see(calls)
        if stopped is not None:
            return stopped
        keys = [f"tool-{number}-{place}" for place in range(1, len(calls) + 1)]
        self._dialogue.say(*await self._tools.call_all(self._journal, keys, calls))
        return None

    def _nudge(self) -> AgentStopped | None:
        self._empty += 1
        if self._empty > EMPTY_ANSWERS:
            return _stopped(StopReason.EMPTY_ANSWER, f"{self._empty} empty answers")
        self._dialogue.say(UserText(text=NUDGE))
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
        if note is None:
            return None
        note = await self._tools.fit(f"{self._journal.run_id}-{key}", note)
        await self._journal.intend(Step(key=key, kind=StepKind.NOTE))
        await self._journal.complete(key, note)
        return note


def _stopped(reason: StopReason, detail: str) -> AgentStopped:
    return AgentStopped(reason=reason, detail=detail)
