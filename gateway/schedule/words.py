"""A schedule in plain words: what it is due at, in the person's zone."""

from calendar import day_name, month_name
from datetime import datetime
from typing import assert_never

from gateway.phrases import Phrase, is_chinese, say
from gateway.schedule.spans import span_text
from gateway.schedule.timing import Timing, cron_line, interval, stored_moment
from gateway.schedule.zones import zone_of
from gateway.store.schedules import ScheduleKind

SHORT_ID_CHARACTERS = 8
_CHINESE_NAMES = {name: f"周{word}" for name, word in zip(day_name, "一二三四五六日", strict=True)}
_CHINESE_NAMES |= {name: f"{number}月" for number, name in enumerate(month_name) if name}


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
            return say(
                Phrase.SCHEDULE_CRON,
                language,
                words=cron_words(timing.text, language),
                line=timing.text,
                zone=timing.time_zone,
            )
        case _:
            assert_never(timing.kind)


def cron_words(line: str, language: str) -> str:
    """Say in words what a cron line means; the days that the library leaves in English, too."""
    from cron_descriptor import (  # noqa: PLC0415 - takes 60 ms to import, and few need it
        ExpressionDescriptor,
        Options,
    )

    locale = "zh_CN" if is_chinese(language) else "en_US"
    options = Options(use_24hour_time_format=True, locale_code=locale)
    words: str = ExpressionDescriptor(cron_line(line), options).get_description()
    if is_chinese(language):
        for name, chinese in _CHINESE_NAMES.items():
            words = words.replace(name, chinese)
        return words
    return words[:1].lower() + words[1:]
