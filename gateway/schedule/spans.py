"""Lengths of time as people write them: `30m`, `1h30m`, `20 minutes`, `半小时`, `两天`."""

import re
from datetime import timedelta

from gateway.errors import ScheduleError

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "秒", "秒钟"), _SECOND),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "小时", "个小时", "钟头", "个钟头"), _HOUR),
    **dict.fromkeys(("d", "day", "days", "天", "日"), _DAY),
    **dict.fromkeys(("w", "week", "weeks", "周", "个星期", "星期", "个礼拜"), _WEEK),
}
LONGEST = timedelta(days=36_525)  # beyond it, calendars end
_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}
_DIGITS |= {"九": 9}
_CHINESE_NUMBER = "零一二两三四五六七八九十"
_AMOUNT = rf"\d{{1,6}}|an?(?=\s)|half an(?=\s)|半个?|[{_CHINESE_NUMBER}]{{1,3}}(?:个半)?"
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_PIECE = re.compile(rf"({_AMOUNT})\s*({_UNIT})(半?)(?![a-z])\s*(?:and\s+|,\s*)?")


def parse_span(text: str) -> timedelta:
    """Read a length of time.

    Raises:
        ScheduleError: it is none.
    """
    rest = text.strip().lower()
    total, position = timedelta(), 0
    while position < len(rest):
        match = _PIECE.match(rest, position)
        if match is None:
            raise ScheduleError(
                f"{text!r} is no length of time: write it like 30m, 1h30m, 2 days or 20分钟"
            )
        unit = _UNITS[match[2]]
        total += _amount(match[1]) * unit + (unit / 2 if match[3] else timedelta())
        position = match.end()
        if total > LONGEST:
            raise ScheduleError(f"{text[:80]!r} is too long: 100 years are the most")
    if not total:
        raise ScheduleError(f"{text!r} is no length of time: it must be more than nothing")
    return total


def chinese_number(text: str) -> int:
    """Read a number up to 99 in Chinese characters or in digits.

    Raises:
        ScheduleError: it is none.
    """
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.partition("十")
    try:
        if not ten:
            return _DIGITS[text]
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    except KeyError as error:
        raise ScheduleError(f"{text!r} is no number") from error


def _amount(text: str) -> float:
    if text.isdecimal():
        return int(text)
    if text in {"a", "an"}:
        return 1
    if text in {"half an", "半", "半个"}:
        return 0.5
    number, half, _ = text.partition("个半")
    return chinese_number(number) + (0.5 if half else 0)


def span_text(span: timedelta) -> str:
    """Write a length of time so that `parse_span` reads it."""
    seconds = int(span.total_seconds())
    pieces = []
    for letter, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            pieces.append(f"{count}{letter}")
    return "".join(pieces)
