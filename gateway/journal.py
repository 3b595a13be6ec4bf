"""The journal of a run, kept in the database under the task's lease."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from gateway.clock import Clock
from gateway.envelope import TaskEnvelope
from gateway.store import steps
from gateway.store.database import Database
from gateway.store.statement import Script
from gateway.store.steps import Answered, ModelUse, StepRow
from gateway.store.tasks import Lease
from workers.agent.journal import ModelCost, Recorded, Step, StepKind, StepState

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalScope:
    """For whom a journal is kept: the claim that writes it."""

    lease: Lease
    task: TaskEnvelope


class StoredJournal:
    """Implements the agent loop's `Journal`; every write carries the fence.

    `known` are the steps recorded before this attempt, of all runs of the task.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        scope: JournalScope,
        run_id: UUID,
        known: Sequence[StepRow],
    ) -> None:
        self._database = database
        self._clock = clock
        self._scope = scope
        self._run = run_id
        self._kept: tuple[Answered, ...] = ()
        self._order = asyncio.Lock()
        self._known = {
            row.step_key: Recorded(state=row.state, result=row.result)
            for row in known
            if row.run_id == run_id
        }

    @property
    def run_id(self) -> str:
        """The run's id as text."""
        return str(self._run)

    @property
    def task_id(self) -> str:
        """The task's id as text."""
        return str(self._scope.lease.task_id)

    @property
    def kept(self) -> tuple[Answered, ...]:
        """The answers that no write has recorded yet; the end of the run must."""
        return self._kept

    def recall(self, key: str) -> Recorded | None:
        """Return what is known of a step."""
        return self._known.get(key)

    def keep(self, step: Step, result: str, cost: ModelCost) -> None:
        """Take a model's answer; the next write records it."""
        now, task = self._clock.now(), self._scope.task
        row = self._row(step, StepState.DONE, started_at=now - cost.duration)
        use = ModelUse(
            model=cost.model,
            usage=cost.usage,
            duration=cost.duration,
            user_id=task.user_id,
            source=task.source,
        )
        self._kept += (Answered(step=replace(row, result=result, ended_at=now), use=use),)
        self._known[step.key] = Recorded(state=StepState.DONE, result=result)

    async def flush(self) -> None:
        """Record what was kept; raises `LeaseLostError`."""
        if self._kept:
            await self._write("record_answer", _nothing)

    async def intend(self, step: Step) -> None:
        """Record an intent; raises `LeaseLostError`."""
        row = self._row(step, StepState.INTENT, started_at=self._clock.now())
        await self._write(f"intend_{step.kind}", lambda: steps.intend(self._scope.lease, row))
        self._known[step.key] = Recorded(state=StepState.INTENT)

    async def complete(self, key: str, result: str) -> None:
        """Record a result; raises `LeaseLostError`."""
        now, lease = self._clock.now(), self._scope.lease
        await self._write(
            "complete_step", lambda: steps.complete(lease, self._run, key, result, now)
        )
        self._known[key] = Recorded(state=StepState.DONE, result=result)

    async def note(self, key: str, find: Callable[[datetime], Script[str]]) -> str:
        """Record the words that a script finds, in one transaction with what it changed.

        Returns them; nothing is recorded where it finds none. Raises `LeaseLostError`.
        """
        now, lease = self._clock.now(), self._scope.lease
        row = self._row(Step(key=key, kind=StepKind.NOTE), StepState.INTENT, started_at=now)

        def script() -> Script[str]:
            words = yield from find(now)
            if words:
                yield from steps.intend(lease, row)
                yield from steps.complete(lease, self._run, key, words, now)
            return words

        words = await self._write("note", script)
        if words:
            self._known[key] = Recorded(state=StepState.DONE, result=words)
        return words

    async def _write(self, name: str, script: Callable[[], Script[T]]) -> T:
        """Run a transaction that first records what was kept.

        Calls that run side by side all rest on the answer that asked for them, so none is recorded
        before it: whoever comes second waits until it is.
        """
        if not self._kept:
            return await self._database.transact(name, script)
        async with self._order:
            kept, now = self._kept, self._clock.now()

            def whole() -> Script[T]:
                yield from steps.record(self._scope.lease, kept, now)
                return (yield from script())

            value = await self._database.transact(name, whole)
            self._kept = ()
            return value

    def _row(self, step: Step, state: StepState, *, started_at: datetime) -> StepRow:
        return StepRow(
            run_id=self._run,
            step_key=step.key,
            kind=step.kind,
            name=step.name,
            state=state,
            request=step.request,
            result="",
            attempt=self._scope.task.attempt,
            started_at=started_at,
            ended_at=None,
        )


def _nothing() -> Script[None]:
    yield from ()
