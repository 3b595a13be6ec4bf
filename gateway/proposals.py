"""Skills that agents propose: checked, tried, kept apart, and put before the admins."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import structlog

from gateway.clock import Clock
from gateway.commands.skill_words import beginning, notice, short
from gateway.inbox import Claim
from gateway.parts import notice_to
from gateway.roster import Roster
from gateway.skillshelf.disk import SkillDisk
from gateway.skillshelf.examination import Arguments, examine, samples_of, try_out
from gateway.skillshelf.report import ProposalReport, Trial, capabilities_of, compare
from gateway.store import outbox, skills
from gateway.store.database import Database
from gateway.store.skills import NewProposal
from gateway.store.statement import Script
from gateway.wakeup import Wakeup
from skills.catalog import SkillCatalog
from skills.errors import SkillError
from skills.package import SKILL_FILE, Package, proposal_mistakes, read_package
from skills.runner import SkillRunner
from skills.skill import Skill, parse_skill
from skills.values import SkillValues
from workers.errors import ToolError
from workers.models.wellformed import well_formed
from workers.tools.proposals import REFUSED, Draft, ProposeSkill
from workers.tools.workspace import Workspace

MAX_SAMPLES: Final = 8
SHOWN_CHARACTERS: Final = 200  # of a sample and of what came of it
REASON_CHARACTERS: Final = 4_000

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRoom:
    """What taking proposals needs of the gateway.

    `trials` runs skills without any of the operator's settings and secrets: nobody has approved
    what is tried. `wakeup` wakes the delivery.
    """

    database: Database
    clock: Clock
    catalog: SkillCatalog
    trials: SkillRunner
    disk: SkillDisk
    roster: Roster
    wakeup: Wakeup

    def tool(self, claim: Claim, workspace: Path) -> ProposeSkill:
        """Return the tool of one task, which reads from its workspace."""
        return ProposeSkill(Workspace(workspace), ProposalDesk(self, claim))


class ProposalDesk:
    """Takes what the agents of one task propose; implements the tool's `TakesDrafts`."""

    def __init__(self, room: ProposalRoom, claim: Claim) -> None:
        self._room = room
        self._claim = claim

    async def propose(self, draft: Draft) -> str:
        """Check and try a draft and store it as a proposal; see `TakesDrafts`."""
        skill = parsed(draft)
        digest = draft.package.digest
        if known := await self._known(skill.name, digest):
            return known
        folder = await asyncio.to_thread(self._room.disk.stage, skill.name, draft.package)
        staged = replace(skill, folder=folder, pin=digest)
        try:
            report, diff = await self._reported(staged, draft.package)
        except ToolError:
            await asyncio.to_thread(self._room.disk.discard, skill.name, digest)
            raise
        return await self._store(skill.name, digest, report, diff)

    async def _known(self, name: str, digest: str) -> str:
        """Say what has been decided about this very version; empty where it is news."""
        database = self._room.database
        before = await database.transact("open_proposal", lambda: skills.open_of(name))
        if before is not None and before.digest == digest:
            return _answer(name, digest, "it waits for an administrator already")
        pin = await database.transact("skill_pin", lambda: skills.pin_of(name))
        if pin is not None and pin.digest == digest:
            present = await asyncio.to_thread(self._room.disk.present, name)
            if present == digest:
                return _answer(name, digest, "this very version is approved and in use")
        return ""

    async def _reported(self, staged: Skill, package: Package) -> tuple[ProposalReport, str]:
        """Find out what an admin must know; raises `ToolError` where a version could not run."""
        trials, untried = await self._tried(staged)
        present = self._room.catalog.get(staged.name)
        before = await asyncio.to_thread(_package_of, present)
        changes, diff = await asyncio.to_thread(compare, before, package)
        report = ProposalReport(
            description=well_formed(staged.description),
            capabilities=capabilities_of(staged),
            before=None if present is None else capabilities_of(present),
            changes=changes,
            trials=trials,
            untried=untried,
        )
        return report, diff

    async def _tried(self, staged: Skill) -> tuple[tuple[Trial, ...], str]:
        """Load the program and run it with each sample; returns the runs, or why there are none."""
        known = await examine(staged, self._room.trials, SkillValues())
        _refuse([f"{one.found} ({one.advice})" for one in known.mistakes])
        if staged.is_guidance:
            return (), ""
        if lacking := [one.name for one in staged.settings if one.is_required and not one.default]:
            return (), f"it needs {', '.join(lacking)}, which a trial is not given"
        return tuple([await self._trial(staged, sample) for sample in _samples(staged)]), ""

    async def _trial(self, staged: Skill, sample: Arguments) -> Trial:
        shown = json.dumps(sample, ensure_ascii=False)
        try:
            result = await try_out(staged, self._room.trials, sample)
        except OSError as error:
            raise ToolError(REFUSED, f"it can't be tried here: {error.strerror}") from error
        if not result.ok:
            _refuse([f"the sample {shown} failed: {result.error_code}: {result.text.strip()}"])
        return Trial(
            arguments=beginning(well_formed(shown), SHOWN_CHARACTERS),
            said=beginning(well_formed(result.text), SHOWN_CHARACTERS),
        )

    async def _store(self, name: str, digest: str, report: ProposalReport, diff: str) -> str:
        """Store the proposal and tell the admins, in one transaction."""
        task, talk = self._claim.task, self._claim.conversation
        base = await asyncio.to_thread(self._room.disk.present, name)
        new = NewProposal(
            proposal_id=uuid4(),
            name=name,
            digest=digest,
            base=base,
            user_id=task.user_id,
            asked_by=str(task.payload.get("sender_name", "")),
            conversation_id=talk.conversation_id if talk is not None else None,
            task_id=task.task_id,
            report=report.model_dump_json(),
            diff=well_formed(diff),
        )
        now = self._room.clock.now()
        told = await self._room.database.transact(
            "propose_skill", lambda: self._storing(new, report, now)
        )
        self._room.wakeup.call()
        logger.info("skill_proposed", skill=name, version=short(digest), admins_told=told)
        whom = "the administrators were told" if told else "no administrator could be told"
        return _answer(name, digest, f"it waits for an administrator; {whom}")

    def _storing(self, new: NewProposal, report: ProposalReport, now: datetime) -> Script[int]:
        """Store it, and return how many admins are told; none where it waits already."""
        if not (yield from skills.propose(new, now)):
            return 0
        talks = yield from skills.talks_of_admins()
        for talk in talks:
            text = notice(new, report, talk.language)
            texts = self._room.roster.split(talk.address, text)
            yield from outbox.enqueue(notice_to(talk, f"skill:{new.proposal_id}", texts, now), now)
        return len(talks)


