"""A year of 500 schedules in 12 zones, with restarts, downtimes and a clock that jumps."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.schedule.catching_up import GRACE, MOST_CAUGHT_UP
from gateway.schedule.timing import check, timing_of
from gateway.store import schedules
from gateway.store.schedules import MissedPolicy, OverlapPolicy, Schedule, ScheduleKind
from gateway.store.statement import Script
from tests.contract.schedule.kit import ScheduleKit, new_schedule
from tests.doubles.clock import ManualClock
from tests.doubles.databases import SQLITE_PREFIX, open_database, query
from tests.integration.schedule.reference import (
    CHANGES,
    moment_of,
    of_interval,
    of_line,
    utc,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=365)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEYOND = END + 30 * timedelta(days=1)  # further than any look goes
ZONES = tuple(CHANGES)  # twelve
TIMES = ("30 2", "15 2", "0 9", "15 0", "30 1", "0 2", "0 0", "45 23")
STEPS = {"2d": 48, "36h": 36, "1w": 168}  # hours
DOWN_MINUTES = (1, 2, 5, 20, 60, 3 * 60, 12 * 60, 24 * 60, 2 * 24 * 60, 3 * 24 * 60)
SCHEDULES = 500
SEED = 20260105
TROUBLES = ("nothing", "restart", "downtime", "ahead", "back", "wrong")
DONE_AT_ONCE = """
CREATE TRIGGER done_at_once AFTER INSERT ON tasks BEGIN
    UPDATE tasks SET status = 'completed' WHERE task_id = NEW.task_id;
