"""Time zones by their IANA names, and local times that daylight saving skips or repeats."""

from datetime import UTC, datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from gateway.errors import ScheduleError


def zone_of(name: str) -> ZoneInfo:
    """Return a zone; raises `ScheduleError` where there is none of this name."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:
        near = get_close_matches(_tail(name), list(_by_tail()), n=1, cutoff=0.75)
        hint = f"did you mean {_by_tail()[near[0]]}?" if near else "write it like Europe/Berlin"
        raise ScheduleError(f"{name!r} is no IANA time zone: {hint}") from error


def _tail(name: str) -> str:
    return name.rpartition("/")[2].replace(" ", "_").lower()


def _by_tail() -> dict[str, str]:
    return {_tail(name): name for name in sorted(available_timezones(), reverse=True)}


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC moment of a local time without a zone.

    Of a time that comes twice, the first; of one that is skipped, the first valid moment after
    the gap.
    """
    early = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == local:
        return early
    return _end_of_gap(local, zone)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """Find the moment at which the clocks go forward, to the second."""
    after = local.replace(tzinfo=zone, fold=0).astimezone(UTC)  # by the offset before the gap
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)  # by the offset after it
    old_offset = before.astimezone(zone).utcoffset()
    while (after - before).total_seconds() > 1:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle in {before, after}:
            break
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after
