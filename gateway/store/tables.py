"""The schema as Tortoise models.

The invariants (one task per event, one running task per lane, one row per step and per outbox part)
are unique indexes which Tortoise's models cannot express on SQLite; the migrations create them by
name. Documents are JSON as ASCII text, the same on both databases. A Python-side default is not
part of the schema, so columns that raw SQL leaves out carry `db_default`. A class docstring becomes
a comment in the schema, and Tortoise splits statements at semicolons, so it holds none.
"""

from tortoise import fields
from tortoise.indexes import Index, PartialIndex
from tortoise.models import Model


class User(Model):
    """A person."""

    user_id = fields.UUIDField(primary_key=True)
    role = fields.CharField(max_length=16)
    name = fields.TextField()
    language = fields.CharField(max_length=16, db_default="")
    time_zone = fields.CharField(max_length=64, db_default="")
    quiet_hours = fields.CharField(max_length=16, db_default="")
    created_at = fields.DatetimeField()

    class Meta:
        """One row per person."""

        table = "users"


class Identity(Model):
    """A person's account on one platform."""

    identity_id = fields.BigIntField(primary_key=True, generated=True)
    channel = fields.CharField(max_length=32)
    account = fields.CharField(max_length=128)
    sender_id = fields.CharField(max_length=256)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("crewdesk.User", "identities")
    created_at = fields.DatetimeField()

    class Meta:
        """A sender belongs to one person."""

        table = "identities"


class Pairing(Model):
    """A stranger's request to be let in, with the hash of its code."""

    pairing_id = fields.BigIntField(primary_key=True, generated=True)
    channel = fields.CharField(max_length=32)
    account = fields.CharField(max_length=128)
    sender_id = fields.CharField(max_length=256)
    sender_name = fields.TextField()
    conversation = fields.TextField()
    language = fields.CharField(max_length=16, db_default="")
    code_hash = fields.CharField(max_length=64)
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField()

    class Meta:
        """A stranger has one request at a time."""

        table = "pairings"


class LinkCode(Model):
    """A code that joins another identity to a person, as a hash."""

    code_hash = fields.CharField(max_length=64, primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("crewdesk.User", "link_codes")
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField()

    class Meta:
        """A code is good once."""

        table = "link_codes"


class Setting(Model):
    """A value that people change at run time, such as the pause switch."""

    name = fields.CharField(max_length=64, primary_key=True)
    value = fields.TextField()

    class Meta:
        """Few rows."""

        table = "settings"


class Conversation(Model):
    """Where people and the bot talk, and which epoch of it is open."""

    conversation_id = fields.UUIDField(primary_key=True)
    channel = fields.CharField(max_length=32)
    account = fields.CharField(max_length=128)
    chat_id = fields.CharField(max_length=256)
    thread_id = fields.CharField(max_length=256, db_default="")
    kind = fields.CharField(max_length=16)
    epoch = fields.IntField(db_default=0)
    model = fields.CharField(max_length=128, db_default="")
    language = fields.CharField(max_length=16, db_default="")
    busy_mode = fields.CharField(max_length=16, db_default="")
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        """One row per place."""

        table = "conversations"


class Message(Model):
    """What was said by people and by the bot."""

    message_seq = fields.BigIntField(primary_key=True, generated=True)
    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "crewdesk.Conversation", "messages"
    )
    epoch = fields.IntField()
    direction = fields.CharField(max_length=8)  # in, out
    event_key = fields.CharField(max_length=512, null=True)
    platform_message_id = fields.CharField(max_length=128, db_default="")
    sender_id = fields.CharField(max_length=256, db_default="")
    text = fields.TextField()
    raw_payload = fields.TextField(db_default="")
    task_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        """An event is accepted once."""

        table = "messages"
        indexes = (
            Index(fields=("conversation_id", "epoch", "message_seq"), name="messages_in_order"),
            Index(fields=("task_id",), name="messages_of_task"),
            Index(fields=("created_at",), name="messages_by_age"),
        )


