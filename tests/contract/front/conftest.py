"""The front door that the suite knocks at."""

import pytest

from gateway.store.database import Database
from tests.contract.front.kit import Front


@pytest.fixture
def front(database: Database) -> Front:
    """Return a gateway's front with one listed admin and one listed member."""
    return Front(database=database)


@pytest.fixture
def unclaimed(database: Database) -> Front:
    """Return a gateway's front that nobody is listed for."""
    return Front(database=database, listed={})
