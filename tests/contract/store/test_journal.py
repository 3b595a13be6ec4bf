"""The journal: a step exists once, its first result stays, its cost is counted once."""

from datetime import timedelta
from uuid import UUID

from gateway.inbox import Claim
from gateway.journal import JournalScope, StoredJournal
from tests.contract.inbox.kit import InboxKit
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
    await journal.intend(MODEL)
    await journal.complete("model:1", "an answer", COST)
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
    await journal.intend(MODEL)
    for _ in range(2):
        await journal.complete("model:1", "an answer", COST)

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

    await journal.intend(MODEL)
    assert not (await kit.find(claim.task.task_id)).is_tracked

    await journal.intend(TOOL)
    assert (await kit.find(claim.task.task_id)).is_tracked


async def test_runs_of_one_task_do_not_mix(kit: InboxKit) -> None:
    """A worker's run under the same task has steps of its own."""
    claim = await kit.claim_new()
    scope = JournalScope(lease=claim.lease, task=claim.task)
    worker = StoredJournal(kit.database, kit.clock, scope, UUID(int=9), ())

    await journal_of(kit, claim).intend(MODEL)
    assert worker.recall("model:1") is None
    await worker.intend(MODEL)

    assert await count(kit.database, "steps") == 2
