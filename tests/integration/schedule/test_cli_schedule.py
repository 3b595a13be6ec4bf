"""`crewdesk schedule`: what it reads beside a gateway, and how it writes it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.cli.outcome import CommandFailed
from gateway.cli.schedules import page, preview, read_schedule, read_schedules, table, why
from gateway.store import schedules
from tests.contract.schedule.kit import HOUR, ScheduleKit, new_schedule
from tests.doubles.clock import START
from tests.doubles.databases import SQLITE_PREFIX, open_database


@pytest.fixture
async def kit(tmp_path: Path) -> AsyncIterator[ScheduleKit]:
    """Return a scheduler on a SQLite database of its own."""
    async with open_database(f"{SQLITE_PREFIX}{tmp_path / 'crewdesk.db'}") as database:
        yield ScheduleKit(database=database)


async def test_list_has_a_line_for_each(kit: ScheduleKit) -> None:
    """When it is due, what it is, whose, and what for."""
    assert [line.text for line in table(await read_schedules(kit.database))] == ["no schedules"]
    one = await kit.add(new_schedule("0 9 * * 1"))
    paused = await kit.add(replace(new_schedule(), created_at=START + HOUR))
    await kit.change(lambda: schedules.pause(paused.schedule_id, "asked for"))

    lines = [line.text for line in table(await read_schedules(kit.database))]

    short = str(one.schedule_id)[:8]
    due = "2026-01-12 09:00 +0000"
    timing = "at 09:00, only on Monday (`0 9 * * 1`, UTC)"
    assert lines[0] == f"{short}  {due}  {timing}  -  tell the news"
    assert lines[1].startswith(
        f"{str(paused.schedule_id)[:8]}  paused  every hour (`@hourly`, UTC)"
    )


async def test_one_is_shown_with_its_times_and_what_came_of_them(kit: ScheduleKit) -> None:
    """Found by the beginning of its id."""
    one = await kit.add(new_schedule())
    await kit.look_after(HOUR)
    await kit.look_after(3 * HOUR)
    now = kit.clock.now()

    record = await read_schedule(kit.database, str(one.schedule_id)[:8].upper(), now)

    shown = [line.text for line in page(record)]
    assert "next      2026-01-05 17:00 +0000" in shown
    assert "tells     telegram:bot:1" in shown
    assert preview(record, now)[0].text == "2026-01-05 17:00 +0000"
    told = [line.text for line in why(record)]
    assert told[0] == "2026-01-05 16:00 +0000  skipped  (overlap)"
    assert (
        told[1] == "2026-01-05 14:00 +0000 to 2026-01-05 15:00 +0000 (2 times)  skipped  (missed)"
    )
    assert told[2].startswith("2026-01-05 13:00 +0000  fired  task ")


async def test_why_tells_what_became_of_the_message(kit: ScheduleKit) -> None:
    """Besides how the run ended."""
    one = await kit.add(new_schedule())
    await kit.look_after(HOUR)
    await kit.end_run("The news.")
    await kit.deliver()

    record = await read_schedule(kit.database, str(one.schedule_id)[:8], kit.clock.now())

    assert why(record)[0].text.endswith("completed  message sent  why it ended")


@pytest.mark.parametrize(
    ("prefix", "complaint"), [("ffff", "there is no schedule ffff"), ("0", "there is no schedule")]
)
async def test_what_is_not_there_is_said(kit: ScheduleKit, prefix: str, complaint: str) -> None:
    """With what lists them."""
    with pytest.raises(CommandFailed, match=complaint):
        await read_schedule(kit.database, prefix, START + timedelta(days=1))
