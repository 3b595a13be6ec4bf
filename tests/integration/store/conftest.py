"""A SQLite database on a disk of its own choice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store.database import Database
from tests.doubles.databases import open_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is."""
    return tmp_path / "crewdesk.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    """Open a fresh SQLite database."""
    async with open_database(f"sqlite://{path}") as opened:
        yield opened
