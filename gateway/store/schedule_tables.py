"""The schema of schedules and heartbeats as Tortoise models; see `tables`."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class ScheduleRow(Model):
    """Something that is to be done at certain times."""

    schedule_id = fields.UUIDField(primary_key=True)
    user_id = fields.CharField(max_length=256)
    kind = fields.CharField(max_length=16)  # once, interval, daily, cron
    timing = fields.TextField()
    time_zone = fields.CharField(max_length=64)
    goal = fields.TextField()
    priority = fields.SmallIntField()
    model = fields.CharField(max_length=128, db_default="")
    soul = fields.CharField(max_length=64, db_default="")
    missed = fields.CharField(max_length=8)  # skip, latest, all
    window_seconds = fields.BigIntField()
    overlap = fields.CharField(max_length=8)  # skip, queue
    until = fields.DatetimeField(null=True)
    is_paused = fields.BooleanField(db_default=False)
    pause_reason = fields.TextField(db_default="")
    failures = fields.IntField(db_default=0)
    next_fire_at = fields.DatetimeField(null=True)
    looked_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    task_id = fields.UUIDField(null=True)  # that made it

    class Meta:
        """What is due is found by one index, and nothing else is looked at."""

        table = "schedules"
        indexes = (Index(fields=("user_id", "created_at"), name="schedules_of_user"),)


class ScheduleTarget(Model):
    """A conversation that gets what the runs of a schedule say."""

    target_id = fields.BigIntField(primary_key=True, generated=True)
    schedule_id = fields.UUIDField()
    conversation_id = fields.UUIDField()

    class Meta:
        """A conversation is told once."""

        table = "schedule_targets"


class ScheduleTick(Model):
    """A due instant and what came of it, or several that were skipped for one reason."""

    tick_id = fields.BigIntField(primary_key=True, generated=True)
    schedule_id = fields.UUIDField()
    due_at = fields.DatetimeField()
    last_due_at = fields.DatetimeField()
    instants = fields.IntField(db_default=1)
    state = fields.CharField(max_length=8)  # fired, skipped
    reason = fields.CharField(max_length=16, db_default="")
    task_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        """An instant fires once."""

        table = "schedule_ticks"
        indexes = (Index(fields=("created_at",), name="ticks_by_age"),)


class HeldMessage(Model):
    """What a scheduled run said in somebody's quiet hours."""

    held_id = fields.BigIntField(primary_key=True, generated=True)
    task_id = fields.UUIDField()
    conversation_id = fields.UUIDField()
    user_id = fields.CharField(max_length=256)
    text = fields.TextField()
    release_at = fields.DatetimeField()
    created_at = fields.DatetimeField()

    class Meta:
        """A task says one thing in a conversation."""

        table = "held_messages"
        indexes = (Index(fields=("release_at",), name="held_by_release"),)


class HeartbeatRow(Model):
    """Whether and when somebody's checklist is looked through."""

    user_id = fields.CharField(max_length=256, primary_key=True)
    conversation_id = fields.UUIDField()
    active_hours = fields.CharField(max_length=16)
    next_look_at = fields.DatetimeField(null=True)
    every_seconds = fields.IntField(db_default=1800)

    class Meta:
        """One per person."""

        table = "heartbeats"
        indexes = (Index(fields=("next_look_at",), name="heartbeats_due"),)


class HeartbeatWatch(Model):
    """A page or a file that somebody wants to hear about when it changes."""

    watch_id = fields.BigIntField(primary_key=True, generated=True)
    user_id = fields.CharField(max_length=256)
    subject = fields.CharField(max_length=512)

    class Meta:
        """Watched once."""

        table = "heartbeat_watches"


class HeartbeatMark(Model):
    """A finding that is known, by its fingerprint."""

    mark_id = fields.BigIntField(primary_key=True, generated=True)
    user_id = fields.CharField(max_length=256)
    source = fields.CharField(max_length=600)
    fingerprint = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()

    class Meta:
        """Known once."""

        table = "heartbeat_marks"
        indexes = (Index(fields=("created_at",), name="marks_by_age"),)


class HeartbeatReceipt(Model):
    """One look through a checklist: how much was new, and the task that it made, if any."""

    receipt_id = fields.BigIntField(primary_key=True, generated=True)
    user_id = fields.CharField(max_length=256)
    looked_at = fields.DatetimeField()
    findings = fields.IntField()
    task_id = fields.UUIDField(null=True)

    class Meta:
        """Written also where nothing was new."""

        table = "heartbeat_receipts"
        indexes = (Index(fields=("user_id", "looked_at"), name="receipts_of_user"),)


class FollowUp(Model):
    """What a task left open, and when a heartbeat looks at it again."""

    follow_up_id = fields.UUIDField(primary_key=True)
    user_id = fields.CharField(max_length=256)
    conversation_id = fields.UUIDField()
    task_id = fields.UUIDField()  # that left it open
    subject = fields.TextField()
    done_when = fields.TextField()
    next_review_after = fields.DatetimeField()
    every_seconds = fields.BigIntField()
    reviews = fields.IntField(db_default=0)
    outcome = fields.TextField(db_default="")
    closed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        """Open until somebody closes it."""

        table = "follow_ups"
