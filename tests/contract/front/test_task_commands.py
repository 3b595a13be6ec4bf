"""/tasks, /task and /why."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.envelope import Source
from gateway.inbox import Claim, Ending
from gateway.lifecycle import TaskStatus
from gateway.store import jobs, outbox, steps
from gateway.store.outbox import OutboxKind, OutboxState, Outcome
from gateway.store.statement import Script
from gateway.store.steps import ModelUse, StepRow
from gateway.store.tasks import Leaving
from tests.contract.front.kit import MEMBER, OWNER, Front, message, replying
from tests.contract.inbox.kit import new_part, new_task
from tests.contract.store.kit import new_job, send_lease
from tests.doubles.databases import query
from workers.agent.journal import StepKind, StepState
from workers.models.protocol import Usage


async def work(front: Front, text: str, sender: str = OWNER) -> Claim:
    """Write something and claim the task that it makes."""
    await front.write(text, sender)
    (claim,) = await front.inbox.claim()
    return claim


def step(claim: Claim, kind: StepKind, name: str) -> StepRow:
    """Return a call that begins when the task was claimed."""
    return StepRow(
        run_id=claim.task.task_id,
        step_key=f"{kind}:{name}",
        kind=kind,
        name=name,
        state=StepState.INTENT,
        request="",
        result="",
        attempt=1,
        started_at=claim.task.updated_at,
        ended_at=None,
    )


async def record(front: Front, claim: Claim) -> None:
    """Record a model call, a finished tool call, one that is not finished, and a worker's job."""
    start = claim.task.updated_at
    later = start + timedelta(seconds=2.5)
    model, tool = step(claim, StepKind.MODEL, "m"), step(claim, StepKind.TOOL, "read")
    use = ModelUse(
        model="big-1",
        usage=Usage(input_tokens=1234, cached_tokens=200, output_tokens=56),
        duration=timedelta(seconds=1.5),
        user_id=claim.task.user_id,
        source=claim.task.source,
    )

    def script() -> Script[None]:
        for one in (model, tool, step(claim, StepKind.TOOL, "bash")):
            yield from steps.intend(claim.lease, one)
        for one in (model, tool):
            yield from steps.complete(claim.lease, one.run_id, one.step_key, "ok", later)
        yield from steps.count_use(claim.task.task_id, model.run_id, model.step_key, use, later)
        yield from jobs.make(claim.lease, new_job(claim.task.task_id, start), 1)

    await front.database.transact("record", script)


async def answer(front: Front, claim: Claim, message_id: str) -> None:
    """Finish a task with an answer that arrives under a platform's id."""
    assert claim.conversation is not None
    part = new_part(claim.conversation, f"f{message_id}", task_id=claim.task.task_id)
    leaving = Leaving(status=TaskStatus.COMPLETED, final_output="the answer")
    await front.inbox.leave(claim.lease, Ending(leaving=leaving, parts=(part,)))
    now = front.clock.now()

    def script() -> Script[None]:
        (queued,) = yield from outbox.of_task(claim.task.task_id)
        fence = yield from outbox.begin(queued, "-", send_lease(since=now), now)
        assert fence is not None
        sent = Outcome(state=OutboxState.SENT, platform_message_id=message_id)
        yield from outbox.settle(queued.outbox_id, fence, sent, now)

    await front.database.transact("answer", script)


async def test_tasks_leave_small_talk_out(front: Front) -> None:
    """A task is listed once it took a tool, a worker or a schedule."""
    await work(front, "hello", MEMBER)
    tracked = await work(front, "read the file")
    await record(front, tracked)
    front.clock.advance(timedelta(minutes=5))

    lines = (await front.write("/tasks")).splitlines()

    short = str(tracked.task.task_id)[:8]
    assert lines[0] == f"- `{short}` running · 5 min ago · read the file"
    assert lines[1:] == ["", "`/task ID` shows what happened."]


async def test_tasks_are_ones_own_and_all_for_admins(front: Front) -> None:
    """A member sees theirs; an admin who asks for all sees whose each one is."""
    await record(front, await work(front, "of the member", MEMBER))
    await record(front, await work(front, "of the owner", OWNER))

    assert "of the owner" not in await front.write("/tasks", MEMBER)
    assert "Only administrators" in await front.write("/tasks all", MEMBER)
    assert "of the member" not in await front.write("/tasks")
    assert "· Ann · of the member" in await front.write("/tasks all")


async def test_tasks_show_the_newest_ten(front: Front) -> None:
    """Those of schedules count without any tool."""
    for number in range(12):
        task = new_task(f"s{number}", "schedule:1")
        await front.inbox.submit(replace(task, source=Source.CRON, goal=f"run {number}."))
        front.clock.advance(timedelta(minutes=1))

    listed = await front.write("/tasks all")

    shown = [number for number in range(12) if f"run {number}." in listed]
    assert shown == list(range(2, 12))


