"""What a heartbeat looks at, without any model: skills that check, pages, files."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.store.heartbeats import Finding, Heartbeat
from gateway.workshop import Workshop
from skills.result import SkillContext
from skills.skill import Skill
from workers.errors import ToolError
from workers.tools.workspace import Workspace

CHECK = "check"  # the action by which a skill says what is new, changing nothing
PAGE_SKILL = "web_fetch"
LARGEST_FILE = 16 * 1024 * 1024
MISSING = "missing"
MOST_FINDINGS = 50  # of one skill

logger = structlog.get_logger(__name__)


class _Signal(BaseModel):
    """One thing that a skill found."""

    model_config = ConfigDict(extra="ignore")

    fingerprint: str = Field(min_length=1)
    title: str = ""
    url: str = ""


class _Signals(BaseModel):
    """What a skill answers to `{"action": "check"}`."""

    model_config = ConfigDict(extra="ignore")

    signals: list[_Signal] = []


class Lookout:
    """Looks at everything on somebody's checklist; a part that fails is left out and logged."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def look(self, one: Heartbeat, watches: Sequence[str]) -> list[Finding]:
        """Return what there is; whether it is news, the store knows."""
        workspace = await self._workshop.workspace(one.conversation_id)
        found: list[Finding] = []
        for skill in self._workshop.skills.all():
            if offers_check(skill):
                found += await self._checked(skill, one, workspace)
        for subject in watches:
            if is_page(subject):
                found += await self._page(subject, one, workspace)
            else:
                found.append(await self._file(subject, workspace))
        return found

    async def _checked(self, skill: Skill, one: Heartbeat, workspace: Path) -> list[Finding]:
        text = await self._run(skill, {"action": CHECK}, one, workspace)
        if text is None:
            return []
        try:
            told = _Signals.model_validate_json(text)
        except ValidationError as error:
            logger.warning("check_not_understood", skill=skill.name, errors=error.error_count())
            return []
        return [
            Finding(
                source=f"skill:{skill.name}",
                fingerprint=_digest(signal.fingerprint.encode()),
                title=signal.title,
                url=signal.url,
            )
            for signal in told.signals[:MOST_FINDINGS]
        ]

    async def _page(self, url: str, one: Heartbeat, workspace: Path) -> list[Finding]:
        skill = self._workshop.skills.get(PAGE_SKILL)
        text = await self._run(skill, {"url": url}, one, workspace) if skill else None
        if text is None:
            return []
        return [_state(url, text.encode(errors="replace"), f"This page has changed: {url}", url)]

    async def _file(self, path: str, workspace: Path) -> Finding:
        try:
            data = await asyncio.to_thread(Workspace(workspace).read, path, LARGEST_FILE)
        except ToolError:
            data = MISSING.encode()  # that it came, or went, is news as well
        return _state(path, data, f"This file has changed: {path}")

    async def _run(
        self, skill: Skill, params: dict[str, str], one: Heartbeat, workspace: Path
    ) -> str | None:
        context = SkillContext(
            state_dir=self._workshop.data_dir / "skill-state" / one.user_id / skill.name,
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
        return result.text


def offers_check(skill: Skill) -> bool:
    """Tell whether a skill takes the action `check`."""
    properties = json.loads(skill.parameters).get("properties", {})
    return CHECK in properties.get("action", {}).get("enum", ())


def is_page(subject: str) -> bool:
    """Tell whether something that is watched is a page; anything else is a file."""
    return subject.startswith(("http://", "https://"))


def _state(subject: str, data: bytes, title: str, url: str = "") -> Finding:
    return Finding(
        source=f"watch:{subject}", fingerprint=_digest(data), title=title, url=url, is_state=True
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
