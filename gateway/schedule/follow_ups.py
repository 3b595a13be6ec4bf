"""What was left open for the person of one task; implements `FollowUpBook`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from gateway.errors import ScheduleError
from gateway.schedule.book import BookRoom, Owner
from gateway.schedule.moments import parse_moment
from gateway.schedule.words import SHORT_ID_CHARACTERS, local_text
from gateway.schedule.zones import zone_of
from gateway.store import follow_ups, heartbeats, preferences
from gateway.store.follow_ups import FollowUp
from gateway.store.statement import Script
from manager.follow_ups import FollowUpNote, FollowUpOrder
from workers.errors import ToolError

NAMESPACE = uuid5(NAMESPACE_URL, "urn:crewdesk:follow-up")
MOST_OPEN = 50  # of one person
SHORTEST_WAIT = timedelta(minutes=30)  # between two reviews nobody has asked for
HEARTBEAT_IS_OFF = (
    "their heartbeat is off, so nobody comes back to this until they write /heartbeat on: say so"
)


class TaskFollowUps:
    """The follow-ups that one person may see and change."""

    def __init__(self, room: BookRoom, owner: Owner, *, can_add: bool) -> None:
        self._room = room
        self._owner = owner
        self._can_add = can_add

    @property
    def can_add(self) -> bool:
        """Whether something may be left open; see `FollowUpBook`."""
        return self._can_add

    async def add(self, order: FollowUpOrder, step_id: str) -> FollowUpNote:
        """Leave something open; see `FollowUpBook`."""
        now = self._room.clock.now()
        return await self._room.database.transact(
            "leave_open", lambda: self._add(order, uuid5(NAMESPACE, step_id), now)
        )

    def _add(self, order: FollowUpOrder, follow_up_id: UUID, now: datetime) -> Script[FollowUpNote]:
        already = yield from follow_ups.open_of(self._owner.user_id)
        zone = yield from self._zone()
        for one in already:
            if one.follow_up_id == follow_up_id:
                return _note(one, zone)
        if len(already) >= MOST_OPEN:
            raise ToolError(
                "too_many_follow_ups",
                f"there are {len(already)} open already, and that is the most: close one first",
            )
        at = _moment(order.next_review_after, now, zone)
        made = FollowUp(
            follow_up_id=follow_up_id,
            user_id=self._owner.user_id,
            conversation_id=self._owner.conversation_id,
            task_id=self._owner.task_id,
            subject=order.subject,
            done_when=order.done_when,
            next_review_after=at,
            every=max(at - now, SHORTEST_WAIT),
            created_at=now,
        )
        yield from follow_ups.add(made)
        beat = yield from heartbeats.find(self._owner.user_id)
        is_on = beat is not None and beat.next_look_at is not None
        return _note(made, zone, hint="" if is_on else HEARTBEAT_IS_OFF)

    async def listed(self) -> Sequence[FollowUpNote]:
        """Return what is open; see `FollowUpBook`."""

        def script() -> Script[Sequence[FollowUpNote]]:
            zone = yield from self._zone()
            return [
                _note(one, zone) for one in (yield from follow_ups.open_of(self._owner.user_id))
            ]

        return await self._room.database.transact("list_follow_ups", script)

    async def review(self, follow_up_id: str, outcome: str, again_after: str) -> FollowUpNote:
        """Close a follow-up or put it off; see `FollowUpBook`."""
        now = self._room.clock.now()
        return await self._room.database.transact(
            "review_follow_up", lambda: self._review(follow_up_id, outcome, again_after, now)
        )

    def _review(self, wanted: str, outcome: str, again: str, now: datetime) -> Script[FollowUpNote]:
        one = yield from find_open(self._owner.user_id, wanted)
        if one is None:
            raise ToolError(
                "follow_up_not_found", f"{wanted!r} names nothing that is open, or several things"
            )
        zone = yield from self._zone()
        if not again:
            yield from follow_ups.close(one, outcome, now)
            return _note(one, zone, state="closed")
        at = _moment(again, now, zone)
        yield from follow_ups.put_off(one, at)
        return _note(one, zone, at=at)

    def _zone(self) -> Script[str]:
        chosen = yield from preferences.read(self._owner.user_id)
        return chosen.time_zone or self._room.default_zone


def find_open(user_id: str, prefix: str) -> Script[FollowUp | None]:
    """Read the one open follow-up of a person whose id begins so; None where it is not one."""
    wanted = prefix.strip().lower().replace("-", "")
    already = yield from follow_ups.open_of(user_id)
    found = [one for one in already if wanted and one.follow_up_id.hex.startswith(wanted)]
    return found[0] if len(found) == 1 else None


def _moment(text: str, now: datetime, time_zone: str) -> datetime:
    try:
        return parse_moment(text, now, zone_of(time_zone)).replace(microsecond=0)
    except ScheduleError as error:
        raise ToolError("bad_moment", str(error)) from error


def _note(
    one: FollowUp, zone: str, *, state: str = "open", at: datetime | None = None, hint: str = ""
) -> FollowUpNote:
    return FollowUpNote(
        follow_up_id=str(one.follow_up_id)[:SHORT_ID_CHARACTERS],
        subject=one.subject,
        done_when=one.done_when,
        next_review_after=local_text(at or one.next_review_after, zone),
        state=state,
        hint=hint,
    )