async def test_nobody_has_tasks_at_first(front: Front) -> None:
    """The answer says what would be listed; another word is explained."""
    assert (await front.write("/tasks")).startswith("There are no tasks yet.")
    assert (await front.write("/tasks mine")).startswith("Write `/tasks`")


async def test_task_shows_steps_jobs_and_sends(front: Front) -> None:
    """With tokens and times; what a worker was told is cut to a line."""
    claim = await work(front, "read the file")
    await record(front, claim)
    await answer(front, claim, "77")

    shown = await front.write(f"/task {str(claim.task.task_id)[:8]}")

    assert "> read the file" in shown
    assert "- Source user_chat, priority high, attempt 1" in shown
    assert "- Answer: the answer" in shown
    assert "- model `big-1` · 1,234 tokens in, 56 out · 1.5 s" in shown
    assert "- tool `read` · 2.5 s" in shown
    assert "- tool `bash` · not finished" in shown
    assert "- `worker` · cancelled · the task ended" in shown
    assert "- part 1 (final) · sent · 2026-01-05 12:00:00 UTC" in shown


@pytest.mark.parametrize("prefix", ["", "xyz", "123", "12345678-1234-1234-1234-1234567890123"])
async def test_task_without_an_id_is_explained(front: Front, prefix: str) -> None:
    """Less than four characters find too much."""
    assert (await front.write(f"/task {prefix}")).startswith("Write `/task ID`")


async def test_task_of_somebody_else_is_unknown_to_members(front: Front) -> None:
    """As if there were none; an admin sees it, by the whole id too."""
    claim = await work(front, "of the owner")
    full = str(claim.task.task_id).upper()

    assert await front.write(f"/task {full}", MEMBER) == "I know no such task of yours."
    assert "> of the owner" in await front.write(f"/task {full}")
    assert "> of the owner" in await front.write(f"/task {full.replace('-', '')}")


async def test_beginning_of_two_ids_is_not_enough(front: Front) -> None:
    """The person is asked for more."""
    for ending in ("0" * 28, "f" * 28):
        task = replace(new_task(ending), task_id=UUID(hex=f"abcd{ending}"))
        await front.inbox.submit(task)

    assert (await front.write("/task abcd")).startswith("Several tasks begin like this")
    assert "the goal of" in await front.write("/task abcd0")
    assert await front.write("/task abce") == "I know no such task of yours."


async def test_why_explains_the_newest_answer(front: Front) -> None:
    """Source, task, model, tools, workers and sends."""
    claim = await work(front, "read the file")
    await record(front, claim)
    await answer(front, claim, "77")

    told = await front.write("/why")

    short = str(claim.task.task_id)[:8]
    assert f"- Source user_chat, task `{short}`, completed 0 s ago" in told
    assert "- Model `big-1`: 1,234 tokens in, 56 out, calls: 1" in told
    assert "- Tools: `read`, `bash`" in told
    assert "- Workers: `worker` (cancelled)" in told
    assert "- part 1 (final) · sent" in told


async def test_why_as_a_reply_explains_that_message(front: Front) -> None:
    """Not the newest one; and a message that no task said is not guessed about."""
    first = await work(front, "first")
    await answer(front, first, "77")
    await answer(front, await work(front, "second"), "78")

    told = await front.receive(replying(message("/why", OWNER), "77"))

    assert f"task `{str(first.task.task_id)[:8]}`" in told
    assert "no record" in await front.receive(replying(message("/why", OWNER), "99"))


async def test_why_knows_nothing_of_other_conversations(front: Front) -> None:
    """An answer elsewhere, even with the same platform id, is not explained here."""
    await answer(front, await work(front, "hello"), "77")

    assert "no record" in await front.write("/why", MEMBER)
    assert "no record" in await front.receive(replying(message("/why", MEMBER), "77"))


async def test_preview_is_no_part_of_an_answer(front: Front) -> None:
    """It is the beginning of the message that the final part became."""
    claim = await work(front, "hello")
    assert claim.conversation is not None
    part = new_part(claim.conversation, "p", kind=OutboxKind.PREVIEW, task_id=claim.task.task_id)
    now = front.clock.now()
    await front.database.transact("preview", lambda: outbox.begin_preview(part, "", now))

    assert "part 1" not in await front.write(f"/task {claim.task.task_id}")
    assert len(await query(front.database, "SELECT 1 AS n FROM outbox WHERE kind = 'preview'")) == 1
