"""What tests of the primitive tools share."""

from pathlib import Path

import pytest

from workers.tools.protocol import ToolContext
from workers.tools.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return an empty workspace; its neighbour folder holds a file that must stay out of reach."""
    root = tmp_path / "workspace"
    root.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("secret")
    return Workspace(root)


@pytest.fixture
def context() -> ToolContext:
    """Return the context of some call."""
    return ToolContext(task_id="task", step_id="step")
