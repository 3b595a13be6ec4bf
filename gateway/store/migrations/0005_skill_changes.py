"""Skills that change at run time: what was proposed, and which versions are in force."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

# As in the first migration, each invariant is an index of its own.
INVARIANTS = (
    "CREATE UNIQUE INDEX one_open_proposal_per_skill ON skill_proposals (name) WHERE state = 'open'",
)


class Migration(migrations.Migration):
    dependencies = [("crewdesk", "0004_schedules")]

    operations = [
        ops.CreateModel(
            name="SkillProposal",
            fields=[
                ("proposal_id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=64)),
                ("digest", fields.CharField(max_length=64)),
                ("base", fields.CharField(db_default="", max_length=64)),
                ("state", fields.CharField(max_length=16)),
                ("user_id", fields.CharField(db_default="", max_length=256)),
                ("asked_by", fields.TextField(db_default="", unique=False)),
                ("conversation_id", fields.UUIDField(null=True)),
                ("task_id", fields.UUIDField()),
                ("report", fields.TextField(db_default="{}", unique=False)),
                ("diff", fields.TextField(db_default="", unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("decided_by", fields.CharField(db_default="", max_length=256)),
            ],
            options={
                "table": "skill_proposals",
                "app": "crewdesk",
                "indexes": [Index(fields=["name", "created_at"], name="proposals_of_skill")],
                "pk_attr": "proposal_id",
                "table_description": "A version of a skill that an agent wrote, and its fate.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SkillPin",
            fields=[
                (
                    "name",
                    fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64),
                ),
                ("digest", fields.CharField(max_length=64)),
                ("installed", fields.CharField(db_default="", max_length=64)),
                ("is_settled", fields.BooleanField(db_default=False)),
                ("problem", fields.TextField(db_default="", unique=False)),
                ("decided_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_by", fields.CharField(db_default="", max_length=256)),
            ],
            options={
                "table": "skill_pins",
                "app": "crewdesk",
                "pk_attr": "name",
                "table_description": "The version of a skill that an administrator decided for.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(list(INVARIANTS)),
    ]
