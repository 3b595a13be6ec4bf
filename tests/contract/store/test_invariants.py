"""The invariants of the schema hold against raw writes: nothing depends on who writes."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.errors import ConflictError
from gateway.store.database import Database
from gateway.store.statement import Value, insert
from tests.doubles.clock import START
from tests.doubles.databases import count, query

Values = Mapping[str, Value]

ONE = UUID(int=1)
TASK: Values = {
    "task_id": ONE,
    "source": "user_chat",
    "goal": "",
    "priority": 1,
    "created_at": START,
    "updated_at": START,
    "status": "pending",
    "event_key": "e1",
    "lane": "a",
    "lane_seq": 1,
}
USER: Values = {"user_id": ONE, "role": "member", "name": "Ann", "created_at": START}
IDENTITY: Values = {
    "user_id": ONE,
    "channel": "slack",
    "account": "bot",
    "sender_id": "U1",
    "created_at": START,
}
PAIRING: Values = {
    "channel": "slack",
    "account": "bot",
    "sender_id": "U1",
    "sender_name": "Ann",
    "conversation": "",
    "code_hash": "",
    "expires_at": START,
    "created_at": START,
}
PLACE: Values = {
    "conversation_id": ONE,
    "channel": "slack",
    "account": "bot",
    "chat_id": "C1",
    "kind": "group",
    "created_at": START,
    "updated_at": START,
}
MESSAGE: Values = {
    "conversation_id": ONE,
    "epoch": 0,
    "direction": "in",
    "event_key": "e1",
    "text": "",
    "created_at": START,
}
STEP: Values = {
    "task_id": ONE,
    "run_id": ONE,
    "step_key": "model:1",
    "kind": "model",
    "state": "intent",
    "attempt": 1,
    "started_at": START,
}
EVENT: Values = {"task_id": ONE, "event_no": 1, "name": "failed", "created_at": START}
SLOT: Values = {"slot_id": "worker/0", "worker_id": "worker", "job_id": ONE}
PART: Values = {
    "outbox_id": ONE,
    "part_key": "p1",
    "kind": "final",
    "conversation_id": ONE,
    "channel": "slack",
    "part_no": 0,
    "text": "",
    "state": "queued",
    "created_at": START,
    "expires_at": START,
}
USE: Values = {
    "task_id": ONE,
    "run_id": ONE,
    "step_key": "model:1",
    "source": "user_chat",
    "model": "m",
    "input_tokens": 1,
    "cached_tokens": 0,
    "output_tokens": 1,
    "duration_ms": 1,
    "created_at": START,
}
TARGET: Values = {"schedule_id": ONE, "conversation_id": ONE}
TICK: Values = {
    "schedule_id": ONE,
    "due_at": START,
    "last_due_at": START,
    "state": "fired",
    "created_at": START,
}
HELD: Values = {
    "task_id": ONE,
    "conversation_id": ONE,
    "user_id": "",
    "text": "",
    "release_at": START,
    "created_at": START,
}
WATCH: Values = {"user_id": "u", "subject": "notes.md"}
MARK: Values = {"user_id": "u", "source": "task", "fingerprint": "f", "created_at": START}
FILE: Values = {
    "file_id": ONE,
    "event_key": "e1",
    "attachment_no": 0,
    "task_id": ONE,
    "conversation_id": ONE,
    "channel": "slack",
    "kind": "document",
    "platform_file_id": "F1",
    "name": "report.pdf",
    "state": "wanted",
    "path": "inbox/report.pdf",
    "created_at": START,
    "updated_at": START,
}
PROPOSAL: Values = {
    "proposal_id": ONE,
    "name": "dice",
    "digest": "d1",
    "state": "open",
    "task_id": ONE,
    "created_at": START,
}
OTHER = UUID(int=2)

# Each is a row that may not follow the first one, and the same with the one value that lets it.
TWICE: dict[str, tuple[str, Values, Values, Values]] = {
    "one_user_per_sender": ("identities", IDENTITY, {}, {"account": "bot2"}),
    "one_pairing_per_sender": ("pairings", PAIRING, {}, {"sender_id": "U2"}),
    "one_row_per_place": (
        "conversations",
        PLACE,
        {"conversation_id": OTHER, "chat_id": "C2"},
        {"thread_id": "t"},
    ),
    "one_message_per_event": ("messages", MESSAGE, {}, {"event_key": None}),
    "one_task_per_event": (
        "tasks",
        TASK,
        {"task_id": OTHER, "lane_seq": 2},
        {"event_key": "e2"},
    ),
    "one_place_in_lane": (
        "tasks",
        TASK,
        {"task_id": OTHER, "event_key": "e2"},
        {"lane_seq": 2},
    ),
    "one_running_per_lane": (
        "tasks",
        {**TASK, "status": "running"},
        {"task_id": OTHER, "event_key": "e2", "lane_seq": 2},
        {"lane": "b"},
    ),
    "one_row_per_step": ("steps", STEP, {}, {"step_key": "model:2"}),
    "one_number_per_event": ("timeline_events", EVENT, {}, {"event_no": 2}),
    "one_slot_per_job": ("worker_slots", SLOT, {"slot_id": "worker/1"}, {"job_id": OTHER}),
    "one_row_per_part": ("outbox", PART, {"outbox_id": OTHER}, {"part_key": "p2"}),
    "one_count_per_call": ("usage", USE, {}, {"run_id": OTHER}),
    "one_target_per_conversation": ("schedule_targets", TARGET, {}, {"conversation_id": OTHER}),
    "one_tick_per_instant": ("schedule_ticks", TICK, {}, {"due_at": START + timedelta(hours=1)}),
    "one_watch_per_subject": ("heartbeat_watches", WATCH, {}, {"subject": "other.md"}),
    "one_mark_per_finding": ("heartbeat_marks", MARK, {}, {"fingerprint": "g"}),
    "one_held_message": ("held_messages", HELD, {}, {"conversation_id": OTHER}),
    "one_open_proposal_per_skill": (
        "skill_proposals",
        PROPOSAL,
        {"proposal_id": OTHER},
        {"state": "denied"},
    ),
    "one_file_per_attachment": ("files", FILE, {"file_id": OTHER}, {"attachment_no": 1}),
}


async def write(database: Database, table: str, values: Values) -> None:
    """Insert one row, past all scripts."""
    statement = insert(table, values)
    await query(database, statement.sql, **statement.parameters)


@pytest.fixture
async def filled(database: Database) -> Database:
    """Return a database with the rows that others refer to."""
    await write(database, "users", USER)
    await write(database, "conversations", {**PLACE, "chat_id": "C2"})
    return database


@pytest.mark.parametrize("invariant", sorted(TWICE))
async def test_second_row_of_its_kind_is_refused(filled: Database, invariant: str) -> None:
    """Each unique index refuses exactly what it is there for, and keeps nothing of it."""
    table, first, change, mended = TWICE[invariant]
    if invariant != "one_row_per_place":  # for which the fixture's row is the first
        await write(filled, table, first)
    second = {**first, **change}
    before = await count(filled, table)

    with pytest.raises(ConflictError):
        await write(filled, table, second)

    assert await count(filled, table) == before
    await write(filled, table, {**second, **mended})


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("messages", {**MESSAGE, "conversation_id": OTHER}),
        ("outbox", {**PART, "conversation_id": OTHER}),
        ("files", {**FILE, "conversation_id": OTHER}),
        ("identities", {**IDENTITY, "user_id": OTHER}),
    ],
)
async def test_row_without_its_owner_is_refused(filled: Database, table: str, row: Values) -> None:
    """Nothing is said in a conversation that does not exist, nobody has an account of no one."""
    with pytest.raises(ConflictError):
        await write(filled, table, row)


async def test_each_unique_index_is_tried_above(filled: Database) -> None:
    """An invariant that is added to the schema must be added to this test."""
    sql = (
        "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE UNIQUE INDEX one_%'"
        if filled.url.startswith("sqlite")
        else "SELECT indexname::text AS name FROM pg_indexes WHERE indexname LIKE 'one_%'"
    )

    rows = await query(filled, sql)

    assert {row.text("name") for row in rows} == set(TWICE)
