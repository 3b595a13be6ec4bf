"""Moments, lengths of time and quiet hours as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import ScheduleError
from gateway.schedule.moments import parse_moment
from gateway.schedule.quiet import parse_quiet, quiet_until
from gateway.schedule.spans import parse_span, span_text

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)  # Monday, 15:00 in Berlin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow at 9", "01-06 09:00"),
        ("Tomorrow at 9:30 pm", "01-06 21:30"),
        ("tomorrow", "01-06 09:00"),
        ("9am tomorrow", "01-06 09:00"),
        ("tomorrow morning", "01-06 09:00"),
        ("tomorrow evening at 7", "01-06 19:00"),
        ("the day after tomorrow at noon", "01-07 12:00"),
        ("at 18:00", "01-05 18:00"),
        ("at 9", "01-06 09:00"),
        ("tonight", "01-05 20:00"),
        ("today at 23:15", "01-05 23:15"),
        ("in 20 minutes", "01-05 15:20"),
        ("in an hour", "01-05 16:00"),
        ("in 1h30m", "01-05 16:30"),
        ("2 days from now", "01-07 15:00"),
        ("on friday at 18:00", "01-09 18:00"),
        ("monday at 10", "01-12 10:00"),
        ("next tuesday at 10", "01-13 10:00"),
        ("25 December at 9am", "12-25 09:00"),
        ("March 3rd, 8:00", "03-03 08:00"),
        ("2026-02-01T09:00", "02-01 09:00"),
        ("2026-02-01 at 9", "02-01 09:00"),
        ("2026-02-01T09:00+00:00", "02-01 10:00"),
        ("2026-03-29T02:30", "03-29 03:00"),  # skipped by daylight saving
        ("明天早上9点", "01-06 09:00"),
        ("明天上午九点", "01-06 09:00"),
        ("明天下午3点半", "01-06 15:30"),
        ("后天晚上8点", "01-07 20:00"),
        ("今晚8点", "01-05 20:00"),
        ("今天晚上12点", "01-06 00:00"),
        ("明早8点15分", "01-06 08:15"),
        ("20分钟后", "01-05 15:20"),
        ("半小时后", "01-05 15:30"),
        ("两个小时以后", "01-05 17:00"),
        ("下周一上午10点", "01-12 10:00"),
        ("周五18:00", "01-09 18:00"),
        ("3月5日下午2点", "03-05 14:00"),
        ("中午12点", "01-06 12:00"),
    ],
)
def test_moments_are_read(text: str, expected: str) -> None:
    """By the clock of the person's zone."""
    found = parse_moment(text, NOW, BERLIN)

    assert f"{found.astimezone(BERLIN):%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("whenever", "is not understood"),
        ("tomorrow at 9 or so", "is not understood"),
        ("", "is not understood"),
        ("31 February at 9", "there is no date 2026-02-31"),
        ("2月30日", "there is no date 2026-02-30"),
        ("tomorrow at 25:00", "there is no time 25:00"),
        ("today at 9", "over already"),
        ("2025-01-01T09:00", "over already"),
        ("9999-12-31T23:59-12:00", "too far away"),
        ("in 3000 years", "is not understood"),
        ("in 999999 weeks and 999999 weeks", "is not understood"),
        ("十十点", "is no number"),
    ],
)
def test_other_texts_are_refused(text: str, named: str) -> None:
    """Nothing is guessed, and what is wrong is named."""
    with pytest.raises(ScheduleError, match=named):
        parse_moment(text, NOW, BERLIN)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10m", 600),
        ("90s", 90),
        ("1h30m", 5400),
        ("2 hours and 5 minutes", 7500),
        ("1d", 86_400),
        ("a week", 604_800),
        ("half an hour", 1800),
        ("20分钟", 1200),
        ("一个半小时", 5400),
        ("两小时半", 9000),
        ("十五分钟", 900),
    ],
)
def test_lengths_of_time_are_read(text: str, seconds: int) -> None:
    """And what is written of them is read again."""
    found = parse_span(text)

    assert found.total_seconds() == seconds
    assert parse_span(span_text(found)) == found


@pytest.mark.parametrize("text", ["999999w", "99999w" * 30, "1" * 5000 + "m", "36526d"])
def test_lengths_beyond_every_calendar_are_refused(text: str) -> None:
    """Before anything is reckoned with them."""
    with pytest.raises(ScheduleError, match=r"is too long|is no length of time"):
        parse_span(text)


@pytest.mark.parametrize("text", ["", "ten", "5", "m", "5 parsecs", "0m", "10m and"])
def test_other_lengths_are_refused(text: str) -> None:
    """A number without a unit, too."""
    with pytest.raises(ScheduleError, match="is no length of time"):
        parse_span(text)


@pytest.mark.parametrize(
    ("hours", "now", "ends"),
    [
        ("22:00-07:00", "2026-01-05T23:30", "2026-01-06T07:00"),
        ("22:00-07:00", "2026-01-06T02:00", "2026-01-06T07:00"),
        ("22:00-07:00", "2026-01-06T07:00", None),
        ("22:00-07:00", "2026-01-05T21:59", None),
        ("13:00-15:00", "2026-01-05T14:00", "2026-01-05T15:00"),
        ("13:00-15:00", "2026-01-05T15:00", None),
        ("22:00-02:30", "2026-03-28T23:00", "2026-03-29T03:00"),  # skipped by daylight saving
    ],
)
def test_quiet_hours(hours: str, now: str, ends: str | None) -> None:
    """Over midnight too, and by the clock of the person's zone."""
    moment = datetime.fromisoformat(now).replace(tzinfo=BERLIN).astimezone(UTC)
    found = quiet_until(parse_quiet(hours), "Europe/Berlin", moment)

    assert (f"{found.astimezone(BERLIN):%Y-%m-%dT%H:%M}" if found else None) == ends


@pytest.mark.parametrize("text", ["22-7", "22:00", "25:00-07:00", "07:00-07:00", "at night"])
def test_other_quiet_hours_are_refused(text: str) -> None:
    """With an example of how to write them."""
    with pytest.raises(ScheduleError, match="are no hours"):
        parse_quiet(text)