def parsed(draft: Draft) -> Skill:
    """Read the skill of a draft.

    Raises:
        ToolError: it may not be proposed; the text names each mistake.
    """
    _refuse(list(proposal_mistakes(draft.package)))
    try:
        # The folder need not exist: the name in `SKILL.md` must be that of the draft's own.
        return parse_skill(draft.package.text(SKILL_FILE), Path(draft.name))
    except SkillError as error:
        raise ToolError(REFUSED, f"{SKILL_FILE}: {error}") from error


def _samples(staged: Skill) -> Sequence[Arguments]:
    """Return what to try; a program that can't be tried at all is refused."""
    samples = samples_of(staged)
    if not 1 <= len(samples) <= MAX_SAMPLES:
        _refuse([f"metadata.crewdesk.samples: a program needs 1 to {MAX_SAMPLES} of them"])
    return samples


def _refuse(mistakes: Sequence[str]) -> None:
    if mistakes:
        raise ToolError(REFUSED, "; ".join(mistakes)[:REASON_CHARACTERS])


def _package_of(skill: Skill | None) -> Package | None:
    """Read the present version; None where there is none, or its files can't be compared."""
    if skill is None:
        return None
    try:
        return read_package(skill.folder)
    except (SkillError, OSError):
        return None


def _answer(name: str, digest: str, state: str) -> str:
    return json.dumps({"ok": True, "skill_name": name, "version": short(digest), "message": state})