END
"""


def schedule(dice: random.Random, number: int) -> Schedule:
    """Return one of the schedules: one in twenty is daily or an interval, the others are rarer."""
    days = ("1 * *", "15 * *", "* * mon", "* * 7", "13 * 5", "* 3-4,9-11 sun", "28-31 * *")
    kind, text = ScheduleKind.CRON, f"{dice.choice(TIMES)} {dice.choice(days)}"
    if number % 40 == 0:
        kind, text = ScheduleKind.DAILY, "02:30"
    if number % 40 == 20:
        kind, text = ScheduleKind.INTERVAL, dice.choice(tuple(STEPS))
    if number % 40 == 30:
        text = f"15 */2 {dice.choice(('* 3,4 sun', '* 10,11 sun', '24 4 *'))}"
    draft = replace(
        new_schedule(now=BEGIN),
        kind=kind,
        timing=text,
        time_zone=ZONES[number % len(ZONES)],
        missed=dice.choice(tuple(MissedPolicy)),
        window=dice.choice((timedelta(), HOUR, 12 * HOUR, DAY)),
        overlap=OverlapPolicy.QUEUE,
    )
    return replace(draft, next_fire_at=check(timing_of(draft), BEGIN))


def due_instants(one: Schedule) -> Iterator[datetime]:
    """Return when a schedule is due in this year, by the reference."""
    if one.kind is ScheduleKind.INTERVAL:
        return of_interval(STEPS[one.timing] * HOUR, BEGIN, BEYOND)
    line = "30 2 * * *" if one.kind is ScheduleKind.DAILY else one.timing
    return of_line(line, one.time_zone, BEGIN, BEYOND)


def test_the_reference_knows_the_cases_by_hand() -> None:
    """What it stands on is itself checked, against dates that somebody has looked up."""
    found = {
        zone: [moment_of(datetime.fromisoformat(f"2026-{local}"), zone) for local in locals_]
        for zone, locals_ in {
            "Europe/Berlin": ("03-29T02:30", "10-25T02:30", "10-25T03:00"),
            "Africa/Cairo": ("04-24T00:00", "10-29T23:30"),
            "Australia/Lord_Howe": ("10-04T02:15", "04-05T01:45"),
        }.items()
    }
    assert found == {
        "Europe/Berlin": [utc("03-29T01:00"), utc("10-25T00:30"), utc("10-25T02:00")],
        "Africa/Cairo": [utc("04-23T22:00"), utc("10-29T20:30")],
        "Australia/Lord_Howe": [utc("10-03T15:30"), utc("04-04T14:45")],
    }


class Expectation:
    """What one schedule should have fired, reckoned from the times of the looks alone."""

    def __init__(self, one: Schedule) -> None:
        self._due = [*due_instants(one), END + 999 * DAY]  # the last one is beyond all looks
        self._one = one
        self._seen = BEGIN  # up to here the instants are dealt with
        self._coming = self._due[0]
        self.fired: set[datetime] = set()

    def look(self, now: datetime) -> None:
        """Take note of a look at the clock; one that was set back begins anew from there."""
        if self._seen <= now < self._coming:  # as nearly always
            self._seen = now
            return
        self._seen = min(self._seen, now)
        due = self._due[bisect_right(self._due, self._seen) : bisect_right(self._due, now)]
        self._seen, self._coming = now, self._due[bisect_right(self._due, now)]
        self.fired.update(self._chosen(due, now))

    def _chosen(self, due: Sequence[datetime], now: datetime) -> Sequence[datetime]:
        recent = [one for one in due if now - one <= max(self._one.window, GRACE)]
        match self._one.missed:
            case MissedPolicy.SKIP:
                return [one for one in recent if now - one <= GRACE]
            case MissedPolicy.LATEST:
                return recent[-1:]
            case MissedPolicy.ALL:
                return recent[-MOST_CAUGHT_UP:]


def troubles(dice: random.Random) -> Iterator[str]:
    """Yield what happens after each look: mostly nothing."""
    while True:
        yield dice.choices(TROUBLES, (970, 14, 10, 3, 3, 3))[0]


async def look(kit: ScheduleKit, expected: Sequence[Expectation]) -> datetime | None:
    """Look at the clock, and have it reckoned what that should fire."""
    for one in expected:
        one.look(kit.clock.now())
    return await kit.scheduler.look()


async def live(kit: ScheduleKit, dice: random.Random, expected: Sequence[Expectation]) -> int:
    """Let the year pass, and return how often somebody looked at the clock."""
    for looks, trouble in enumerate(troubles(dice)):
        nearest = await look(kit, expected)
        if kit.clock.now() >= END:
            return looks
        assert nearest is not None
        assert nearest > kit.clock.now()
        kit.clock.advance(nearest - kit.clock.now() + timedelta(seconds=dice.randrange(50)))
        match trouble:
            case "restart":
                kit.scheduler = kit.another_scheduler()
            case "downtime":
                kit.clock.advance(timedelta(minutes=dice.choice(DOWN_MINUTES)))
                kit.scheduler = kit.another_scheduler()
            case "ahead":
                kit.clock.jump_to(kit.clock.now() + HOUR)
            case "back":
                kit.clock.jump_to(kit.clock.now() - HOUR)
            case "wrong":  # for one look, and then it is set right
                right = kit.clock.now()
                kit.clock.jump_to(right + 20 * DAY)
                await look(kit, expected)
                kit.clock.jump_to(right)
            case _:
                pass
    raise AssertionError("unreachable")


@pytest.mark.parametrize("seed", [SEED])
async def test_a_year_fires_what_the_policies_say_and_nothing_twice(
    tmp_path: Path, seed: int
) -> None:
    """Each due instant of each schedule, compared with a reckoning that shares no code with it."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    made = [schedule(dice, number) for number in range(SCHEDULES)]

    def add_all() -> Script[None]:
        for one in made:
            yield from schedules.add(one, [])

    async with open_database(f"{SQLITE_PREFIX}{tmp_path / 'year.db'}") as database:
        kit = ScheduleKit(database=database, clock=ManualClock(BEGIN))
        await database.transact("add", add_all)
        await query(database, DONE_AT_ONCE)
        expected = [Expectation(one) for one in made]
        looks = await live(kit, dice, expected)
        rows = await query(
            database,
            "SELECT schedule_id, due_at, task_id FROM schedule_ticks WHERE state = 'fired'",
        )
        tasks = await query(
            database, "SELECT COUNT(DISTINCT event_key) AS n, COUNT(*) AS all_of FROM tasks"
        )

    fired: dict[str, set[datetime]] = {str(one.schedule_id): set() for one in made}
    for row in rows:
        fired[str(row.uuid("schedule_id"))].add(row.time("due_at"))
    assert fired == {
        str(one.schedule_id): wanted.fired for one, wanted in zip(made, expected, strict=True)
    }
    assert len(rows) == tasks[0].integer("n") == tasks[0].integer("all_of")
    assert looks > 2_000
    assert len(rows) > 8_000
