"""Files: those that come with messages, and those that answers go with."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

# As in the first migration, each invariant is an index of its own.
INVARIANTS = (
    "CREATE UNIQUE INDEX one_file_per_attachment ON files (event_key, attachment_no)",
    "CREATE INDEX files_wanted ON files (file_seq) WHERE state = 'wanted'",
)


class Migration(migrations.Migration):
    dependencies = [("crewdesk", "0002_busy_conversations")]

    operations = [
        ops.AddField(
            model_name="OutboxRow",
            name="file_path",
            field=fields.TextField(db_default="", unique=False),
        ),
        ops.AddField(
            model_name="OutboxRow",
            name="file_name",
            field=fields.TextField(db_default="", unique=False),
        ),
        ops.AddField(
            model_name="OutboxRow",
            name="file_mime_type",
            field=fields.CharField(db_default="", max_length=128),
        ),
        ops.AddField(
            model_name="OutboxRow",
            name="file_size_bytes",
            field=fields.BigIntField(db_default=0),
        ),
        ops.CreateModel(
            name="FileRow",
            fields=[
                (
                    "file_seq",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("file_id", fields.UUIDField(unique=True)),
                ("event_key", fields.CharField(max_length=512)),
                ("attachment_no", fields.IntField()),
                ("task_id", fields.UUIDField()),
                (
                    "conversation",
                    fields.ForeignKeyField(
                        "crewdesk.Conversation",
                        source_field="conversation_id",
                        db_constraint=True,
                        to_field="conversation_id",
                        related_name="files",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("channel", fields.CharField(max_length=32)),
                ("kind", fields.CharField(max_length=16)),
                ("platform_file_id", fields.TextField(unique=False)),
                ("name", fields.TextField(unique=False)),
                ("mime_type", fields.CharField(db_default="", max_length=128)),
                ("size_bytes", fields.BigIntField(null=True)),
                ("state", fields.CharField(max_length=16)),
                ("path", fields.TextField(unique=False)),
                ("transcript", fields.TextField(db_default="", unique=False)),
                ("error", fields.TextField(db_default="", unique=False)),
                ("attempt", fields.IntField(db_default=0)),
                ("not_before", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "files",
                "app": "crewdesk",
                "indexes": [Index(fields=["task_id"], name="files_of_task")],
                "pk_attr": "file_seq",
                "table_description": "A file that came with a message.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(list(INVARIANTS)),
    ]
