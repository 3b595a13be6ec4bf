"""Quiet hours: scheduled runs go on, and what they say waits until the morning."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from gateway.errors import ScheduleError
from gateway.schedule.zones import instant_of, zone_of

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*(?:-|–|—|to|到|至)\s*([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A part of each day by local time; it may go over midnight. Active hours are the same."""

    begins: time
    ends: time

    @property
    def text(self) -> str:
        """The hours as they are stored."""
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


def parse_quiet(text: str) -> QuietHours:
    """Read quiet hours such as 22:00-07:00.

    Raises:
        ScheduleError: they are none.
    """
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise ScheduleError(f"{text!r} are no hours: write them like 22:00-07:00")
    begins = time(int(match[1]), int(match[2]))
    ends = time(int(match[3]), int(match[4]))
    if begins == ends:
        raise ScheduleError(f"{text!r} are no hours: they end when they begin")
    return QuietHours(begins=begins, ends=ends)


def quiet_until(hours: QuietHours, time_zone: str, now: datetime) -> datetime | None:
    """Return when the quiet hours that hold now end, in UTC; None where none hold."""
    zone = zone_of(time_zone)
    local = now.astimezone(zone)
    goes_over = hours.begins > hours.ends
    is_late, is_early = local.time() >= hours.begins, local.time() < hours.ends
    if not (is_late or is_early if goes_over else is_late and is_early):
        return None
    day = local.date() + timedelta(days=1 if goes_over and is_late else 0)
    ends = instant_of(datetime.combine(day, hours.ends), zone)
    return ends if ends > now else None


def next_within(hours: QuietHours, time_zone: str, moment: datetime) -> datetime:
    """Return a moment that lies in the hours as it is, else their next beginning, in UTC."""
    if quiet_until(hours, time_zone, moment) is not None:
        return moment
    zone = zone_of(time_zone)
    day = moment.astimezone(zone).date()
    today = instant_of(datetime.combine(day, hours.begins), zone)
    if today >= moment:
        return today
    return instant_of(datetime.combine(day + timedelta(days=1), hours.begins), zone)