class Task(Model):
    """A task envelope."""

    task_id = fields.UUIDField(primary_key=True)
    source = fields.CharField(max_length=16)
    goal = fields.TextField()
    payload = fields.TextField(db_default="{}")
    priority = fields.SmallIntField()
    user_id = fields.CharField(max_length=256, db_default="")
    conversation_id = fields.UUIDField(null=True)
    requires_reply = fields.BooleanField(db_default=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    status = fields.CharField(max_length=24)
    assigned_worker_id = fields.CharField(max_length=128, db_default="")
    dispatch_reason = fields.TextField(db_default="")
    result = fields.TextField(db_default="")
    final_output = fields.TextField(db_default="")
    metadata = fields.TextField(db_default="{}")
    event_key = fields.CharField(max_length=512)
    lane = fields.CharField(max_length=512)
    lane_seq = fields.BigIntField()
    attempt = fields.IntField(db_default=0)
    barren_attempts = fields.IntField(db_default=0)
    fence = fields.BigIntField(db_default=0)
    lease_until = fields.DatetimeField(null=True)
    lease_owner = fields.CharField(max_length=64, db_default="")
    not_before = fields.DatetimeField(null=True)
    deadline = fields.DatetimeField(null=True)
    parent_task_id = fields.UUIDField(null=True)
    is_cancel_requested = fields.BooleanField(db_default=False)
    is_tracked = fields.BooleanField(db_default=False)
    collected_by = fields.UUIDField(null=True)

    class Meta:
        """One task per event, one place per task in its lane, one running task per lane."""

        table = "tasks"
        indexes = (
            PartialIndex(
                fields=("priority", "created_at", "lane_seq"),
                name="tasks_pending_in_order",
                condition={"status": "pending"},
            ),
            PartialIndex(
                fields=("lane", "lane_seq"),
                name="tasks_pending_in_lane",
                condition={"status": "pending"},
            ),
            PartialIndex(
                fields=("lease_until",), name="tasks_by_lease", condition={"status": "running"}
            ),
            PartialIndex(
                fields=("conversation_id",),
                name="tasks_waiting_for_input",
                condition={"status": "waiting_input"},
            ),
            Index(fields=("user_id", "created_at"), name="tasks_of_user"),
            Index(fields=("conversation_id", "created_at"), name="tasks_of_conversation"),
        )


class Step(Model):
    """One journalled model or tool call of a run."""

    step_id = fields.BigIntField(primary_key=True, generated=True)
    task_id = fields.UUIDField()
    run_id = fields.UUIDField()
    step_key = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=16)
    name = fields.CharField(max_length=128, db_default="")
    state = fields.CharField(max_length=8)  # intent, done
    request = fields.TextField(db_default="")
    result = fields.TextField(db_default="")
    attempt = fields.IntField()
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        """A step exists once."""

        table = "steps"
        indexes = (Index(fields=("task_id", "step_id"), name="steps_of_task"),)


class TimelineEvent(Model):
    """Something that happened to a task, for people to read."""

    event_seq = fields.BigIntField(primary_key=True, generated=True)
    task_id = fields.UUIDField()
    event_no = fields.IntField()
    name = fields.CharField(max_length=64)
    detail = fields.TextField(db_default="{}")
    created_at = fields.DatetimeField()

    class Meta:
        """Numbered per task."""

        table = "timeline_events"


class WorkerJob(Model):
    """A piece of work that the Manager handed to a worker."""

    job_id = fields.UUIDField(primary_key=True)
    task_id = fields.UUIDField()
    worker_id = fields.CharField(max_length=128)
    instruction = fields.TextField()
    metadata = fields.TextField(db_default="{}")
    status = fields.CharField(max_length=16)  # queued, running, completed, failed, cancelled
    is_awaited = fields.BooleanField(db_default=False)
    attempt = fields.IntField(db_default=0)
    result = fields.TextField(db_default="")
    error = fields.TextField(db_default="")
    error_code = fields.CharField(max_length=32, db_default="")
    created_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        """The id is derived from the step that made it, so that making it twice makes one."""

        table = "worker_jobs"
        indexes = (Index(fields=("task_id",), name="jobs_of_task"),)


class WorkerSlot(Model):
    """A seat at a worker, free when it holds no job or its lease is over."""

    slot_id = fields.CharField(max_length=160, primary_key=True)
    worker_id = fields.CharField(max_length=128)
    job_id = fields.UUIDField(null=True)
    lease_until = fields.DatetimeField(null=True)
    lease_owner = fields.CharField(max_length=64, db_default="")

    class Meta:
        """A job sits in one seat."""

        table = "worker_slots"
        indexes = (Index(fields=("worker_id",), name="slots_of_worker"),)


