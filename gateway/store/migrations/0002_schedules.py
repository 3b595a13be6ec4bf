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
    "CREATE INDEX usage_of_task ON usage (task_id)",
)


class Migration(migrations.Migration):
    dependencies = [("crewdesk", "0001_initial")]

    operations = [
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
        ops.RunSQL(list(INVARIANTS)),
    ]
