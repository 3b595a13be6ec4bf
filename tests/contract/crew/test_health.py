"""A worker that is not well is shown as such, and another one is offered in its place."""

from pathlib import Path
from uuid import uuid4

from gateway.config.sections import ToolSettings
from gateway.crew import CrewRoom, TaskCrew
from gateway.inbox import Claim
from gateway.store.database import Database
from gateway.worker_health import FAILURES_IN_A_ROW, WorkerHealth
from gateway.workshop import Workshop
from manager.crew import DispatchError, WorkerInfo, WorkOrder, WorkResult
from skills.catalog import SkillCatalog
from skills.runner import SkillRunner
from souls.catalog import SoulCatalog
from tests.contract.inbox.kit import LEASE, OWNER, InboxKit
from tests.doubles.databases import count
from tests.doubles.model_answering import AnsweringModel, says
from workers.groups import plain_group

SOUL = """---
name: {name}
description: d
capabilities: [{capability}]
{model}---
Do it.
"""
REASON = "its model needs a key"


class Crew:
    """Three workers, two of which can code; `keyed` is one that has a model of its own."""

    def __init__(self, database: Database, folder: Path) -> None:
        souls = folder / "souls"
        souls.mkdir()
        for name, capability, model in (
            ("keyed", "coding", "model: big\n"),
            ("plain", "coding", ""),
            ("poet", "poetry", ""),
        ):
            text = SOUL.format(name=name, capability=capability, model=model)
            (souls / f"{name}.md").write_text(text)
        self._kit = InboxKit(database=database)
        self._model = AnsweringModel(says("done"))
        self.health = WorkerHealth(self._kit.clock, lambda name: REASON if name else "")
        self._room = self._room_in(folder, souls)

    def _room_in(self, folder: Path, souls: Path) -> CrewRoom:
        workshop = Workshop(
            souls=SoulCatalog([souls]),
            skills=SkillCatalog([]),
            runner=SkillRunner(),
            model=lambda _: self._model,
            data_dir=folder,
            tools=ToolSettings(),
            context_tokens=100_000,
        )
        return CrewRoom(
            database=self._kit.database,
            clock=self._kit.clock,
            workshop=workshop,
            owner=OWNER,
            seats=2,
            lease_time=LEASE,
            health=self.health,
        )

    async def _claim(self) -> Claim:
        key = str(uuid4())
        return await self._kit.claim_new(key, lane=key)

    async def roster(self) -> dict[str, WorkerInfo]:
        """List the workers by name."""
        async with plain_group() as group:
            crew = TaskCrew(self._room, await self._claim(), (), group)
            return {one.worker_id: one for one in await crew.roster()}

    async def dispatch(self, worker_id: str) -> WorkResult:
        """Hand work to a worker."""
        order = WorkOrder(worker_id=worker_id, instruction="Do it.")
        async with plain_group() as group:
            crew = TaskCrew(self._room, await self._claim(), (), group)
            return await crew.dispatch(order, "run/tool-1-1", wait=True)


async def test_list_says_who_is_not_well_and_why(database: Database, tmp_path: Path) -> None:
    """Those who are well have no reason."""
    roster = await Crew(database, tmp_path).roster()

    assert (roster["keyed"].is_healthy, roster["keyed"].trouble) == (False, REASON)
    assert (roster["plain"].is_healthy, roster["plain"].trouble) == (True, "")


async def test_another_one_with_the_capability_is_offered(
    database: Database, tmp_path: Path
) -> None:
    """The one that is not well gets no job, and the Manager learns who can stand in."""
    result = await Crew(database, tmp_path).dispatch("keyed")

    assert (result.ok, result.error) == (False, DispatchError.WORKER_FAILED)
    assert REASON in result.message
    assert "'plain' can do it" in result.message
    assert await count(database, "worker_jobs") == 0


async def test_nobody_is_offered_where_nobody_can(database: Database, tmp_path: Path) -> None:
    """A worker who is well but can something else is no help."""
    crew = Crew(database, tmp_path)
    for _ in range(FAILURES_IN_A_ROW):
        crew.health.failed("plain", "broken")

    result = await crew.dispatch("plain")

    assert "nobody else can do what it does" in result.message
    assert "broken" in result.message


async def test_worker_that_is_well_does_its_work(database: Database, tmp_path: Path) -> None:
    """And a success wipes out what failed before."""
    crew = Crew(database, tmp_path)
    for _ in range(FAILURES_IN_A_ROW - 1):
        crew.health.failed("poet", "broken")

    result = await crew.dispatch("poet")

    assert (result.ok, result.result) == (True, "done")
    crew.health.failed("poet", "broken")
    assert (await crew.roster())["poet"].is_healthy
