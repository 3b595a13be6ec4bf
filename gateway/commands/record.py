"""The record of a task, line by line: its steps, its workers' jobs, its sends."""

from collections import Counter
from collections.abc import Sequence

from gateway.commands.call import Call
from gateway.commands.layout import code, excerpt, plain, seconds
from gateway.phrases import Phrase
from gateway.store.files import ReceivedFile
from gateway.store.jobs import Job
from gateway.store.outbox import OutboxKind, OutboxPart
from gateway.store.overview import ModelCall
from gateway.store.steps import StepRow
from workers.agent.journal import StepKind

SHOWN_STEPS = 30


def step_lines(call: Call, steps: Sequence[StepRow], used: Sequence[ModelCall]) -> list[str]:
    """Describe the model and tool calls, the newest of them where there are many."""
    costs = {(one.run_id, one.step_key): one for one in used}
    shown = [step for step in steps if step.kind is not StepKind.NOTE]
    earlier = len(shown) - SHOWN_STEPS
    first = [call.say(Phrase.STEPS_EARLIER, count=earlier)] if earlier > 0 else []
    return first + [
        _step_line(call, step, costs.get((step.run_id, step.step_key)))
        for step in shown[-SHOWN_STEPS:]
    ]


def _step_line(call: Call, step: StepRow, cost: ModelCall | None) -> str:
    kind = Phrase.STEP_MODEL if step.kind is StepKind.MODEL else Phrase.STEP_TOOL
    facts = [call.say(kind, name=code(cost.model if cost else step.name))]
    if cost is not None:
        facts.append(tokens(call, cost.input_tokens, cost.output_tokens))
        facts.append(seconds(cost.duration))
    elif step.ended_at is None:
        facts.append(call.say(Phrase.STEP_OPEN))
    else:
        facts.append(seconds(step.ended_at - step.started_at))
    return " · ".join(facts)


def tokens(call: Call, read: int, written: int) -> str:
    """Say how many tokens went in and out."""
    return call.say(Phrase.TOKENS, read=f"{read:,}", written=f"{written:,}")


def job_lines(call: Call, jobs: Sequence[Job]) -> list[str]:
    """Describe what was handed to workers."""
    return [
        f"{code(job.worker_id)} · {call.say(Phrase(f'job_{job.status}'))} · "
        f"{excerpt(job.error or job.instruction)}"
        for job in jobs
    ]


def part_lines(call: Call, parts: Sequence[OutboxPart]) -> list[str]:
    """Describe what was sent to people; a preview is the beginning of an answer, not a part."""
    return [_part_line(call, part) for part in parts if part.kind is not OutboxKind.PREVIEW]


def _part_line(call: Call, part: OutboxPart) -> str:
    facts = [
        call.say(Phrase.PART, number=part.part_no + 1, kind=part.kind),
        call.say(Phrase(f"send_{part.state}")),
    ]
    if part.sent_at is not None:
        facts.append(f"{part.sent_at:%Y-%m-%d %H:%M:%S} UTC")
    if part.file is not None:
        facts.append(code(part.file.name))
    if part.is_ambiguous:
        facts.append(call.say(Phrase.SEND_AMBIGUOUS))
    if part.error:
        facts.append(plain(part.error))
    return " · ".join(facts)


def file_lines(call: Call, files: Sequence[ReceivedFile]) -> list[str]:
    """Describe the files that came for a task."""
    return [_file_line(call, file) for file in files]


def _file_line(call: Call, file: ReceivedFile) -> str:
    size = f"{file.size_bytes:,} B" if file.size_bytes is not None else ""
    state = call.say(Phrase(f"file_{file.state}"))
    facts = (code(file.path), size, state, plain(file.error))
    return " · ".join(fact for fact in facts if fact)


def tool_counts(steps: Sequence[StepRow]) -> str:
    """List the tools that were called, each with how often; empty where there were none."""
    counts = Counter(step.name for step in steps if step.kind is StepKind.TOOL)
    return ", ".join(
        code(name) if count == 1 else f"{code(name)} × {count}" for name, count in counts.items()
    )
