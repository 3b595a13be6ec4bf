"""The inbox does what its model does, whatever is done to both, on every database."""

import asyncio
import shutil
from abc import abstractmethod
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.envelope import NewTask, Priority
from gateway.errors import LeaseLostError
from gateway.inbox import Claim, Ending
from gateway.journal import JournalScope, StoredJournal
from gateway.lifecycle import TaskStatus
from gateway.store.database import Database
from gateway.store.tasks import Leaving
from tests.contract.inbox.kit import InboxKit, new_task
from tests.contract.inbox.model import ModelInbox
from tests.doubles.databases import open_database, query, remove_all_rows
from workers.agent.journal import Step, StepKind

T = TypeVar("T")

LANES = st.sampled_from("abc")
PRIORITIES = st.sampled_from(Priority)
CHOICES = st.integers(min_value=0, max_value=10_000)  # of one among those that there are
ENDINGS = st.sampled_from([TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED])
SECONDS = st.sampled_from([1, 19, 20, 60, 599, 601])
ASK = "ask_user"


class InboxMachine(RuleBasedStateMachine):
    """Does the same to the inbox and to its model, and compares all that can be seen."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._opened = self.fresh_database()
        self._kit = InboxKit(database=self._run(self._opened.__aenter__()))
        self._model = ModelInbox()
        self._tasks: dict[str, NewTask] = {}
        self._claims: list[Claim] = []  # all that were ever given, the lost ones too
        self._fences: dict[str, int] = {}

    @abstractmethod
    def fresh_database(self) -> AbstractAsyncContextManager[Database]:
        """Return an empty database, not yet open."""

    def teardown(self) -> None:
        """Close the database."""
        self._run(self._opened.__aexit__(None, None, None))
        self._runner.close()

    def _run(self, work: Coroutine[object, object, T]) -> T:
        return self._runner.run(work)

    def _some_key(self, choice: int) -> str:
        keys = self._model.keys()
        return keys[choice % len(keys)]

    def _some_claim(self, choice: int) -> Claim:
        return self._claims[-1 - choice % len(self._claims)]

    def _holds(self, claim: Claim) -> bool:
        return self._model.holds(claim.task.event_key, claim.lease.fence, self._kit.clock.now())

    @rule(lane=LANES, priority=PRIORITIES)
    def submit(self, lane: str, priority: Priority) -> None:
        """Submit something new."""
        key = f"e{len(self._model.tasks)}"
        task = new_task(key, lane, priority=priority)
        self._tasks[key] = task

        assert self._run(self._kit.inbox.submit(task))

        assert self._model.submit(key, lane, priority, self._kit.clock.now())

    @precondition(lambda self: self._model.tasks)
    @rule(choice=CHOICES, lane=LANES)
    def submit_again(self, choice: int, lane: str) -> None:
        """Submit an event that came before."""
        assert not self._run(self._kit.inbox.submit(new_task(self._some_key(choice), lane)))

    @rule()
    def claim(self) -> None:
        """Claim what is next."""
        now = self._kit.clock.now()
        expected = self._model.next_ones(now)

        claims = self._run(self._kit.inbox.claim())

        assert len(claims) == bool(expected)
        for claim in claims:
            assert claim.task.event_key in expected
            self._model.claim(claim.task.event_key, now)
            self._claims.append(claim)

    @precondition(lambda self: self._claims)
    @rule(choice=CHOICES)
    def extend(self, choice: int) -> None:
        """Renew a lease, held or lost."""
        claim = self._some_claim(choice)
        if not self._holds(claim):
            with pytest.raises(LeaseLostError):
                self._run(self._kit.inbox.extend(claim.lease))
            return
        task = self._model.tasks[claim.task.event_key]

        assert self._run(self._kit.inbox.extend(claim.lease)) == task.is_cancel_requested

        task.lease_until = self._kit.clock.now() + self._kit.inbox.lease_time

    @precondition(lambda self: self._claims)
    @rule(choice=CHOICES, status=ENDINGS)
    def finish(self, choice: int, status: TaskStatus) -> None:
        """End a task for good."""
        self._leave(self._some_claim(choice), Leaving(status=status))

    @precondition(lambda self: self._claims)
    @rule(choice=CHOICES, seconds=SECONDS)
    def give_back(self, choice: int, seconds: int) -> None:
        """End a claim, to go on later."""
        later = self._kit.clock.now() + timedelta(seconds=seconds)
        leaving = Leaving(status=TaskStatus.PENDING, not_before=later)
        self._leave(self._some_claim(choice), leaving)

    @precondition(lambda self: self._claims)
    @rule(choice=CHOICES)
    def wait(self, choice: int) -> None:
        """Ask a person."""
        claim = self._some_claim(choice)
        if self._holds(claim):
            scope = JournalScope(lease=claim.lease, task=claim.task)
            journal = StoredJournal(
                self._kit.database, self._kit.clock, scope, claim.task.task_id, ()
            )
            step = Step(key=f"tool:{claim.lease.fence}", kind=StepKind.TOOL, name=ASK)
            self._run(journal.intend(step))
        self._leave(claim, Leaving(status=TaskStatus.WAITING_INPUT))

    def _leave(self, claim: Claim, leaving: Leaving) -> None:
        work = self._kit.inbox.leave(claim.lease, Ending(leaving=leaving))
        if not self._holds(claim):
            with pytest.raises(LeaseLostError):
                self._run(work)
            return
        self._run(work)
        self._model.leave(claim.task.event_key, leaving.status, leaving.not_before)

    @precondition(lambda self: self._model.tasks)
    @rule(choice=CHOICES)
    def resume(self, choice: int) -> None:
        """Answer a question, open or not."""
        key = self._some_key(choice)

        is_resumed = self._run(self._kit.inbox.resume(self._tasks[key].task_id, ASK, "yes"))

        assert is_resumed == self._model.resume(key)

    @precondition(lambda self: self._model.tasks)
    @rule(choice=CHOICES)
    def cancel(self, choice: int) -> None:
        """Cancel a task, wherever it stands."""
        key = self._some_key(choice)

        is_cancelled = self._run(self._kit.inbox.cancel(self._tasks[key].task_id, ""))

        assert is_cancelled == self._model.cancel(key)

    @rule(seconds=SECONDS)
    def let_time_pass(self, seconds: int) -> None:
        """Leases may run out by this, and tasks age."""
        self._kit.clock.advance(timedelta(seconds=seconds))

    @rule()
    def start_again(self) -> None:
        """Do what a new process does at its start."""
        expected = self._model.take_over(self._kit.clock.now())

        assert self._run(self._kit.inbox.take_over()) == expected

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        """Every task is there as the model has it, no lane runs twice, and fences only rise."""
        rows = self._run(
            query(
                self._kit.database,
                "SELECT event_key, lane, status, fence, lane_seq, is_cancel_requested FROM tasks",
            )
        )

        assert self._model.states() == {
            row.text("event_key"): (
                row.text("status"),
                row.integer("fence"),
                row.integer("lane_seq"),
                row.flag("is_cancel_requested"),
            )
            for row in rows
        }
        running = [row.text("lane") for row in rows if row.text("status") == "running"]
        assert len(running) == len(set(running))
        for row in rows:
            assert row.integer("fence") >= self._fences.get(row.text("event_key"), 0)
        self._fences = {row.text("event_key"): row.integer("fence") for row in rows}


@asynccontextmanager
async def fresh_sqlite(template: Path, path: Path) -> AsyncIterator[Database]:
    """Open a copy of a SQLite database that replaces the one before it."""
    shutil.copy(template, path)
    async with open_database(f"sqlite://{path}") as database:
        yield database


@asynccontextmanager
async def fresh_postgres(url: str) -> AsyncIterator[Database]:
    """Open a PostgreSQL database, without what was in it."""
    await remove_all_rows(url)
    async with open_database(url) as database:
        yield database


def test_inbox_does_what_its_model_does_on_sqlite(migrated_sqlite: Path, tmp_path: Path) -> None:
    """Random lives of an inbox, each on a fresh SQLite database."""

    class Machine(InboxMachine):
        def fresh_database(self) -> AbstractAsyncContextManager[Database]:
            return fresh_sqlite(migrated_sqlite, tmp_path / "crewdesk.db")

    run_state_machine_as_test(Machine, settings=settings(max_examples=60, stateful_step_count=40))


def test_inbox_does_what_its_model_does_on_postgres(migrated_postgres: str) -> None:
    """Random lives of an inbox, each on a fresh PostgreSQL database."""

    class Machine(InboxMachine):
        def fresh_database(self) -> AbstractAsyncContextManager[Database]:
            return fresh_postgres(migrated_postgres)

    run_state_machine_as_test(Machine, settings=settings(max_examples=15, stateful_step_count=40))
