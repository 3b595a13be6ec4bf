"""What agents work with: souls, skills, models, tools and folders."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from gateway.belongings import state_folder
from gateway.config.sections import ToolSettings
from gateway.store.database import sqlite_path
from skills.catalog import SkillCatalog
from skills.runner import SkillRunner
from souls.catalog import SoulCatalog
from workers.models.protocol import Model
from workers.tools.bash import BashLimits
from workers.tools.extensions import ListExtensions, RunExtension, SkillFolders
from workers.tools.primitives import primitive_tools
from workers.tools.protocol import Tool
from workers.tools.workspace import Workspace

OUTPUTS_FOLDER = ".outputs"
MEBIBYTE = 1024 * 1024


class WorkspaceSpill:
    """Keeps long tool outputs in a folder of the conversation's workspace."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace

    async def keep(self, name: str, text: str) -> str:
        """Write `text` to a file and return its path as an agent writes it."""
        path = f"{OUTPUTS_FOLDER}/{name}.txt"
        workspace = Workspace(self._workspace)
        await asyncio.to_thread(workspace.write, path, text.encode(errors="replace"))
        return path


def state_places(data_dir: Path, database_url: str) -> tuple[Path, ...]:
    """Return where the gateway keeps its state: what agents run must not reach it there."""
    database = sqlite_path(database_url)
    if database is None:
        return (data_dir,)
    # https://www.sqlite.org/tempfiles.html: what lies beside the database holds parts of it.
    beside = (f"{database.name}{ending}" for ending in ("-wal", "-shm", "-journal"))
    return (data_dir, database, *(database.with_name(name) for name in beside))


def workspace_folder(data_dir: Path, conversation_id: UUID) -> Path:
    """Return where the files of a conversation lie; it may not be there yet."""
    return data_dir / "workspaces" / str(conversation_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where agents find what they work with; `model` returns the model of a name, "" for ours.

    `hidden` is where the gateway's state lies, which their programs are kept out of.
    """

    souls: SoulCatalog
    skills: SkillCatalog
    runner: SkillRunner
    model: Callable[[str], Model]
    data_dir: Path
    tools: ToolSettings
    context_tokens: int
    takes_images: bool = False
    hidden: tuple[Path, ...] = ()

    def problems(self) -> Mapping[Path, str]:
        """Return what is wrong with soul and skill files; each keeps its last good version."""
        return {**self.souls.problems(), **self.skills.problems()}

    async def workspace(self, conversation_id: UUID) -> Path:
        """Return the folder of a conversation, made if it is missing."""
        folder = workspace_folder(self.data_dir, conversation_id)
        if not folder.is_dir():
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        return folder

    def _bash_limits(self) -> BashLimits:
        return BashLimits(
            timeout=timedelta(seconds=self.tools.bash_timeout_seconds),
            memory_bytes=self.tools.bash_memory_mb * MEBIBYTE,
            hidden=self.hidden,
        )

    def shared_tools(self, workspace: Path, user_id: str, language: str) -> Sequence[Tool]:
        """Return the tools that Manager and Workers may both be given."""
        folders = SkillFolders(
            state=state_folder(self.data_dir, user_id),
            work=workspace,
            language=language,
        )
        return (
            *primitive_tools(Workspace(workspace), self._bash_limits()),
            ListExtensions(self.skills),
            RunExtension(self.skills, self.runner, folders),
        )
