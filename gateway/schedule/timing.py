"""When a schedule is due: pure arithmetic over a text, a zone and a moment.

Cron lines mean what crontab(5) and cron(8) say (Sunday is 0 and 7, day of month OR day of week, a
time that daylight saving skips fires once at the first valid moment, one that it repeats fires
once, and a `*` in minute or hour means real time). `cronsim` computes them: APScheduler's and
croniter's own readings differ, see https://github.com/cuu508/cronsim#the-expression-syntax.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import assert_never
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from gateway.errors import ScheduleError
from gateway.schedule.spans import parse_span
from gateway.schedule.zones import zone_of
from gateway.store.schedules import Schedule, ScheduleKind

SHORTEST_INTERVAL = timedelta(minutes=1)
LONGEST_INTERVAL = timedelta(days=3660)
LONGEST_LINE = 200  # characters of a cron line
NAMED_LINES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
FIELDS = {
    "minute": "0-59",
    "hour": "0-23",
    "day-of-month": "1-31",
    "month": "1-12 or jan-dec",
    "day-of-week": "0-7 or sun-sat, where 0 and 7 are Sunday",
}
_RANGE_OF_ONE = re.compile(r"\b(\w+)-\1/\d+\b")
_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What says when a schedule is due; intervals count from `anchor`, nothing is after `until`."""

    kind: ScheduleKind
    text: str
    time_zone: str
    anchor: datetime
    until: datetime | None = None


def timing_of(schedule: Schedule) -> Timing:
    """Return the timing of a stored schedule."""
    return Timing(
        kind=schedule.kind,
        text=schedule.timing,
        time_zone=schedule.time_zone,
        anchor=schedule.created_at,
        until=schedule.until,
    )


def check(timing: Timing, now: datetime) -> datetime:
    """Return when a new schedule is due first.

    Raises:
        ScheduleError: its text or zone is wrong, or it never fires; the sentence names what.
    """
    zone_of(timing.time_zone)
    if timing.until is not None and timing.until <= now:
        raise ScheduleError(f"the end date {timing.until:%Y-%m-%d %H:%M} UTC is over already")
    first = next_after(timing, now)
    if first is not None:
        return first
    if timing.kind is ScheduleKind.ONCE:
        raise ScheduleError(f"{timing.text} is over already")
    if timing.until is not None:
        raise ScheduleError(f"{timing.text!r} is not due before its end date")
    raise ScheduleError(f"{timing.text!r} never fires: no date fits it")


def next_after(timing: Timing, moment: datetime) -> datetime | None:
    """Return the first due instant after a moment, in UTC; None where there is none.

    Raises:
        ScheduleError: the text or the zone is wrong.
    """
    return next(instants(timing, moment), None)


def upcoming(timing: Timing, moment: datetime, most: int) -> Sequence[datetime]:
    """Return the next due instants after a moment, at most so many."""
    return list(islice(instants(timing, moment), most))


def instants(timing: Timing, moment: datetime) -> Iterator[datetime]:
    """Yield all due instants after a moment, in UTC and in their order.

    Raises:
        ScheduleError: the text or the zone is wrong.
    """
    for instant in _endless(timing, moment):
        if timing.until is not None and instant > timing.until:
            return
        yield instant


