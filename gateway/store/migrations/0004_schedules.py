"""Schedules, their ticks, and what is held back in quiet hours."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

INVARIANTS = (
    "CREATE UNIQUE INDEX one_target_per_conversation "
    "ON schedule_targets (schedule_id, conversation_id)",
    "CREATE UNIQUE INDEX one_tick_per_instant ON schedule_ticks (schedule_id, due_at)",
    "CREATE UNIQUE INDEX one_held_message ON held_messages (task_id, conversation_id)",
    "CREATE INDEX schedules_due ON schedules (next_fire_at) WHERE next_fire_at IS NOT NULL",
    "CREATE UNIQUE INDEX one_watch_per_subject ON heartbeat_watches (user_id, subject)",
    "CREATE UNIQUE INDEX one_mark_per_finding ON heartbeat_marks (user_id, source, fingerprint)",
    "CREATE INDEX usage_of_task ON usage (task_id)",
)


class Migration(migrations.Migration):
    dependencies = [("crewdesk", "0003_files")]

    operations = [
        ops.AddField(
            model_name="User",
            name="time_zone",
            field=fields.CharField(db_default="", max_length=64),
        ),
        ops.AddField(
            model_name="User",
            name="quiet_hours",
            field=fields.CharField(db_default="", max_length=16),
        ),
        ops.CreateModel(
            name="ScheduleRow",
            fields=[
                (
                    "schedule_id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("user_id", fields.CharField(max_length=256)),
                ("kind", fields.CharField(max_length=16)),
                ("timing", fields.TextField(unique=False)),
                ("time_zone", fields.CharField(max_length=64)),
                ("goal", fields.TextField(unique=False)),
                ("priority", fields.SmallIntField()),
                ("model", fields.CharField(db_default="", max_length=128)),
                ("soul", fields.CharField(db_default="", max_length=64)),
                ("missed", fields.CharField(max_length=8)),
                ("window_seconds", fields.BigIntField()),
                ("overlap", fields.CharField(max_length=8)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_paused", fields.BooleanField(db_default=False)),
                ("pause_reason", fields.TextField(db_default="", unique=False)),
                ("failures", fields.IntField(db_default=0)),
                (
                    "next_fire_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("looked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "schedules",
                "app": "crewdesk",
                "indexes": [Index(fields=["user_id", "created_at"], name="schedules_of_user")],
                "pk_attr": "schedule_id",
                "table_description": "Something that is to be done at certain times.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ScheduleTarget",
            fields=[
                (
                    "target_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("schedule_id", fields.UUIDField()),
                ("conversation_id", fields.UUIDField()),
            ],
            options={
                "table": "schedule_targets",
                "app": "crewdesk",
                "pk_attr": "target_id",
                "table_description": "A conversation that gets what the runs of a schedule say.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ScheduleTick",
            fields=[
                (
                    "tick_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("schedule_id", fields.UUIDField()),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("instants", fields.IntField(db_default=1)),
                ("state", fields.CharField(max_length=8)),
                ("reason", fields.CharField(db_default="", max_length=16)),
                ("task_id", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "schedule_ticks",
                "app": "crewdesk",
                "indexes": [Index(fields=["created_at"], name="ticks_by_age")],
                "pk_attr": "tick_id",
                "table_description": "A due instant and what came of it, or several that were skipped for one reason.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HeldMessage",
            fields=[
                (
                    "held_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("task_id", fields.UUIDField()),
                ("conversation_id", fields.UUIDField()),
                ("user_id", fields.CharField(max_length=256)),
                ("text", fields.TextField(unique=False)),
                ("release_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "held_messages",
                "app": "crewdesk",
                "indexes": [Index(fields=["release_at"], name="held_by_release")],
                "pk_attr": "held_id",
                "table_description": "What a scheduled run said in somebody's quiet hours.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HeartbeatRow",
            fields=[
                (
                    "user_id",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=256),
                ),
                ("conversation_id", fields.UUIDField()),
                ("active_hours", fields.CharField(max_length=16)),
                (
                    "next_look_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "heartbeats",
                "app": "crewdesk",
                "indexes": [Index(fields=["next_look_at"], name="heartbeats_due")],
                "pk_attr": "user_id",
                "table_description": "Whether and when somebody's checklist is looked through.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HeartbeatWatch",
            fields=[
                (
                    "watch_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("user_id", fields.CharField(max_length=256)),
                ("subject", fields.CharField(max_length=512)),
            ],
            options={
                "table": "heartbeat_watches",
                "app": "crewdesk",
                "pk_attr": "watch_id",
                "table_description": "A page or a file that somebody wants to hear about when it changes.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HeartbeatMark",
            fields=[
                (
                    "mark_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("user_id", fields.CharField(max_length=256)),
                ("source", fields.CharField(max_length=600)),
                ("fingerprint", fields.CharField(max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "heartbeat_marks",
                "app": "crewdesk",
                "indexes": [Index(fields=["created_at"], name="marks_by_age")],
                "pk_attr": "mark_id",
                "table_description": "A finding that is known, by its fingerprint.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HeartbeatReceipt",
            fields=[
                (
                    "receipt_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("user_id", fields.CharField(max_length=256)),
                ("looked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("findings", fields.IntField()),
                ("task_id", fields.UUIDField(null=True)),
            ],
            options={
                "table": "heartbeat_receipts",
                "app": "crewdesk",
                "indexes": [Index(fields=["user_id", "looked_at"], name="receipts_of_user")],
                "pk_attr": "receipt_id",
                "table_description": "One look through a checklist: how much was new, and the task that it made, if any.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(list(INVARIANTS)),
    ]
