"""What a heartbeat looks at, without any model: skills that check, pages, files."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from gateway.belongings import state_folder
from gateway.store.heartbeats import Finding, Heartbeat
from gateway.workshop import Workshop
from skills.result import SkillContext, SkillResult
from skills.skill import CHECK_CALL, Skill
from workers.errors import ToolError
from workers.tools.workspace import Workspace

PAGE_SKILL = "web_fetch"
LARGEST_FILE = 16 * 1024 * 1024
MISSING = "missing"
MOST_FINDINGS = 50  # of one skill

logger = structlog.get_logger(__name__)


class Lookout:
    """Looks at everything on somebody's checklist; a part that fails is left out and logged."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def look(self, one: Heartbeat, watches: Sequence[str]) -> list[Finding]:
        """Return what there is; whether it is news, the store knows."""
        workspace = await self._workshop.workspace(one.conversation_id)
        found: list[Finding] = []
        for skill in self._workshop.skills.all():
            if skill.is_signal:
                found += await self._checked(skill, one, workspace)
        for subject in watches:
            if is_page(subject):
                found += await self._page(subject, one, workspace)
            else:
                found.append(await self._file(subject, workspace))
        return found

    async def _checked(self, skill: Skill, one: Heartbeat, workspace: Path) -> list[Finding]:
        result = await self._run(skill, CHECK_CALL, one, workspace)
        found = result.signals if result is not None else ()
        return [
            Finding(
                source=f"skill:{skill.name}",
                fingerprint=_digest(signal.fingerprint.encode()),
                title=" — ".join(part for part in (signal.title, signal.detail) if part),
                url=signal.url,
            )
            for signal in found[:MOST_FINDINGS]
        ]

    async def _page(self, url: str, one: Heartbeat, workspace: Path) -> list[Finding]:
        skill = self._workshop.skills.get(PAGE_SKILL)
        result = await self._run(skill, {"url": url}, one, workspace) if skill else None
        if result is None:
            return []
        return [
            _state(url, result.text.encode(errors="replace"), f"This page has changed: {url}", url)
        ]

    async def _file(self, path: str, workspace: Path) -> Finding:
        try:
            data = await asyncio.to_thread(Workspace(workspace).read, path, LARGEST_FILE)
        except ToolError:
            data = MISSING.encode()  # that it came, or went, is news as well
        return _state(path, data, f"This file has changed: {path}")

    async def _run(
        self, skill: Skill, params: Mapping[str, str], one: Heartbeat, workspace: Path
    ) -> SkillResult | None:
        context = SkillContext(
            state_dir=state_folder(self._workshop.data_dir, one.user_id) / skill.name,
            work_dir=workspace,
        )
        try:
            result = await self._workshop.runner.run(skill, dict(params), context)
        except OSError as error:
            logger.warning("check_failed", skill=skill.name, error=str(error))
            return None
        if not result.ok:
            logger.info("check_failed", skill=skill.name, error=str(result.error_code))
            return None
        return result


def is_page(subject: str) -> bool:
    """Tell whether something that is watched is a page; anything else is a file."""
    return subject.startswith(("http://", "https://"))


def _state(subject: str, data: bytes, title: str, url: str = "") -> Finding:
    return Finding(
        source=f"watch:{subject}", fingerprint=_digest(data), title=title, url=url, is_state=True
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
