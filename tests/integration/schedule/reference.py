"""When schedules are due, reckoned without any of the gateway's code, nor the system's time zones.

The calendar is croniter's, over local times without a zone, where its reading is cron(8)'s. What
daylight saving makes of them is written here, by the rules of Debian's cron(8) (a time that is
skipped runs at the change, one that comes twice runs once, wildcards mean real time), over a table
of the year's clock changes that was written by hand:
https://manpages.debian.org/stable/cron/cron.8.en.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from croniter import croniter

HOUR = timedelta(hours=1)
FIRST = datetime(2025, 12, 1, tzinfo=UTC)
LAST = datetime(2027, 3, 1, tzinfo=UTC)  # the table is complete until then


def utc(text: str) -> datetime:
    """Return a moment of 2026, written as month, day and time in UTC."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


# Hours from UTC in winter 2025/26, then each change of 2026: when, and the hours from then on.
CHANGES: dict[str, tuple[float, tuple[tuple[datetime, float], ...]]] = {
    "UTC": (0, ()),
    "Europe/Berlin": (1, ((utc("03-29T01:00"), 2), (utc("10-25T01:00"), 1))),
    "Europe/London": (0, ((utc("03-29T01:00"), 1), (utc("10-25T01:00"), 0))),
    "America/New_York": (-5, ((utc("03-08T07:00"), -4), (utc("11-01T06:00"), -5))),
    "America/Los_Angeles": (-8, ((utc("03-08T10:00"), -7), (utc("11-01T09:00"), -8))),
    "America/Sao_Paulo": (-3, ()),
    "Africa/Cairo": (2, ((utc("04-23T22:00"), 3), (utc("10-29T21:00"), 2))),
    "Asia/Shanghai": (8, ()),
    "Asia/Kolkata": (5.5, ()),
    "Asia/Tehran": (3.5, ()),
    "Australia/Lord_Howe": (11, ((utc("04-04T15:00"), 10.5), (utc("10-03T15:30"), 11))),
    "Pacific/Auckland": (13, ((utc("04-04T14:00"), 12), (utc("09-26T14:00"), 13))),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which the clocks of a zone do not change."""

    begins: datetime
    ends: datetime
    offset: timedelta

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.begins <= moment < self.ends


def spans(zone: str) -> tuple[Span, ...]:
    """Return the spans of a zone, in their order."""
    hours, changes = CHANGES[zone]
    begins = (FIRST, *(moment for moment, _ in changes))
    ends = (*(moment for moment, _ in changes), LAST)
    offsets = (hours, *(hours for _, hours in changes))
    return tuple(
        Span(begin, end, offset * HOUR)
        for begin, end, offset in zip(begins, ends, offsets, strict=True)
    )


def moment_of(local: datetime, zone: str) -> datetime:
    """Return when a job of this local time runs: once, and at the change if it is skipped."""
    as_utc = local.replace(tzinfo=UTC)
    known = spans(zone)
    valid = [as_utc - span.offset for span in known if span.holds(as_utc - span.offset)]
    if valid:
        return valid[0]
    # Skipped: the old offset puts it behind the change, the new one before it.
    return next(
        after.begins
        for before, after in pairwise(known)
        if as_utc - after.offset < after.begins <= as_utc - before.offset
    )


def of_line(line: str, zone: str, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield when a cron line is due after `first` and until `last`."""
    minute, hour, *_ = line.split()
    found = _by_real_time if "*" in minute + hour else _by_local_time
    last_one = first
    for moment in found(line, zone):
        if last_one < moment <= last:
            last_one = moment
            yield moment


def _by_local_time(line: str, zone: str) -> Iterator[datetime]:
    begin, end = FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None) - timedelta(days=2)
    for local in croniter(line, begin + timedelta(days=2)).all_next(datetime):
        if local > end:
            return
        yield moment_of(local, zone)


def _by_real_time(line: str, zone: str) -> Iterator[datetime]:
    for span in spans(zone):
        local_begin = (span.begins + span.offset).replace(tzinfo=None)
        for local in croniter(line, local_begin - timedelta(seconds=1)).all_next(datetime):
            moment = local.replace(tzinfo=UTC) - span.offset
            if moment >= span.ends:
                break
            yield moment


def of_interval(step: timedelta, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield when an interval that began at `first` is due until `last`."""
    moment = first + step
    while moment <= last:
        yield moment
        moment += step