def _endless(timing: Timing, moment: datetime) -> Iterator[datetime]:
    match timing.kind:
        case ScheduleKind.ONCE:
            instant = stored_moment(timing.text)
            return iter([instant] if instant > moment else [])
        case ScheduleKind.INTERVAL:
            step = interval(timing.text)
            first = max((moment - timing.anchor) // step + 1, 1)
            return (timing.anchor + step * number for number in count(first))
        case ScheduleKind.DAILY:
            return _of_cron(daily_line(timing.text), zone_of(timing.time_zone), moment)
        case ScheduleKind.CRON:
            return _of_cron(cron_line(timing.text), zone_of(timing.time_zone), moment)
        case _:
            assert_never(timing.kind)


def stored_moment(text: str) -> datetime:
    """Read a moment as schedules keep it: ISO 8601 with its offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ScheduleError(f"{text!r} is no moment: write it like 2026-01-05T12:00") from error
    if moment.tzinfo is None:
        raise ScheduleError(f"{text!r} is without an offset from UTC")
    return moment.astimezone(UTC)


def interval(text: str) -> timedelta:
    """Read how far apart the instants of an interval are."""
    step = parse_span(text)
    if step < SHORTEST_INTERVAL:
        raise ScheduleError(f"every {text} is too often: the shortest interval is 1 minute")
    if step > LONGEST_INTERVAL:
        raise ScheduleError(f"every {text} is too rare: the longest interval is 10 years")
    return step


def daily_line(text: str) -> str:
    """Write a time of day such as 09:00 as a cron line."""
    match = _TIME_OF_DAY.fullmatch(text.strip())
    if match is None:
        raise ScheduleError(f"{text!r} is no time of day: write it like 09:00 or 18:30")
    return f"{int(match[2])} {int(match[1])} * * *"


def cron_line(text: str) -> str:
    """Return a cron line in five fields, names such as @daily written out.

    Raises:
        ScheduleError: it is no cron line, or it names a date that does not exist.
    """
    line = NAMED_LINES.get(text.strip().lower(), " ".join(text.split()))
    if line.startswith("@"):
        raise ScheduleError(f"{text!r} is not known; there are {', '.join(NAMED_LINES)}")
    found = len(line.split())
    if found != len(FIELDS) or len(line) > LONGEST_LINE:
        raise ScheduleError(
            f"a cron line has five fields, minute hour day-of-month month day-of-week: "
            f"{text[:LONGEST_LINE]!r} has {found}"
        )
    # A range of one number with a step is that number; cronsim takes it for an open range.
    return _RANGE_OF_ONE.sub(r"\1", line)


def _of_cron(line: str, zone: ZoneInfo, moment: datetime) -> Iterator[datetime]:
    minute, hour, *_ = line.split()
    found = _by_real_time if "*" in minute + hour else _by_local_time
    return found(line, zone, moment.astimezone(UTC))


def _by_local_time(line: str, zone: ZoneInfo, moment: datetime) -> Iterator[datetime]:
    """Yield when the zone's clocks show a time of the line; see cron(8) on changed clocks."""
    for found in _simulated(line, moment.astimezone(zone)):
        instant = found.astimezone(UTC)
        # Within the hour that comes twice, cronsim begins with the first of the two.
        if instant > moment:
            moment = instant
            yield instant


def _by_real_time(line: str, zone: ZoneInfo, moment: datetime) -> Iterator[datetime]:
    """Yield when a line with a `*` is due: whatever the clocks show, none is skipped or repeated.

    Between two changes of the clocks local time is real time, so each span goes by its own offset;
    cronsim, given a zone, loses an instant where the clocks change by half an hour.
    """
    offset = _offset(zone, moment)
    while True:
        for found in _simulated(line, (moment + offset).replace(tzinfo=None)):
            instant = found.replace(tzinfo=UTC) - offset
            if _offset(zone, instant) != offset:
                break
            moment = instant
            yield instant
        else:
            return
        change = _change_of(zone, moment, instant)
        offset, moment = _offset(zone, change), change - timedelta(microseconds=1)


def _simulated(line: str, start: datetime) -> CronSim:
    try:
        return CronSim(line, start)
    except CronSimError as error:
        raise ScheduleError(_mistake(line, str(error))) from error


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change_of(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first whole second, between two moments, at which a zone has the later offset."""
    offset = _offset(zone, after)
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == offset:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def _mistake(line: str, complaint: str) -> str:
    name = complaint.removeprefix("Bad ")
    if name not in FIELDS:
        return f"the cron line {line!r} is wrong: {complaint}"
    fields = line.split()
    value = fields[list(FIELDS).index(name)]
    if name == "day-of-month" and _fits([*fields[:3], "*", *fields[4:]]):
        return f"the cron line {line!r} never fires: month {fields[3]} has no day {value}"
    return f"the cron line {line!r} is wrong: {name} {value!r} is not allowed; {FIELDS[name]} is"


def _fits(fields: Sequence[str]) -> bool:
    try:
        CronSim(" ".join(fields), datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError:
        return False
    return True
