"""The four primitive tools that every agent may be given."""

from workers.tools.bash import USUAL_LIMITS, BashLimits, RunCommand
from workers.tools.files import EditFile, ReadFile, WriteFile
from workers.tools.protocol import Tool
from workers.tools.workspace import Workspace


def primitive_tools(workspace: Workspace, limits: BashLimits = USUAL_LIMITS) -> tuple[Tool, ...]:
    """Return `read`, `write`, `edit` and `bash` over one workspace, whose folder must exist."""
    return (
        ReadFile(workspace),
        WriteFile(workspace),
        EditFile(workspace),
        RunCommand(workspace, limits=limits),
    )
