"""The journal of a run: what was begun and what came of it, kept across crashes."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from workers.models.protocol import Usage


class StepKind(StrEnum):
    """What a step does."""

    MODEL = "model"
    TOOL = "tool"
    NOTE = "note"  # words that the loop itself puts into the transcript


class StepState(StrEnum):
    """How far a step got."""

    INTENT = "intent"  # about to be done; after a crash nobody knows whether it was
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call; `key` is unique in its run and the same whenever the run is repeated.

    `name` is the model's or tool's, `request` what it was asked (for the record only).
    """

    key: str
    kind: StepKind
    name: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A step as the journal knows it; `result` is empty while it is only an intent."""

    state: StepState
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCost:
    """What a model call used, recorded with its result."""

    model: str
    usage: Usage
    duration: timedelta


class Journal(Protocol):
    """Keeps the steps of one run.

    A tool call is recorded twice: as an intent before it is made, then with its result. A model
    call may be made again, so only its answer is recorded, and together with what follows from it
    (the intent of a call that it asks for, the end of the run), so that nothing ever rests on an
    answer that is not recorded.

    A write that is not ours to make any more raises the keeper's own error, which goes through the
    loop untouched; whatever was done after that is discarded.
    """

    @property
    def run_id(self) -> str:
        """The run's id, the same whenever the run is repeated."""

    @property
    def task_id(self) -> str:
        """The id of the task that the run serves."""

    def recall(self, key: str) -> Recorded | None:
        """Return what is known of a step; no I/O."""

    def keep(self, step: Step, result: str, cost: ModelCost) -> None:
        """Take a model's answer; the next write of this journal, or of its run's end, records it.

        No I/O. The step is recalled as done from now on.
        """

    async def flush(self) -> None:
        """Record what was kept, before something that takes long; no I/O where nothing was."""

    async def intend(self, step: Step) -> None:
        """Record, before it is done, that a step will be done; durable when it returns."""

    async def complete(self, key: str, result: str) -> None:
        """Record the result of a step; durable when it returns. A second result is ignored."""