class OutboxRow(Model):
    """One part of something that the bot says."""

    outbox_seq = fields.BigIntField(primary_key=True, generated=True)
    outbox_id = fields.UUIDField(unique=True)
    part_key = fields.CharField(max_length=600)
    kind = fields.CharField(max_length=16)  # final, question, notice, reply, preview
    task_id = fields.UUIDField(null=True)
    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "crewdesk.Conversation", "outbox"
    )
    channel = fields.CharField(max_length=32)
    part_no = fields.IntField()
    text = fields.TextField()
    reply_to = fields.CharField(max_length=128, db_default="")
    options = fields.TextField(db_default="[]")
    state = fields.CharField(max_length=16)
    attempt = fields.IntField(db_default=0)
    fence = fields.BigIntField(db_default=0)
    lease_until = fields.DatetimeField(null=True)
    lease_owner = fields.CharField(max_length=64, db_default="")
    not_before = fields.DatetimeField(null=True)
    anchor = fields.CharField(max_length=256, db_default="")
    first_tried_at = fields.DatetimeField(null=True)
    is_ambiguous = fields.BooleanField(db_default=False)
    is_recovered = fields.BooleanField(db_default=False)
    platform_message_id = fields.CharField(max_length=128, db_default="")
    error = fields.TextField(db_default="")
    file_path = fields.TextField(db_default="")
    file_name = fields.TextField(db_default="")
    file_mime_type = fields.CharField(max_length=128, db_default="")
    file_size_bytes = fields.BigIntField(db_default=0)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        """A part exists once; parts leave in the order of their numbers."""

        table = "outbox"
        indexes = (
            Index(fields=("task_id",), name="outbox_of_task"),
            Index(fields=("created_at",), name="outbox_by_age"),
        )


class FileRow(Model):
    """A file that came with a message."""

    file_seq = fields.BigIntField(primary_key=True, generated=True)
    file_id = fields.UUIDField(unique=True)
    event_key = fields.CharField(max_length=512)
    attachment_no = fields.IntField()
    task_id = fields.UUIDField()
    conversation: fields.ForeignKeyRelation[Conversation] = fields.ForeignKeyField(
        "crewdesk.Conversation", "files"
    )
    channel = fields.CharField(max_length=32)
    kind = fields.CharField(max_length=16)
    platform_file_id = fields.TextField()
    name = fields.TextField()
    mime_type = fields.CharField(max_length=128, db_default="")
    size_bytes = fields.BigIntField(null=True)
    state = fields.CharField(max_length=16)  # wanted, stored, failed, removed
    path = fields.TextField()
    transcript = fields.TextField(db_default="")
    error = fields.TextField(db_default="")
    attempt = fields.IntField(db_default=0)
    not_before = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        """An attachment of an event is one file."""

        table = "files"
        indexes = (Index(fields=("task_id",), name="files_of_task"),)


class UsageRow(Model):
    """What one model call used."""

    usage_id = fields.BigIntField(primary_key=True, generated=True)
    task_id = fields.UUIDField()
    run_id = fields.UUIDField()
    step_key = fields.CharField(max_length=64)
    user_id = fields.CharField(max_length=256, db_default="")
    source = fields.CharField(max_length=16)
    model = fields.CharField(max_length=128)
    input_tokens = fields.IntField()
    cached_tokens = fields.IntField()
    output_tokens = fields.IntField()
    duration_ms = fields.IntField()
    created_at = fields.DatetimeField()

    class Meta:
        """A call is counted once."""

        table = "usage"
        indexes = (Index(fields=("user_id", "created_at"), name="usage_of_user"),)


class SkillProposal(Model):
    """A version of a skill that an agent wrote, and its fate."""

    proposal_id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)
    base = fields.CharField(max_length=64, db_default="")
    state = fields.CharField(max_length=16)  # open, approved, denied, superseded
    user_id = fields.CharField(max_length=256, db_default="")
    asked_by = fields.TextField(db_default="")
    conversation_id = fields.UUIDField(null=True)
    task_id = fields.UUIDField()
    report = fields.TextField(db_default="{}")
    diff = fields.TextField(db_default="")
    created_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    decided_by = fields.CharField(max_length=256, db_default="")

    class Meta:
        """A skill has one open proposal."""

        table = "skill_proposals"
        indexes = (Index(fields=("name", "created_at"), name="proposals_of_skill"),)


class SkillPin(Model):
    """The version of a skill that an administrator decided for."""

    name = fields.CharField(max_length=64, primary_key=True)
    digest = fields.CharField(max_length=64)
    installed = fields.CharField(max_length=64, db_default="")
    is_settled = fields.BooleanField(db_default=False)
    problem = fields.TextField(db_default="")
    decided_at = fields.DatetimeField()
    decided_by = fields.CharField(max_length=256, db_default="")

    class Meta:
        """The files lie in the data directory; this says which of them are good."""

        table = "skill_pins"
