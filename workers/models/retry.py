"""Decides which model of a chain is asked next, and when: pure, without clock, sleep or chance."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from workers.models.errors import ModelError, ModelRejected, ModelUnavailable

FIRST_BACKOFF_S = 1.0
LONGEST_BACKOFF_S = 30.0
LONGEST_WAIT_S = 60.0
"""A server that asks for a longer wait gets it, but not inside a call: the task is parked."""

PARKED_RETRY_AFTER = timedelta(minutes=1)
"""The soonest time at which a chain that failed as a whole is worth asking again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDecision:
    """What to do next: ask `model` (an index) after `wait_s` seconds, or raise `error`."""

    model: int = 0
    wait_s: float = 0.0
    is_new_round: bool = False
    error: ModelError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStanding:
    """How one model fared; before `ready_at` (monotonic seconds) it must not be asked."""

    ready_at: float = 0.0
    was_asked: bool = False  # in this round
    is_rejecting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """How a call over a chain of models fared so far.

    A round asks the models in the chain's order, each at most once. Between rounds lies a back-off
    with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); a
    server's Retry-After is its floor.
    """

    standings: tuple[ModelStanding, ...]
    tries_left: int
    rounds: int = 0
    trouble: ModelUnavailable | None = None
    rejection: ModelRejected | None = None

    @classmethod
    def start(cls, models: int, tries: int) -> Self:
        """Return the state before the first try."""
        return cls(standings=(ModelStanding(),) * models, tries_left=tries)

    def begin(self, decision: RetryDecision) -> Self:
        """Note that the model of `decision` is being asked."""
        standings = self.standings
        if decision.is_new_round:
            standings = tuple(replace(standing, was_asked=False) for standing in standings)
        asked = replace(standings[decision.model], was_asked=True)
        return replace(
            self,
            standings=_with(standings, decision.model, asked),
            tries_left=self.tries_left - 1,
            rounds=self.rounds + decision.is_new_round,
        )

    def failed(self, model: int, trouble: ModelUnavailable, now: float) -> Self:
        """Note that `model` has a passing trouble."""
        ready_at = now + trouble.retry_after.total_seconds()
        standing = replace(self.standings[model], ready_at=ready_at)
        standings = _with(self.standings, model, standing)
        return replace(self, standings=standings, trouble=trouble)

    def rejected(self, model: int, rejection: ModelRejected) -> Self:
        """Note that `model` is of no use for this call."""
        standing = replace(self.standings[model], is_rejecting=True)
        standings = _with(self.standings, model, standing)
        return replace(self, standings=standings, rejection=rejection)

    def decide(self, now: float, jitter: float) -> RetryDecision:
        """Choose the next step; `jitter` is drawn evenly from 0 to 1."""
        useful = [number for number, one in enumerate(self.standings) if not one.is_rejecting]
        if not useful:
            return RetryDecision(error=self.rejection)
        soonest = min(useful, key=lambda model: self.standings[model].ready_at)
        floor = max(self.standings[soonest].ready_at - now, 0.0)
        if self.tries_left <= 0 or floor > LONGEST_WAIT_S:
            return RetryDecision(error=self._give_up(floor))
        for model in useful:
            if not self.standings[model].was_asked and self.standings[model].ready_at <= now:
                return RetryDecision(model=model)
        backoff = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0**self.rounds)
        wait = max(floor, jitter * backoff)
        ready = (model for model in useful if self.standings[model].ready_at <= now + wait)
        return RetryDecision(model=next(ready, soonest), wait_s=wait, is_new_round=True)

    def _give_up(self, floor_s: float) -> ModelUnavailable:
        reason = self.trouble.reason if self.trouble else "no model was asked"
        floor = timedelta(seconds=floor_s)
        return ModelUnavailable(reason, retry_after=max(floor, PARKED_RETRY_AFTER))


def _with(
    standings: tuple[ModelStanding, ...], model: int, standing: ModelStanding
) -> tuple[ModelStanding, ...]:
    return (*standings[:model], standing, *standings[model + 1 :])
