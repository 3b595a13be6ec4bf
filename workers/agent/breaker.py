"""Budgets and breakers: what ends a run that does not end by itself."""

from workers.agent.result import AgentStopped, StopReason
from workers.models.protocol import ToolCall

SAME_CALLS_IN_A_ROW = 3
REPAIRS_IN_A_ROW = 2


class Breaker:
    """Watches the tool calls of a run; a call is its name and its arguments to the letter."""

    def __init__(self) -> None:
        self._seen: list[tuple[str, str]] = []
        self._repairs = 0

    def see(self, calls: tuple[ToolCall, ...]) -> AgentStopped | None:
        """Take note of the calls of one answer; return why the run must end, if it must."""
        for call in calls:
            self._seen.append((call.name, call.arguments))
            if stopped := self._repetition():
                return stopped
        return None

    def see_broken(self, *, is_broken: bool) -> AgentStopped | None:
        """Take note of whether an answer's calls could be understood."""
        self._repairs = self._repairs + 1 if is_broken else 0
        if self._repairs <= REPAIRS_IN_A_ROW:
            return None
        return AgentStopped(
            reason=StopReason.BROKEN_CALLS,
            detail=f"{self._repairs} answers in a row held tool calls that cannot be understood",
        )

    def _repetition(self) -> AgentStopped | None:
        last = self._seen[-SAME_CALLS_IN_A_ROW:]
        if len(last) == SAME_CALLS_IN_A_ROW and len(set(last)) == 1:
            return AgentStopped(
                reason=StopReason.REPEATED_CALL,
                detail=f"{last[0][0]} was called {SAME_CALLS_IN_A_ROW} times with equal arguments",
            )
        pair = self._seen[-4:]
        if len(pair) == 4 and pair[:2] == pair[2:] and pair[0] != pair[1]:  # noqa: PLR2004 - A-B-A-B
            return AgentStopped(
                reason=StopReason.ALTERNATING_CALLS,
                detail=f"{pair[0][0]} and {pair[1][0]} took turns with equal arguments",
            )
        return None
