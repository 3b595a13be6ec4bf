"""The scene in which skills change."""

from pathlib import Path

import pytest

from gateway.store.database import Database
from tests.contract.front.kit import Front
from tests.contract.skills.kit import SkillScene


@pytest.fixture
async def scene(database: Database, tmp_path: Path) -> SkillScene:
    """Return a gateway whose admin has written to it once."""
    scene = SkillScene(front=Front(database=database), data_dir=tmp_path / "data")
    await scene.front.write("/start")
    return scene
