"""What becomes of messages while the bot is busy, answers to choose from, codes that join people."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

INDEXES = (
    "CREATE INDEX tasks_collected ON tasks (collected_by) WHERE collected_by IS NOT NULL",
    "CREATE INDEX messages_by_platform_id ON messages (platform_message_id, conversation_id) "
    "WHERE platform_message_id <> ''",
)


class Migration(migrations.Migration):
    dependencies = [("crewdesk", "0001_initial")]

    operations = [
        ops.AddField(
            model_name="Conversation",
            name="busy_mode",
            field=fields.CharField(db_default="", max_length=16),
        ),
        ops.AddField(
            model_name="Task",
            name="collected_by",
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name="OutboxRow",
            name="options",
            field=fields.TextField(db_default="[]", unique=False),
        ),
        ops.CreateModel(
            name="LinkCode",
            fields=[
                (
                    "code_hash",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "crewdesk.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="user_id",
                        related_name="link_codes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "link_codes",
                "app": "crewdesk",
                "pk_attr": "code_hash",
                "table_description": "A code that joins another identity to a person, as a hash.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(list(INDEXES)),
    ]
