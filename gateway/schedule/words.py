"""A schedule in plain words: what it is due at, in the person's zone."""

from datetime import datetime
from typing import assert_never

from gateway.phrases import Phrase, say
from gateway.schedule.spans import span_text
from gateway.schedule.timing import Timing, interval, stored_moment
from gateway.schedule.zones import zone_of
from gateway.store.schedules import ScheduleKind

SHORT_ID_CHARACTERS = 8


def local_text(instant: datetime, time_zone: str) -> str:
    """Write a moment as the clocks of a zone show it, with the offset that holds then."""
    return f"{instant.astimezone(zone_of(time_zone)):%Y-%m-%d %H:%M %z}"


def timing_text(timing: Timing, language: str) -> str:
    """Say when a schedule is due."""
    match timing.kind:
        case ScheduleKind.ONCE:
            at = local_text(stored_moment(timing.text), timing.time_zone)
            return say(Phrase.SCHEDULE_ONCE, language, at=at)
        case ScheduleKind.INTERVAL:
            return say(Phrase.SCHEDULE_EVERY, language, span=span_text(interval(timing.text)))
        case ScheduleKind.DAILY:
            return say(Phrase.SCHEDULE_DAILY, language, time=timing.text, zone=timing.time_zone)
        case ScheduleKind.CRON:
            return say(Phrase.SCHEDULE_CRON, language, line=timing.text, zone=timing.time_zone)
        case _:
            assert_never(timing.kind)
