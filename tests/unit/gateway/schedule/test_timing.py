"""When schedules are due: crontab's meaning, daylight saving, and what is refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import assume, given
from hypothesis import strategies as st

from gateway.errors import ScheduleError
from gateway.schedule.timing import Timing, check, next_after, upcoming
from gateway.store.schedules import ScheduleKind

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)  # a Monday


def timing(
    text: str,
    zone: str = BERLIN,
    kind: ScheduleKind = ScheduleKind.CRON,
    *,
    until: datetime | None = None,
) -> Timing:
    """Return a timing; intervals count from `NOW`."""
    return Timing(kind=kind, text=text, time_zone=zone, anchor=NOW, until=until)


def local(text: str, zone: str) -> datetime:
    """Return the moment that the clocks of a zone show, with its offset where it comes twice."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=ZoneInfo(zone))


def shown(text: str, zone: str, after: str, most: int) -> list[str]:
    """Return the next instants as the clocks of the zone show them."""
    found = upcoming(timing(text, zone), local(after, zone), most)
    return [f"{one.astimezone(ZoneInfo(zone)):%m-%d %H:%M %z}" for one in found]


@pytest.mark.parametrize(
    ("line", "zone", "after", "expected"),
    [
        # Berlin, 29 March 2026: 02:00 becomes 03:00.
        ("30 2 * * *", BERLIN, "2026-03-28T12:00", ["03-29 03:00 +0200", "03-30 02:30 +0200"]),
        ("0 2 * * *", BERLIN, "2026-03-28T12:00", ["03-29 03:00 +0200", "03-30 02:00 +0200"]),
        ("0,30 2 * * *", BERLIN, "2026-03-28T12:00", ["03-29 03:00 +0200", "03-30 02:00 +0200"]),
        ("30 1 * * *", BERLIN, "2026-03-28T12:00", ["03-29 01:30 +0100", "03-30 01:30 +0200"]),
        ("0 3 * * *", BERLIN, "2026-03-28T12:00", ["03-29 03:00 +0200", "03-30 03:00 +0200"]),
        ("*/30 * * * *", BERLIN, "2026-03-29T01:15", ["03-29 01:30 +0100", "03-29 03:00 +0200"]),
        # Berlin, 25 October 2026: 03:00 becomes 02:00.
        ("30 2 * * *", BERLIN, "2026-10-24T12:00", ["10-25 02:30 +0200", "10-26 02:30 +0100"]),
        ("30 2 * * *", BERLIN, "2026-10-25T02:15+01:00", ["10-26 02:30 +0100"]),
        ("0 3 * * *", BERLIN, "2026-10-24T12:00", ["10-25 03:00 +0100", "10-26 03:00 +0100"]),
        ("0 * * * *", BERLIN, "2026-10-25T01:30", ["10-25 02:00 +0200", "10-25 02:00 +0100"]),
        # New York, 8 March and 1 November 2026.
        (
            "30 2 * * 0",
            "America/New_York",
            "2026-03-07T12:00",
            ["03-08 03:00 -0400", "03-15 02:30 -0400"],
        ),
        (
            "30 1 * * *",
            "America/New_York",
            "2026-10-31T12:00",
            ["11-01 01:30 -0400", "11-02 01:30 -0500"],
        ),
        # São Paulo, 4 November 2018: the day begins at 01:00.
        (
            "0 0 * * *",
            "America/Sao_Paulo",
            "2018-11-03T12:00",
            ["11-04 01:00 -0200", "11-05 00:00 -0200"],
        ),
        # Lord Howe, 4 October 2026: half an hour is skipped.
        (
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T12:00",
            ["10-04 02:30 +1100", "10-05 02:15 +1100"],
        ),
        # And on 5 April half an hour comes twice; a line with a star goes by real time.
        (
            "15 */2 * * sun",
            "Australia/Lord_Howe",
            "2026-04-04T13:00",
            ["04-05 00:15 +1100", "04-05 02:15 +1030", "04-05 04:15 +1030"],
        ),
        # Casablanca puts its clocks back for a month each year, between two instants of this line.
        (
            "0 */12 1 1 *",
            "Africa/Casablanca",
            "2026-01-01T13:00",
            ["01-01 00:00 +0100", "01-01 12:00 +0100"],
        ),
        # Shanghai has no daylight saving.
        ("30 2 * * *", "Asia/Shanghai", "2026-03-28T12:00", ["03-29 02:30 +0800"]),
    ],
)
def test_daylight_saving(line: str, zone: str, after: str, expected: list[str]) -> None:
    """A skipped time fires once at the first valid moment, a repeated one fires once."""
    assert shown(line, zone, after, len(expected)) == expected


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "Europe/Berlin", "Africa/Casablanca"])
def test_every_ten_minutes_is_every_ten_minutes(zone: str) -> None:
    """Whatever the clocks do in a year, no instant is lost or comes twice."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = upcoming(timing("*/10 * * * *", zone), start, 6 * 24 * 365)

    assert found == [start + (number + 1) * timedelta(minutes=10) for number in range(len(found))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0 9 * * 0", ["01-11", "01-18"]),
        ("0 9 * * 7", ["01-11", "01-18"]),
        ("0 9 * * sun", ["01-11", "01-18"]),
        ("0 9 * * 1", ["01-12", "01-19"]),
        ("0 9 * * mon-fri", ["01-06", "01-07", "01-08", "01-09", "01-12"]),
        ("0 9 * * 5-7", ["01-09", "01-10", "01-11", "01-16"]),
        ("0 9 13 * 5", ["01-09", "01-13", "01-16"]),  # day of month OR day of week
        ("0 9 */10 * *", ["01-11", "01-21", "01-31", "02-01"]),
        ("0 9 1 feb,apr *", ["02-01", "04-01"]),
        ("0 9 31 * *", ["01-31", "03-31", "05-31"]),
        ("0 9 5-5/10 * *", ["02-05", "03-05"]),
        ("@monthly", ["02-01", "03-01"]),
        ("@weekly", ["01-11", "01-18"]),
        ("@daily", ["01-06", "01-07"]),
        ("@yearly", ["01-01"]),
    ],
)
def test_lines_mean_what_crontab_says(line: str, expected: list[str]) -> None:
    """Sunday is 0 and 7, names, ranges, steps, and the two day fields."""
    found = upcoming(timing(line, "UTC"), NOW, len(expected))

    assert [f"{one:%m-%d}" for one in found] == expected


@pytest.mark.parametrize(
    ("kind", "text", "named"),
    [
        (ScheduleKind.CRON, "0 0 30 2 *", "month 2 has no day 30"),
        (ScheduleKind.CRON, "0 0 31 4,6 *", "month 4,6 has no day 31"),
        (ScheduleKind.CRON, "60 9 * * *", "minute '60' is not allowed; 0-59 is"),
        (ScheduleKind.CRON, "0 24 * * *", "hour '24'"),
        (ScheduleKind.CRON, "0 9 * * 8", "day-of-week '8'"),
        (ScheduleKind.CRON, "0 9 0 * *", "day-of-month '0' is not allowed"),
        (ScheduleKind.CRON, "0 9 * 13 *", "month '13'"),
        (ScheduleKind.CRON, "0 9 * *", "has 4"),
        (ScheduleKind.CRON, "0 0 9 * * *", "has 6"),
        (ScheduleKind.CRON, "@reboot", "'@reboot' is not known"),
        (ScheduleKind.CRON, "every day", "has 2"),
        (ScheduleKind.INTERVAL, "30s", "the shortest interval is 1 minute"),
        (ScheduleKind.INTERVAL, "soon", "'soon' is no length of time"),
        (ScheduleKind.DAILY, "25:00", "'25:00' is no time of day"),
        (ScheduleKind.ONCE, "2026-01-01T09:00:00+00:00", "is over already"),
    ],
)
def test_refusals_name_what_is_wrong(kind: ScheduleKind, text: str, named: str) -> None:
    """So that whoever wrote it can mend it."""
    with pytest.raises(ScheduleError) as refused:
        check(timing(text, kind=kind), NOW)

    assert named in str(refused.value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Mars/Olympus", "write it like"),
        ("", "write it like"),
        ("../etc", "write it like"),
    ],
)
def test_unknown_zone_is_refused(name: str, hint: str) -> None:
    """With the zone that was probably meant, where there is one."""
    with pytest.raises(ScheduleError, match="no IANA time zone") as refused:
        check(timing("@daily", name), NOW)

    assert hint in str(refused.value)


def test_interval_counts_from_its_anchor() -> None:
    """However late somebody looks, the instants stay where they are."""
    found = upcoming(timing("45m", kind=ScheduleKind.INTERVAL), NOW + timedelta(minutes=100), 2)

    assert found == [NOW + timedelta(minutes=135), NOW + timedelta(minutes=180)]


def test_daily_is_by_the_clock_of_the_zone() -> None:
    """The same hour in summer and in winter."""
    daily = timing("09:00", kind=ScheduleKind.DAILY)

    assert next_after(daily, datetime(2026, 1, 1, tzinfo=UTC)) == datetime(
        2026, 1, 1, 8, tzinfo=UTC
    )
    assert next_after(daily, datetime(2026, 7, 1, tzinfo=UTC)) == datetime(
        2026, 7, 1, 7, tzinfo=UTC
    )


def test_nothing_is_due_after_the_end() -> None:
    """The end itself still counts."""
    end = NOW + timedelta(hours=2)

    assert upcoming(timing("@hourly", "UTC", until=end), NOW, 9) == [NOW + timedelta(hours=1), end]


FIELD_VALUES = ((0, 59), (0, 23), (1, 28), (1, 12), (0, 6))


@st.composite
def plain_lines(draw: st.DrawFn) -> str:
    """Return a cron line in which each field is a star, a number, a range or a list."""
    fields = []
    for low, high in FIELD_VALUES:
        numbers = st.integers(low, high)
        pair = st.tuples(numbers, numbers).map(sorted)
        ranges = pair.map(
            lambda both: f"{both[0]}-{both[1]}" if both[0] < both[1] else f"{both[0]}"
        )
        lists = st.lists(numbers, min_size=2, max_size=4, unique=True).map(
            lambda many: ",".join(str(one) for one in many)
        )
        fields.append(draw(st.one_of(st.just("*"), numbers.map(str), ranges, lists)))
    return " ".join(fields)


@given(line=plain_lines(), minutes=st.integers(0, 60 * 24 * 366))
def test_agrees_with_croniter_without_daylight_saving(line: str, minutes: int) -> None:
    """Where its reading is cron's own: in UTC, and with at most one of the two day fields."""
    fields = line.split()
    assume("*" in (fields[2], fields[4]))
    moment = NOW + timedelta(minutes=minutes)
    theirs = croniter(line, moment)

    assert upcoming(timing(line, "UTC"), moment, 5) == [theirs.get_next(datetime) for _ in range(5)]


@given(line=plain_lines(), minutes=st.integers(0, 60 * 24 * 366))
def test_instants_only_go_forward(line: str, minutes: int) -> None:
    """Also where the clocks change: each is after the one before it."""
    moment = NOW + timedelta(minutes=minutes)
    found = upcoming(timing(line), moment, 20)

    assert all(early < late for early, late in zip([moment, *found], found, strict=False))
