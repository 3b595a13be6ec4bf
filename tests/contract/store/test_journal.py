"""The journal: a step exists once, its first result stays, its cost is counted once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.errors import LeaseLostError
from gateway.inbox import Claim, Ending
from gateway.journal import JournalScope, StoredJournal
from gateway.lifecycle import TaskStatus
from gateway.store.tasks import Leaving
from tests.contract.inbox.kit import LEASE, InboxKit
from tests.doubles.databases import count, query
from workers.agent.journal import ModelCost, Recorded, Step, StepKind, StepState
from workers.models.protocol import Usage

MODEL = Step(key="model:1", kind=StepKind.MODEL, name="m", request="{}")
TOOL = Step(key="tool:1", kind=StepKind.TOOL, name="bash", request="{}")
COST = ModelCost(
    model="m", usage=Usage(input_tokens=7, output_tokens=5), duration=timedelta(seconds=1.5)
)


def journal_of(kit: InboxKit, claim: Claim) -> StoredJournal:
    """Return the journal of the Manager's own run."""
    scope = JournalScope(lease=claim.lease, task=claim.task)
    return StoredJournal(kit.database, kit.clock, scope, claim.task.task_id, claim.steps)


async def test_step_is_known_from_its_intent_on(kit: InboxKit) -> None:
    """Within a run nothing needs to be read back."""
    journal = journal_of(kit, await kit.claim_new())
    assert journal.recall("tool:1") is None

    await journal.intend(TOOL)
    assert journal.recall("tool:1") == Recorded(state=StepState.INTENT)

    await journal.complete("tool:1", "done")
    assert journal.recall("tool:1") == Recorded(state=StepState.DONE, result="done")


async def test_next_attempt_recalls_what_was_recorded(kit: InboxKit) -> None:
    """After a crash a result is a result, and an intent is an intent."""
    journal = journal_of(kit, await kit.claim_new())
    journal.keep(MODEL, "an answer", COST)
    await journal.intend(TOOL)
    kit.clock.advance(timedelta(seconds=60))

    again = journal_of(kit, await kit.claim())

    assert again.recall("model:1") == Recorded(state=StepState.DONE, result="an answer")
    assert again.recall("tool:1") == Recorded(state=StepState.INTENT)


async def test_repeated_records_change_nothing(kit: InboxKit) -> None:
    """Intents and results may be written twice; the first of each stays."""
    journal = journal_of(kit, await kit.claim_new())
    for result in ("first", "second"):
        await journal.intend(TOOL)
        await journal.complete("tool:1", result)

    rows = await query(kit.database, "SELECT state, result FROM steps")

    assert [(row.text("state"), row.text("result")) for row in rows] == [("done", "first")]


async def test_model_call_is_counted_once(kit: InboxKit) -> None:
    """Recording a call again does not charge it again."""
    journal = journal_of(kit, await kit.claim_new())
    for result in ("an answer", "another answer"):
        journal.keep(MODEL, result, COST)
        await journal.flush()

    rows = await query(
        kit.database, "SELECT model, input_tokens, output_tokens, duration_ms, source FROM usage"
    )

    (row,) = rows
    assert (row.text("model"), row.text("source")) == ("m", "user_chat")
    assert (row.integer("input_tokens"), row.integer("output_tokens")) == (7, 5)
    assert row.integer("duration_ms") == 1500


async def test_small_talk_is_not_tracked(kit: InboxKit) -> None:
    """A task that only asked the model is not shown; one that used a tool is."""
    claim = await kit.claim_new()
    journal = journal_of(kit, claim)

    journal.keep(MODEL, "an answer", COST)
    await journal.flush()
    assert not (await kit.find(claim.task.task_id)).is_tracked

    await journal.intend(TOOL)
    assert (await kit.find(claim.task.task_id)).is_tracked


async def test_runs_of_one_task_do_not_mix(kit: InboxKit) -> None:
    """A worker's run under the same task has steps of its own."""
    claim = await kit.claim_new()
    scope = JournalScope(lease=claim.lease, task=claim.task)
    worker = StoredJournal(kit.database, kit.clock, scope, UUID(int=9), ())

    await journal_of(kit, claim).intend(TOOL)
    assert worker.recall("tool:1") is None
    await worker.intend(TOOL)

    assert await count(kit.database, "steps") == 2


async def test_answer_is_recorded_by_whatever_follows_from_it(kit: InboxKit) -> None:
    """Before that nobody but its run knows it, and a crash takes it along."""
    claim = await kit.claim_new()
    journal = journal_of(kit, claim)

    journal.keep(MODEL, "an answer", COST)
    assert journal.recall("model:1") == Recorded(state=StepState.DONE, result="an answer")
    assert await count(kit.database, "steps") == 0

    await journal.intend(TOOL)
    assert await count(kit.database, "steps", "state = 'done'") == 1
    assert (await kit.find(claim.task.task_id)).barren_attempts == 0


async def test_calls_side_by_side_are_not_recorded_before_their_answer(kit: InboxKit) -> None:
    """Also where transactions overtake each other: none of them runs on an unrecorded answer."""
    journal = journal_of(kit, await kit.claim_new())
    journal.keep(MODEL, "an answer", COST)

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(journal.intend(replace(TOOL, key=f"tool:{number}")))

    rows = await query(kit.database, "SELECT step_key FROM steps ORDER BY step_id")
    assert rows[0].text("step_key") == "model:1"
    assert len(rows) == 6


async def test_end_of_a_run_records_its_last_answer(kit: InboxKit) -> None:
    """The answer, its cost and the end of the task are one transaction."""
    claim = await kit.claim_new()
    journal = journal_of(kit, claim)
    journal.keep(MODEL, "an answer", COST)

    leaving = Leaving(status=TaskStatus.COMPLETED)
    await kit.inbox.leave(claim.lease, Ending(leaving=leaving, answers=journal.kept))

    assert await count(kit.database, "steps", "result = 'an answer'") == 1
    assert await count(kit.database, "usage") == 1


async def test_answer_of_a_lost_lease_is_discarded(kit: InboxKit) -> None:
    """Whoever holds the task now asks the model again."""
    journal = journal_of(kit, await kit.claim_new())
    journal.keep(MODEL, "an answer", COST)
    kit.clock.advance(LEASE)

    with pytest.raises(LeaseLostError):
        await journal.flush()

    assert await count(kit.database, "steps") == await count(kit.database, "usage") == 0
