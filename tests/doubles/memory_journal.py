"""Journals in memory: one that can be cut off at any write, and one that forgets."""

from dataclasses import dataclass
from enum import StrEnum

from workers.agent.journal import ModelCost, Recorded, Step, StepKind, StepState


class KilledError(Exception):
    """The process ends here, as far as the test is concerned."""


class Moment(StrEnum):
    """Where in a write the process ends."""

    BEFORE = "before"  # nothing of the write is kept
    AFTER = "after"  # it is kept, but nobody here learns of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The end of a process: at which write, counted from 0, and where in it."""

    write: int
    moment: Moment


class MemoryJournal:
    """Implements `Journal`; `cut` ends the process, and then every later write of it fails too.

    `writes` are the writes, each with all that it recorded, as `intent KEY` and `done KEY`.
    """

    def __init__(self, *, cut: Cut | None = None) -> None:
        self.steps: dict[str, Step] = {}
        self.results: dict[str, str] = {}
        self.costs: dict[str, ModelCost] = {}
        self.writes: list[list[str]] = []
        self._kept: list[tuple[Step, str, ModelCost]] = []
        self._cut = cut
        self._is_dead = False

    @property
    def run_id(self) -> str:
        """See `Journal`."""
        return "run"

    @property
    def task_id(self) -> str:
        """See `Journal`."""
        return "task"

    def recall(self, key: str) -> Recorded | None:
        """See `Journal`."""
        if key in self.results:
            return Recorded(state=StepState.DONE, result=self.results[key])
        return Recorded(state=StepState.INTENT) if key in self.steps else None

    def keep(self, step: Step, result: str, cost: ModelCost) -> None:
        """See `Journal`."""
        self._kept.append((step, result, cost))

    async def flush(self) -> None:
        """See `Journal`."""
        if self._kept:
            self._reach(len(self.writes), Moment.BEFORE)
            self._written(self._answers())

    async def intend(self, step: Step) -> None:
        """See `Journal`."""
        self._reach(len(self.writes), Moment.BEFORE)
        answers = self._answers()
        self.steps.setdefault(step.key, step)
        self._written([*answers, f"intent {step.key}"])

    async def complete(self, key: str, result: str) -> None:
        """See `Journal`."""
        self._reach(len(self.writes), Moment.BEFORE)
        assert key in self.steps, f"{key} was done without an intent"
        answers = self._answers()
        self.results.setdefault(key, result)
        self._written([*answers, f"done {key}"])

    def _answers(self) -> list[str]:
        """Record what was kept."""
        for step, result, cost in self._kept:
            self.steps.setdefault(step.key, step)
            self.results.setdefault(step.key, result)
            self.costs.setdefault(step.key, cost)
        kept = [f"done {step.key}" for step, _, _ in self._kept]
        self._kept.clear()
        return kept

    def answer_open(self, key: str, result: str) -> None:
        """Record a step's result from outside, as a person's answer comes in."""
        assert self.recall(key) == Recorded(state=StepState.INTENT)
        self.results[key] = result

    def count_done(self, kind: StepKind) -> int:
        """Return how many steps of a kind have a result."""
        return sum(1 for key in self.results if self.steps[key].kind is kind)

    def reopened(self, *, cut: Cut | None = None) -> "MemoryJournal":
        """Return what the next process finds."""
        found = MemoryJournal(cut=cut)
        found.steps, found.results, found.costs = self.steps, self.results, self.costs
        return found

    def _written(self, records: list[str]) -> None:
        self.writes.append(records)
        self._reach(len(self.writes) - 1, Moment.AFTER)

    def _reach(self, write: int, moment: Moment) -> None:
        self._is_dead = self._is_dead or self._cut == Cut(write=write, moment=moment)
        if self._is_dead:
            raise KilledError(f"{moment} write {write}")


class ForgetfulJournal(MemoryJournal):
    """Keeps everything and recalls nothing: what a journal that does not work is like."""

    def recall(self, key: str) -> Recorded | None:
        """Remember nothing."""
        del key
        return None

    def reopened(self, *, cut: Cut | None = None) -> "ForgetfulJournal":
        """Return what the next process finds: nothing."""
        return ForgetfulJournal(cut=cut)
