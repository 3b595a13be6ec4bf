"""What happened to a task, as entries in the order in which it happened."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from pydantic import ValidationError

from gateway.cli.words import excerpt, seconds
from gateway.lifecycle import TERMINAL, TaskStatus
from gateway.store.files import ReceivedFile
from gateway.store.history import Happening, TaskRecord
from gateway.store.jobs import OPEN_JOBS, Job
from gateway.store.outbox import OutboxPart
from gateway.store.steps import StepRow
from workers.agent.journal import StepKind, StepState
from workers.agent.record import decode
from workers.models.protocol import ModelAnswer

NO_OUTCOME = "no outcome recorded"


class EntryKind(StrEnum):
    """What an entry tells of; the first word of its line."""

    ACCEPTED = "accepted"
    ATTEMPT = "attempt"
    MODEL = "model"
    TOOL = "tool"
    NOTE = "note"
    JOB = "job"
    EVENT = "event"
    FILE = "file"
    SEND = "send"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened; `depth` is 1 for what a worker did within its job."""

    at: datetime
    kind: EntryKind
    text: str
    depth: int = 0


def story(record: TaskRecord) -> list[Entry]:
    """Tell what happened to a task: its acceptance, its steps, its workers' jobs, its sends.

    What a worker did stands together, behind the job for which it was done.
    """
    # The sort is stable: of what has the same time, the cause stands before its effect.
    blocks = sorted(_blocks(record), key=lambda block: block[0].at)
    return [entry for block in blocks for entry in block]


def _blocks(record: TaskRecord) -> Iterator[list[Entry]]:
    task = record.task
    yield [Entry(at=task.created_at, kind=EntryKind.ACCEPTED, text=_accepted(record))]
    yield from ([entry] for entry in _own_steps(record))
    yield from (_job_block(job, record) for job in record.jobs)
    if _is_asking(record):
        text = f"being asked, {NO_OUTCOME}"
        yield [Entry(at=task.updated_at, kind=EntryKind.MODEL, text=text)]
    yield from ([_file(one)] for one in record.files)
    yield from ([_event(one)] for one in record.happenings)
    if task.status in TERMINAL:
        yield [_end(record)]
    yield from ([_send(part)] for part in record.parts)


def _is_asking(record: TaskRecord) -> bool:
    """Tell whether the Manager's model is being asked: only its answer will be recorded."""
    own = [row for row in record.steps if row.run_id == record.task.task_id]
    is_at_tools = any(row.state is StepState.INTENT for row in own)
    waits_for_work = any(job.status in OPEN_JOBS for job in record.jobs)
    return record.task.status is TaskStatus.RUNNING and not (is_at_tools or waits_for_work)


def _accepted(record: TaskRecord) -> str:
    task, talk = record.task, record.conversation
    place = f" in {talk.address.key}" if talk is not None else ""
    return f"{task.source}, priority {task.priority.name.lower()}{place}"


def _own_steps(record: TaskRecord) -> Iterator[Entry]:
    """Tell the Manager's steps, and where each attempt began to record any."""
    attempt = 0
    for row in record.steps:
        if row.run_id != record.task.task_id:
            continue
        if row.attempt != attempt:
            attempt = row.attempt
            yield Entry(at=row.started_at, kind=EntryKind.ATTEMPT, text=str(attempt))
        yield _step(row)


def _job_block(job: Job, record: TaskRecord) -> list[Entry]:
    outcome = excerpt(job.error or job.result) or NO_OUTCOME
    took = "" if job.ended_at is None else f", {seconds(job.ended_at - job.created_at)}"
    text = f"{job.worker_id} {job.status}{took}: {excerpt(job.instruction)} → {outcome}"
    own = [_step(row, depth=1) for row in record.steps if row.run_id == job.job_id]
    return [Entry(at=job.created_at, kind=EntryKind.JOB, text=text), *own]


def _step(row: StepRow, depth: int = 0) -> Entry:
    is_done = row.state is StepState.DONE
    match row.kind:
        case StepKind.MODEL:
            kind = EntryKind.MODEL
            text = _model_call(row.result) if is_done else f"{row.name}: {NO_OUTCOME}"
        case StepKind.TOOL:
            kind = EntryKind.TOOL
            text = f"{row.name}{_took(row)} {excerpt(row.request)} → {_outcome(row)}"
        case StepKind.NOTE:
            kind, text = EntryKind.NOTE, _outcome(row)
        case _:
            assert_never(row.kind)
    return Entry(at=row.started_at, kind=kind, text=text, depth=depth)


def _took(row: StepRow) -> str:
    return "" if row.ended_at is None else f" {seconds(row.ended_at - row.started_at)}"


def _outcome(row: StepRow) -> str:
    return excerpt(row.result) if row.state is StepState.DONE else NO_OUTCOME


def _model_call(result: str) -> str:
    try:
        answer = decode(result)
    except ValidationError:
        return "the record cannot be read"
    used = answer.usage
    tokens = f"{used.input_tokens} in, {used.cached_tokens} cached, {used.output_tokens} out"
    return f"{answer.model} {seconds(answer.duration)} ({tokens}) → {_decided(answer)}"


def _decided(answer: ModelAnswer) -> str:
    """Say what a model wanted: to call tools, or to say something."""
    if answer.tool_calls:
        return "calls " + ", ".join(call.name for call in answer.tool_calls)
    return f"says {excerpt(answer.text)}"


def _event(one: Happening) -> Entry:
    detail = excerpt(json.dumps(one.detail, ensure_ascii=False)) if one.detail else ""
    return Entry(at=one.created_at, kind=EntryKind.EVENT, text=f"{one.name} {detail}".rstrip())


def _file(file: ReceivedFile) -> Entry:
    size = f", {file.size_bytes} bytes" if file.size_bytes is not None else ""
    facts = [
        f"{file.kind} {file.state}: {file.path}{size}",
        f"{file.attempt} tries" if file.attempt > 1 else "",
        f"transcribed: {excerpt(file.transcript)}" if file.transcript else "",
        excerpt(file.error),
    ]
    text = ", ".join(fact for fact in facts if fact)
    return Entry(at=file.updated_at, kind=EntryKind.FILE, text=text)


def _send(part: OutboxPart) -> Entry:
    facts = [
        f"{part.kind} part {part.part_no + 1} to {part.address.channel}: {part.state}",
        f"file {part.file.path}" if part.file is not None else "",
        f"id {excerpt(part.platform_message_id)}" if part.platform_message_id else "",
        f"{part.attempt} tries" if part.attempt > 1 else "",
        "ambiguous" if part.is_ambiguous else "",
        "recovered: sent once more" if part.is_recovered else "",
        excerpt(part.error),
    ]
    at = part.first_tried_at or part.created_at
    return Entry(at=at, kind=EntryKind.SEND, text=", ".join(fact for fact in facts if fact))


def _end(record: TaskRecord) -> Entry:
    task = record.task
    why = f": {excerpt(task.dispatch_reason)}" if task.dispatch_reason else ""
    said = f" → {excerpt(task.final_output)}" if task.final_output else ""
    took = seconds(task.updated_at - task.created_at)
    return Entry(
        at=task.updated_at, kind=EntryKind.END, text=f"{task.status} after {took}{why}{said}"
    )
