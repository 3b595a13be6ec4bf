"""A front door, a data directory, and short ways to propose a skill and to look what is in use."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

from gateway.installer import SkillInstaller
from gateway.proposals import ProposalRoom
from gateway.roster import Roster
from gateway.skillshelf.disk import SkillDisk
from gateway.store import skills
from gateway.store.skills import Pin
from gateway.wakeup import Wakeup
from skills.catalog import SkillCatalog
from skills.result import SkillContext, SkillResult
from skills.runner import SkillRunner
from tests.contract.front.kit import MEMBER, Front
from tests.doubles.databases import query
from workers.tools.protocol import JsonValue, ToolContext

NAME = "advice"
HEAD = "---\nname: {name}\ndescription: For a test. 测试用。\n{metadata}---\n"


@dataclass(kw_only=True)
class SkillScene:
    """A gateway's parts around the skills of one data directory; `installer` may be made anew."""

    front: Front
    data_dir: Path
    catalog: SkillCatalog = field(init=False)
    disk: SkillDisk = field(init=False)
    installer: SkillInstaller = field(init=False)

    def __post_init__(self) -> None:
        self.disk = SkillDisk(self.data_dir)
        self.restart()

    def restart(self) -> None:
        """Forget what the process knew, as its end would."""
        self.catalog = SkillCatalog([self.data_dir / "packaged", self.data_dir / "skills"])
        self.installer = SkillInstaller(
            self.front.database, self.front.clock, self.catalog, self.disk, Wakeup()
        )

    def draft(self, words: str, *, name: str = NAME, metadata: str = "", program: str = "") -> Path:
        """Write a skill into the workspace; without a program it is guidance."""
        folder = self.data_dir / "workspace" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "SKILL.md").write_text(HEAD.format(name=name, metadata=metadata) + words)
        if program:
            (folder / "scripts").mkdir(exist_ok=True)
            (folder / "scripts" / "execute.py").write_text(program)
        return folder

    async def hand_in(self, path: str = NAME, sender: str = MEMBER) -> dict[str, JsonValue]:
        """Let the agents of somebody's task propose a folder of the workspace."""
        await self.front.write("Make a skill.", sender)
        (claim,) = await self.front.inbox.claim()
        room = ProposalRoom(
            database=self.front.database,
            clock=self.front.clock,
            catalog=self.catalog,
            trials=SkillRunner(),
            disk=self.disk,
            roster=Roster({}),
            wakeup=Wakeup(),
        )
        tool = room.tool(claim, self.data_dir / "workspace")
        try:
            answer = await tool.run({"path": path}, ToolContext(task_id="t", step_id="s"))
        finally:
            await query(self.front.database, "UPDATE tasks SET status = 'completed'")
        return dict(json.loads(answer))

    async def propose(self, words: str) -> str:
        """Propose guidance with these words; return the digits of its version."""
        self.draft(words)
        return str((await self.hand_in())["version"])

    async def approve(self, words: str) -> str:
        """Propose guidance, approve it, and put it in place."""
        version = await self.propose(words)
        await self.front.write(f"/skills approve {version}")
        await self.installer.open()
        return version

    async def run(self, name: str = NAME) -> SkillResult | None:
        """Run a skill; guidance answers with its words. None where there is none."""
        skill = await asyncio.to_thread(self.catalog.get, name)
        if skill is None:
            return None
        context = SkillContext(state_dir=self.data_dir / "s", work_dir=self.data_dir / "w")
        return await SkillRunner().run(skill, {}, context)

    async def text(self) -> str:
        """Return what the skill answers, empty where there is none."""
        result = await self.run()
        return "" if result is None else result.text

    async def pin(self) -> Pin:
        """Return which version was decided for."""
        found = await self.front.database.transact("pin", lambda: skills.pin_of(NAME))
        assert found is not None
        return found

    async def notices(self, words: str) -> list[str]:
        """Return the notices to anybody that hold these words."""
        rows = await query(
            self.front.database, "SELECT text FROM outbox WHERE kind = 'notice' ORDER BY outbox_seq"
        )
        return [row.text("text") for row in rows if words in row.text("text")]
