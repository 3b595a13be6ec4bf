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

    async def intend(self, step: Step) -> None:
        """Record, before it is done, that a step will be done; durable when it returns."""

    async def complete(self, key: str, result: str, cost: ModelCost | None = None) -> None:
        """Record the result of a step; durable when it returns. A second result is ignored."""
