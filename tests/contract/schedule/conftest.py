"""The scheduler that the suite runs on."""

import pytest

from gateway.store.database import Database
from tests.contract.schedule.kit import ScheduleKit


@pytest.fixture
def kit(database: Database) -> ScheduleKit:
    """Return a scheduler on each database in turn."""
    return ScheduleKit(database=database)
