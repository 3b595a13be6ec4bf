"""The inbox that the suite runs on."""

import pytest

from gateway.store.database import Database
from tests.contract.inbox.kit import InboxKit


@pytest.fixture
def kit(database: Database) -> InboxKit:
    """Return an inbox on each database in turn."""
    return InboxKit(database=database)
