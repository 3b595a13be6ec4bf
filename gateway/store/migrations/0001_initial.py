"""The first schema, and the invariants that hold everything together."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations import operations as ops

# Tortoise 1.1.9 leaves a model's unique constraints out of CREATE TABLE and refuses partial ones on
# SQLite, so each invariant is an index of its own, in words that both databases understand.
INVARIANTS = (
    "CREATE UNIQUE INDEX one_user_per_sender ON identities (channel, account, sender_id)",
    "CREATE UNIQUE INDEX one_pairing_per_sender ON pairings (channel, account, sender_id)",
    "CREATE UNIQUE INDEX one_row_per_place ON conversations (channel, account, chat_id, thread_id)",
    "CREATE UNIQUE INDEX one_message_per_event ON messages (event_key)",
    "CREATE UNIQUE INDEX one_task_per_event ON tasks (event_key)",
    "CREATE UNIQUE INDEX one_place_in_lane ON tasks (lane, lane_seq)",
    "CREATE UNIQUE INDEX one_running_per_lane ON tasks (lane) WHERE status = 'running'",
    "CREATE UNIQUE INDEX one_row_per_step ON steps (run_id, step_key)",
    "CREATE UNIQUE INDEX one_number_per_event ON timeline_events (task_id, event_no)",
    "CREATE UNIQUE INDEX one_slot_per_job ON worker_slots (job_id)",
    "CREATE UNIQUE INDEX one_row_per_part ON outbox (part_key)",
    "CREATE UNIQUE INDEX one_count_per_call ON usage (run_id, step_key)",
    # What is still to be delivered, and nothing else, is found through these.
    "CREATE INDEX outbox_open ON outbox (outbox_seq) "
    "WHERE state IN ('queued', 'sending', 'unknown')",
    "CREATE INDEX outbox_open_in_order ON outbox (conversation_id, outbox_seq) "
    "WHERE state IN ('queued', 'sending', 'unknown')",
    "CREATE INDEX messages_heard ON messages (conversation_id, message_seq) "
    "WHERE platform_message_id <> ''",
    "CREATE INDEX outbox_sent_ids ON outbox (conversation_id, platform_message_id) "
    "WHERE platform_message_id <> ''",
)


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Conversation",
            fields=[
                (
                    "conversation_id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("channel", fields.CharField(max_length=32)),
                ("account", fields.CharField(max_length=128)),
                ("chat_id", fields.CharField(max_length=256)),
                ("thread_id", fields.CharField(db_default="", max_length=256)),
                ("kind", fields.CharField(max_length=16)),
                ("epoch", fields.IntField(db_default=0)),
                ("model", fields.CharField(db_default="", max_length=128)),
                ("language", fields.CharField(db_default="", max_length=16)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "conversations",
                "app": "crewdesk",
                "pk_attr": "conversation_id",
                "table_description": "Where people and the bot talk, and which epoch of it is open.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Message",
            fields=[
                (
                    "message_seq",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "conversation",
                    fields.ForeignKeyField(
                        "crewdesk.Conversation",
                        source_field="conversation_id",
                        db_constraint=True,
                        to_field="conversation_id",
                        related_name="messages",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("epoch", fields.IntField()),
                ("direction", fields.CharField(max_length=8)),
                ("event_key", fields.CharField(null=True, max_length=512)),
                ("platform_message_id", fields.CharField(db_default="", max_length=128)),
                ("sender_id", fields.CharField(db_default="", max_length=256)),
                ("text", fields.TextField(unique=False)),
                ("raw_payload", fields.TextField(db_default="", unique=False)),
                ("task_id", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "messages",
                "app": "crewdesk",
                "indexes": [
                    Index(
                        fields=["conversation_id", "epoch", "message_seq"], name="messages_in_order"
                    ),
                    Index(fields=["task_id"], name="messages_of_task"),
                    Index(fields=["created_at"], name="messages_by_age"),
                ],
                "pk_attr": "message_seq",
                "table_description": "What was said by people and by the bot.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OutboxRow",
            fields=[
                (
                    "outbox_seq",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("outbox_id", fields.UUIDField(unique=True)),
                ("part_key", fields.CharField(max_length=600)),
                ("kind", fields.CharField(max_length=16)),
                ("task_id", fields.UUIDField(null=True)),
                (
                    "conversation",
                    fields.ForeignKeyField(
                        "crewdesk.Conversation",
                        source_field="conversation_id",
                        db_constraint=True,
                        to_field="conversation_id",
                        related_name="outbox",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("channel", fields.CharField(max_length=32)),
                ("part_no", fields.IntField()),
                ("text", fields.TextField(unique=False)),
                ("reply_to", fields.CharField(db_default="", max_length=128)),
                ("state", fields.CharField(max_length=16)),
                ("attempt", fields.IntField(db_default=0)),
                ("fence", fields.BigIntField(db_default=0)),
                (
                    "lease_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("lease_owner", fields.CharField(db_default="", max_length=64)),
                ("not_before", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("anchor", fields.CharField(db_default="", max_length=256)),
                (
                    "first_tried_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("is_ambiguous", fields.BooleanField(db_default=False)),
                ("is_recovered", fields.BooleanField(db_default=False)),
                ("platform_message_id", fields.CharField(db_default="", max_length=128)),
                ("error", fields.TextField(db_default="", unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outbox",
                "app": "crewdesk",
                "indexes": [
                    Index(fields=["task_id"], name="outbox_of_task"),
                    Index(fields=["created_at"], name="outbox_by_age"),
                ],
                "pk_attr": "outbox_seq",
                "table_description": "One part of something that the bot says.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Pairing",
            fields=[
                (
                    "pairing_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("channel", fields.CharField(max_length=32)),
                ("account", fields.CharField(max_length=128)),
                ("sender_id", fields.CharField(max_length=256)),
                ("sender_name", fields.TextField(unique=False)),
                ("conversation", fields.TextField(unique=False)),
                ("language", fields.CharField(db_default="", max_length=16)),
                ("code_hash", fields.CharField(max_length=64)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "pairings",
                "app": "crewdesk",
                "pk_attr": "pairing_id",
                "table_description": "A stranger's request to be let in, with the hash of its code.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Setting",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("value", fields.TextField(unique=False)),
            ],
            options={
                "table": "settings",
                "app": "crewdesk",
                "pk_attr": "name",
                "table_description": "A value that people change at run time, such as the pause switch.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Step",
            fields=[
                (
                    "step_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("task_id", fields.UUIDField()),
                ("run_id", fields.UUIDField()),
                ("step_key", fields.CharField(max_length=64)),
                ("kind", fields.CharField(max_length=16)),
                ("name", fields.CharField(db_default="", max_length=128)),
                ("state", fields.CharField(max_length=8)),
                ("request", fields.TextField(db_default="", unique=False)),
                ("result", fields.TextField(db_default="", unique=False)),
                ("attempt", fields.IntField()),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "steps",
                "app": "crewdesk",
                "indexes": [Index(fields=["task_id", "step_id"], name="steps_of_task")],
                "pk_attr": "step_id",
                "table_description": "One journalled model or tool call of a run.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Task",
            fields=[
                (
                    "task_id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("source", fields.CharField(max_length=16)),
                ("goal", fields.TextField(unique=False)),
                ("payload", fields.TextField(db_default="{}", unique=False)),
                ("priority", fields.SmallIntField()),
                ("user_id", fields.CharField(db_default="", max_length=256)),
                ("conversation_id", fields.UUIDField(null=True)),
                ("requires_reply", fields.BooleanField(db_default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("status", fields.CharField(max_length=24)),
                ("assigned_worker_id", fields.CharField(db_default="", max_length=128)),
                ("dispatch_reason", fields.TextField(db_default="", unique=False)),
                ("result", fields.TextField(db_default="", unique=False)),
                ("final_output", fields.TextField(db_default="", unique=False)),
                ("metadata", fields.TextField(db_default="{}", unique=False)),
                ("event_key", fields.CharField(max_length=512)),
                ("lane", fields.CharField(max_length=512)),
                ("lane_seq", fields.BigIntField()),
                ("attempt", fields.IntField(db_default=0)),
                ("barren_attempts", fields.IntField(db_default=0)),
                ("fence", fields.BigIntField(db_default=0)),
                (
                    "lease_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("lease_owner", fields.CharField(db_default="", max_length=64)),
                ("not_before", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("deadline", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("parent_task_id", fields.UUIDField(null=True)),
                ("is_cancel_requested", fields.BooleanField(db_default=False)),
                ("is_tracked", fields.BooleanField(db_default=False)),
            ],
            options={
                "table": "tasks",
                "app": "crewdesk",
                "indexes": [
                    PartialIndex(
                        fields=["priority", "created_at", "lane_seq"],
                        name="tasks_pending_in_order",
                        condition={"status": "pending"},
                    ),
                    PartialIndex(
                        fields=["lane", "lane_seq"],
                        name="tasks_pending_in_lane",
                        condition={"status": "pending"},
                    ),
                    PartialIndex(
                        fields=["lease_until"],
                        name="tasks_by_lease",
                        condition={"status": "running"},
                    ),
                    PartialIndex(
                        fields=["conversation_id"],
                        name="tasks_waiting_for_input",
                        condition={"status": "waiting_input"},
                    ),
                    Index(fields=["user_id", "created_at"], name="tasks_of_user"),
                    Index(fields=["conversation_id", "created_at"], name="tasks_of_conversation"),
                ],
                "pk_attr": "task_id",
                "table_description": "A task envelope.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TimelineEvent",
            fields=[
                (
                    "event_seq",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("task_id", fields.UUIDField()),
                ("event_no", fields.IntField()),
                ("name", fields.CharField(max_length=64)),
                ("detail", fields.TextField(db_default="{}", unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "timeline_events",
                "app": "crewdesk",
                "pk_attr": "event_seq",
                "table_description": "Something that happened to a task, for people to read.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UsageRow",
            fields=[
                (
                    "usage_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("task_id", fields.UUIDField()),
                ("run_id", fields.UUIDField()),
                ("step_key", fields.CharField(max_length=64)),
                ("user_id", fields.CharField(db_default="", max_length=256)),
                ("source", fields.CharField(max_length=16)),
                ("model", fields.CharField(max_length=128)),
                ("input_tokens", fields.IntField()),
                ("cached_tokens", fields.IntField()),
                ("output_tokens", fields.IntField()),
                ("duration_ms", fields.IntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "usage",
                "app": "crewdesk",
                "indexes": [Index(fields=["user_id", "created_at"], name="usage_of_user")],
                "pk_attr": "usage_id",
                "table_description": "What one model call used.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                (
                    "user_id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("role", fields.CharField(max_length=16)),
                ("name", fields.TextField(unique=False)),
                ("language", fields.CharField(db_default="", max_length=16)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "users",
                "app": "crewdesk",
                "pk_attr": "user_id",
                "table_description": "A person.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Identity",
            fields=[
                (
                    "identity_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("channel", fields.CharField(max_length=32)),
                ("account", fields.CharField(max_length=128)),
                ("sender_id", fields.CharField(max_length=256)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "crewdesk.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="user_id",
                        related_name="identities",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "identities",
                "app": "crewdesk",
                "pk_attr": "identity_id",
                "table_description": "A person's account on one platform.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WorkerJob",
            fields=[
                (
                    "job_id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("task_id", fields.UUIDField()),
                ("worker_id", fields.CharField(max_length=128)),
                ("instruction", fields.TextField(unique=False)),
                ("metadata", fields.TextField(db_default="{}", unique=False)),
                ("status", fields.CharField(max_length=16)),
                ("is_awaited", fields.BooleanField(db_default=False)),
                ("attempt", fields.IntField(db_default=0)),
                ("result", fields.TextField(db_default="", unique=False)),
                ("error", fields.TextField(db_default="", unique=False)),
                ("error_code", fields.CharField(db_default="", max_length=32)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "worker_jobs",
                "app": "crewdesk",
                "indexes": [Index(fields=["task_id"], name="jobs_of_task")],
                "pk_attr": "job_id",
                "table_description": "A piece of work that the Manager handed to a worker.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WorkerSlot",
            fields=[
                (
                    "slot_id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=160),
                ),
                ("worker_id", fields.CharField(max_length=128)),
                ("job_id", fields.UUIDField(null=True)),
                (
                    "lease_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("lease_owner", fields.CharField(db_default="", max_length=64)),
            ],
            options={
                "table": "worker_slots",
                "app": "crewdesk",
                "indexes": [Index(fields=["worker_id"], name="slots_of_worker")],
                "pk_attr": "slot_id",
                "table_description": "A seat at a worker, free when it holds no job or its lease is over.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(list(INVARIANTS)),
    ]
