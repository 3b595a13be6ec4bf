"""A moment as people write it: `tomorrow at 9`, `in 20 minutes`, `明天早上9点`, `20分钟后`.

General date parsers guess: dateparser 1.5 reads "tomorrow at 9" as tomorrow at this hour, and no
time of day in Chinese. This one reads less, and refuses what it does not read to the end.
"""

import re
from calendar import day_abbr, day_name, month_abbr, month_name
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.errors import ScheduleError
from gateway.schedule.spans import LONGEST, chinese_number, parse_span
from gateway.schedule.zones import instant_of

USUAL_TIME = time(9)  # of a day that is named without one
_NUMBER = r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
_RELATIVE = re.compile(r"in\s+(.+)|(.+?)\s+from now|(?:过)?(.+?)(?:之后|以后|后)")
_DAYS_AHEAD = {
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "tomorrow": 1,
    "today": 0,
    "大后天": 3,
    "后天": 2,
    "明天": 1,
    "明日": 1,
    "今天": 0,
    "今日": 0,
}
_SHORT = {"tonight": "today evening", "今晚": "今天晚上", "今早": "今天早上"}
_SHORT |= {"明晚": "明天晚上", "明早": "明天早上"}
_PARTS_OF_DAY = {
    "in the morning": time(9),
    "in the afternoon": time(15),
    "in the evening": time(20),
    "at night": time(20),
    "morning": time(9),
    "afternoon": time(15),
    "evening": time(20),
    "凌晨": time(1),
    "早上": time(9),
    "早晨": time(9),
    "上午": time(9),
    "中午": time(12),
    "下午": time(15),
    "傍晚": time(18),
    "晚上": time(20),
}
_AFTER_NOON = {"in the afternoon", "in the evening", "at night", "afternoon", "evening", "中午"}
_AFTER_NOON |= {"下午", "傍晚", "晚上"}
_MONTHS = {name.lower(): number for number, name in enumerate(month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(month_abbr) if name}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(day_name)}
_WEEKDAYS |= {name.lower(): number for number, name in enumerate(day_abbr)}
_CHINESE_WEEKDAYS = {word: number for number, word in enumerate("一二三四五六日")} | {"天": 6}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_OF_MONTH = re.compile(
    rf"(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b\.?(?:\s+(\d{{4}}))?"
)
_MONTH_AND_DAY = re.compile(
    rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?::|am|pm))(?:,?\s+(\d{{4}}))?"
)
_CHINESE_DATE = re.compile(rf"(?:(\d{{4}})年)?({_NUMBER})月({_NUMBER})[日号]")
_NAMED_DAY = re.compile(rf"\b(?:on\s+)?(next\s+|this\s+)?({_WEEKDAY})\b")
_CHINESE_DAY = re.compile(r"(下)?个?(?:周|星期|礼拜)([一二三四五六日天])")
_CLOCK = re.compile(r"\b(?:at\s+)?(\d{1,2}):(\d{2})\s*(am|pm|a\.m\.|p\.m\.)?")
_HALF_CLOCK = re.compile(r"\b(?:at\s+)?(\d{1,2})\s*(am|pm|a\.m\.|p\.m\.)")
_BARE_HOUR = re.compile(r"\bat\s+(\d{1,2})(?:\s*o'clock)?\b|\b(\d{1,2})\s*o'clock\b")
_WORDED = re.compile(r"\b(?:at\s+)?(noon|midnight)\b")
_CHINESE_CLOCK = re.compile(rf"({_NUMBER})[点时](?:(半)|(一刻)|(三刻)|({_NUMBER})分?|整)?")
_FILLING = re.compile(r"[\s,，的]+|\b(?:on|at)\b")


