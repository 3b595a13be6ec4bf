"""Follow-ups, how often a heartbeat looks, and which task made a schedule."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

# As in the first migration, each invariant is an index of its own.
INVARIANTS = (
    "CREATE INDEX follow_ups_open ON follow_ups (user_id, next_review_after) "
    "WHERE closed_at IS NULL",
    "CREATE INDEX schedules_of_task ON schedules (task_id) WHERE task_id IS NOT NULL",
    "CREATE INDEX schedules_over ON schedules (created_at) "
    "WHERE ended_at IS NULL AND next_fire_at IS NULL",
    "CREATE INDEX ticks_of_task ON schedule_ticks (task_id) WHERE task_id IS NOT NULL",
)


class Migration(migrations.Migration):
    dependencies = [("crewdesk", "0005_skill_changes")]

    operations = [
        ops.AddField(
            model_name="ScheduleRow",
            name="task_id",
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name="HeartbeatRow",
            name="every_seconds",
            field=fields.IntField(db_default=1800),
        ),
        ops.CreateModel(
            name="FollowUp",
            fields=[
                ("follow_up_id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("user_id", fields.CharField(max_length=256)),
                ("conversation_id", fields.UUIDField()),
                ("task_id", fields.UUIDField()),
                ("subject", fields.TextField(unique=False)),
                ("done_when", fields.TextField(unique=False)),
                (
                    "next_review_after",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                ("every_seconds", fields.BigIntField()),
                ("reviews", fields.IntField(db_default=0)),
                ("outcome", fields.TextField(db_default="", unique=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "follow_ups",
                "app": "crewdesk",
                "pk_attr": "follow_up_id",
                "table_description": "What a task left open, and when a heartbeat looks at it again.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(list(INVARIANTS)),
    ]
