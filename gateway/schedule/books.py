"""Which schedules and follow-ups the Manager may see and change while it works on a task."""

from dataclasses import dataclass

from gateway.envelope import Source
from gateway.inbox import Claim
from gateway.schedule.book import BookRoom, Owner, TaskBook
from gateway.schedule.follow_ups import TaskFollowUps
from gateway.schedule.runs import is_scheduled
from gateway.store.people import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The two books of a task; None where it gets none."""

    schedules: TaskBook | None = None
    follow_ups: TaskFollowUps | None = None


def open_books(room: BookRoom, claim: Claim) -> Books:
    """Open the books of the person whom a task serves: none for guests.

    A run that a clock began makes no schedules, and leaves nothing open; a heartbeat's may review
    what was left open before.
    """
    task, role = claim.task, claim.role
    if task.conversation_id is None or not role.reaches(Role.MEMBER) or task.source is Source.CRON:
        return Books()
    owner = Owner(
        user_id=task.user_id,
        conversation_id=task.conversation_id,
        task_id=task.task_id,
        is_admin=role is Role.ADMIN,
    )
    was_asked = not is_scheduled(task)
    return Books(
        schedules=TaskBook(room, owner) if was_asked else None,
        follow_ups=TaskFollowUps(room, owner, can_add=was_asked),
    )
