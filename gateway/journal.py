"""The journal of a run, kept in the database under the task's lease."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.clock import Clock
from gateway.envelope import TaskEnvelope
from gateway.store import steps
from gateway.store.database import Database
from gateway.store.statement import Script
from gateway.store.steps import ModelUse, StepRow
from gateway.store.tasks import Lease
from workers.agent.journal import ModelCost, Recorded, Step, StepKind, StepState


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

    def recall(self, key: str) -> Recorded | None:
        """Return what is known of a step."""
        return self._known.get(key)

    async def intend(self, step: Step) -> None:
        """Record an intent; raises `LeaseLostError`."""
        row = self._step(step, self._clock.now())
        await self._database.transact(
            f"intend_{step.kind}", lambda: steps.intend(self._scope.lease, row)
        )
        self._known[step.key] = Recorded(state=StepState.INTENT)

    async def complete(self, key: str, result: str, cost: ModelCost | None = None) -> None:
        """Record a result; raises `LeaseLostError`."""
        now = self._clock.now()
        lease, task = self._scope.lease, self._scope.task

        def script() -> Script[None]:
            yield from steps.complete(lease, self._run, key, result, now)
            if cost is not None:
                use = ModelUse(
                    model=cost.model,
                    usage=cost.usage,
                    duration=cost.duration,
                    user_id=task.user_id,
                    source=task.source,
                )
                yield from steps.count_use(lease.task_id, self._run, key, use, now)

        await self._database.transact("complete_step", script)
        self._known[key] = Recorded(state=StepState.DONE, result=result)

    async def note(self, key: str, find: Callable[[datetime], Script[str]]) -> str:
        """Record the words that a script finds, in one transaction with what it changed.

        Returns them; nothing is recorded where it finds none. Raises `LeaseLostError`.
        """
        now = self._clock.now()
        lease = self._scope.lease

        def script() -> Script[str]:
            words = yield from find(now)
            if words:
                yield from steps.intend(lease, self._step(Step(key=key, kind=StepKind.NOTE), now))
                yield from steps.complete(lease, self._run, key, words, now)
            return words

        words = await self._database.transact("note", script)
        if words:
            self._known[key] = Recorded(state=StepState.DONE, result=words)
        return words

    def _step(self, step: Step, now: datetime) -> StepRow:
        return StepRow(
            run_id=self._run,
            step_key=step.key,
            kind=step.kind,
            name=step.name,
            state=StepState.INTENT,
            request=step.request,
            result="",
            attempt=self._scope.task.attempt,
            started_at=now,
            ended_at=None,
        )