def parse_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that a person means, in UTC.

    Raises:
        ScheduleError: it is not understood, does not exist, or is over already.
    """
    try:
        found = _read(text, now, zone)
    except OverflowError as error:  # a moment at the end of the calendar, in another zone
        raise ScheduleError(f"{text!r} is too far away: 100 years are the most") from error
    if found is None:
        raise ScheduleError(
            f"{text!r} is not understood: write it like 'tomorrow at 9', 'in 20 minutes', "
            "'明天早上9点' or 2026-01-05T09:00"
        )
    if found > now + LONGEST:
        raise ScheduleError(f"{text!r} is too far away: 100 years are the most")
    if found <= now:
        raise ScheduleError(f"{text!r} is {found.astimezone(zone):%Y-%m-%d %H:%M}: over already")
    return found


def _read(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    words = " ".join(text.lower().split())
    for short, whole in _SHORT.items():
        words = words.replace(short, whole)
    return _written_out(words, zone) or _relative(words, now) or _Reading(words).moment(now, zone)


def _written_out(words: str, zone: ZoneInfo) -> datetime | None:
    if not _DATE.match(words):
        return None
    try:
        moment = datetime.fromisoformat(words.upper())
    except ValueError:
        return None
    if "T" not in words.upper() and ":" not in words:
        moment = datetime.combine(moment, USUAL_TIME)
    return instant_of(moment, zone) if moment.tzinfo is None else moment.astimezone(zone)


def _relative(words: str, now: datetime) -> datetime | None:
    match = _RELATIVE.fullmatch(words)
    if match is None:
        return None
    try:
        return now + parse_span(next(group for group in match.groups() if group))
    except ScheduleError:
        return None


class _Reading:
    """A text of which day and time are taken off, piece by piece."""

    def __init__(self, words: str) -> None:
        self._rest = words

    def moment(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the moment; None where something is left over or nothing is said."""
        today = now.astimezone(zone).date()
        day = self._day(today)
        clock = self._time()
        if _FILLING.sub("", self._rest) or (day is None and clock is None):
            return None
        at, is_next_day = clock or (USUAL_TIME, False)
        chosen = (day or today) + timedelta(days=is_next_day)
        found = instant_of(datetime.combine(chosen, at), zone)
        if day is None and found <= now:
            found = instant_of(datetime.combine(chosen + timedelta(days=1), at), zone)
        return found

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.search(self._rest)
        if match is not None:
            self._rest = f"{self._rest[: match.start()]} {self._rest[match.end() :]}"
        return match

    def _take_word(self, words: dict[str, int] | dict[str, time]) -> str | None:
        for word in words:
            if word in self._rest:
                self._rest = self._rest.replace(word, " ", 1)
                return word
        return None

    def _day(self, today: date) -> date | None:
        if match := self._take(_DATE):
            return _real_date(int(match[1]), int(match[2]), int(match[3]))
        if match := self._take(_CHINESE_DATE):
            month, day = chinese_number(match[2]), chinese_number(match[3])
            return _coming(match[1], month, day, today)
        if match := self._take(_DAY_OF_MONTH):
            return _coming(match[3], _MONTHS[match[2]], int(match[1]), today)
        if match := self._take(_MONTH_AND_DAY):
            return _coming(match[3], _MONTHS[match[1]], int(match[2]), today)
        if (word := self._take_word(_DAYS_AHEAD)) is not None:
            return today + timedelta(days=_DAYS_AHEAD[word])
        return self._weekday(today)

    def _weekday(self, today: date) -> date | None:
        if match := self._take(_CHINESE_DAY):
            return _in_week(today, _CHINESE_WEEKDAYS[match[2]], is_next=match[1] is not None)
        if match := self._take(_NAMED_DAY):
            is_next = (match[1] or "").startswith("next")
            return _in_week(today, _WEEKDAYS[match[2]], is_next=is_next)
        return None

    def _time(self) -> tuple[time, bool] | None:
        """Return the time of day, and whether it is midnight at the end of the day."""
        part = self._take_word(_PARTS_OF_DAY)
        if match := self._take(_WORDED):
            return (time(12), False) if match[1] == "noon" else (time(0), True)
        said = self._clock()
        if said is None:
            return (_PARTS_OF_DAY[part], False) if part is not None else None
        hour, minute, half = said
        if half is not None:
            hour = hour % 12 + (12 if half.startswith("p") else 0)
        elif part in _AFTER_NOON and hour < 12:  # noqa: PLR2004 - noon
            hour += 12
        elif part in {"晚上", "at night"} and hour == 12:  # noqa: PLR2004 - noon
            return time(0, minute), True
        return _real_time(hour, minute), False

    def _clock(self) -> tuple[int, int, str | None] | None:
        if match := self._take(_CLOCK):
            return int(match[1]), int(match[2]), match[3]
        if match := self._take(_HALF_CLOCK):
            return int(match[1]), 0, match[2]
        if match := self._take(_CHINESE_CLOCK):
            return chinese_number(match[1]), _chinese_minutes(match), None
        if match := self._take(_BARE_HOUR):
            return int(match[1] or match[2]), 0, None
        return None


def _chinese_minutes(match: re.Match[str]) -> int:
    for group, minutes in ((2, 30), (3, 15), (4, 45)):
        if match[group]:
            return minutes
    return chinese_number(match[5]) if match[5] else 0


def _in_week(today: date, weekday: int, *, is_next: bool) -> date:
    """Return the day of next week (from Monday on), or else the next such day after today."""
    if is_next:
        return today + timedelta(days=7 - today.weekday() + weekday)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _coming(year: str | None, month: int, day: int, today: date) -> date:
    if year is not None:
        return _real_date(int(year), month, day)
    found = _real_date(today.year, month, day)
    return found if found >= today else _real_date(today.year + 1, month, day)


def _real_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ScheduleError(f"there is no date {year}-{month:02}-{day:02}") from error


def _real_time(hour: int, minute: int) -> time:
    try:
        return time(hour, minute)
    except ValueError as error:
        raise ScheduleError(f"there is no time {hour}:{minute:02}") from error
