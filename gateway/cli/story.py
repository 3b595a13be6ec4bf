"""What happened to a task, as entries in the order in which it happened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from pydantic import ValidationError

from gateway.cli.words import excerpt, seconds
from gateway.lifecycle import TERMINAL
from gateway.store.history import Happening, TaskRecord
from gateway.store.jobs import Job
from gateway.store.outbox import OutboxPart
from gateway.store.steps import StepRow
from workers.agent.journal import StepKind, StepState
from workers.agent.record import decode
from workers.models.protocol import ModelAnswer

UNFINISHED = "(no outcome recorded)"


class EntryKind(StrEnum):
    """What an entry tells of; shown as the first word of its line."""

    ACCEPTED = "accepted"
    ATTEMPT = "attempt"
    MODEL = "model"
    TOOL = "tool"
    NOTE = "note"
    JOB = "job"
    EVENT = "event"
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
    """Tell what happened to a task: its acceptance, its own steps, its workers', its sends."""
    entries = [
        Entry(at=record.task.created_at, kind=EntryKind.ACCEPTED, text=_accepted(record)),
        *_steps(record),
        *(_happening(one) for one in record.happenings),
        *(_send(part) for part in record.parts),
    ]
    if record.task.status in TERMINAL:
        entries.append(Entry(at=record.task.updated_at, kind=EntryKind.END, text=_end(record)))
    # The sort is stable: of what has the same time, the cause stands before its effect.
    ordered = sorted(entries, key=lambda entry: entry.at)
    return list(_with_jobs(ordered, record))


def _accepted(record: TaskRecord) -> str:
    task, talk = record.task, record.conversation
    place = f" in {talk.address.key}" if talk is not None else ""
    return f"{task.source} as {task.priority.name.lower()}{place}"


def _steps(record: TaskRecord) -> Iterator[Entry]:
    """Tell the Manager's own steps, and where each attempt began to record any."""
    attempt = 0
    for step in record.steps:
        if step.attempt != attempt:
            attempt = step.attempt
            yield Entry(at=step.started_at, kind=EntryKind.ATTEMPT, text=str(attempt))
        if step.run_id == record.task.task_id:
            yield _step(step, depth=0)


def _with_jobs(entries: list[Entry], record: TaskRecord) -> Iterator[Entry]:
    """Put each job, followed by its worker's own steps, where it was handed out."""
    jobs = list(record.jobs)
    for entry in entries:
        while jobs and jobs[0].created_at < entry.at:
            yield from _job(jobs.pop(0), record.steps_of_runs)
        yield entry
    for job in jobs:
        yield from _job(job, record.steps_of_runs)
