"""What a heartbeat looks at, without any model: skills that check, pages, files."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import structlog

from gateway.belongings import state_folder
from gateway.store.heartbeats import Finding, Heartbeat
from gateway.workshop import Workshop
from skills.result import SkillContext, SkillResult
from skills.skill import CHECK_CALL, Skill
from workers.errors import ToolError
from workers.groups import plain_group
from workers.tools.workspace import Workspace

PAGE_SKILL = "web_fetch"
LARGEST_FILE = 16 * 1024 * 1024
MISSING = "missing"
LOOK_SECONDS = 600.0  # for one checklist, and less than a look may take in all
AT_ONCE = 4  # checks of one checklist, each of a skill in a process of its own
MOST_FINDINGS = 50  # of one skill

Check = Callable[[], Awaitable[list[Finding]]]

logger = structlog.get_logger(__name__)


class Lookout:
    """Looks at everything on somebody's checklist; a part that fails is left out and logged."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def look(self, one: Heartbeat, watches: Sequence[str]) -> list[Finding]:
        """Return what there is; whether it is news, the store knows.

        What there is no time for any more is left out, and looked at the next time.
        """
        workspace = await self._workshop.workspace(one.conversation_id)
        signals = [skill for skill in self._workshop.skills.all() if skill.is_signal]
        checks: dict[str, Check] = {
            f"skill:{skill.name}": partial(self._checked, skill, one, workspace)
            for skill in signals
        }
        checks |= {subject: partial(self._watched, subject, one, workspace) for subject in watches}
        gate = asyncio.Semaphore(AT_ONCE)
        until = asyncio.get_running_loop().time() + LOOK_SECONDS
        async with plain_group() as group:
            looks = [
                group.create_task(_in_time(name, check, gate, until))
                for name, check in checks.items()
            ]
        return [finding for look in looks for finding in look.result()]

    async def _watched(self, subject: str, one: Heartbeat, workspace: Path) -> list[Finding]:
        if is_page(subject):
            return await self._page(subject, one, workspace)
        return [await self._file(subject, workspace)]

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


async def _in_time(name: str, check: Check, gate: asyncio.Semaphore, until: float) -> list[Finding]:
    """Wait for a turn; a check that gets none in time is left out."""
    async with gate:
        if asyncio.get_running_loop().time() < until:
            return await check()
    logger.warning("check_left_out", subject=name, reason="the look takes too long")
    return []


def is_page(subject: str) -> bool:
    """Tell whether something that is watched is a page; anything else is a file."""
    return subject.startswith(("http://", "https://"))


def _state(subject: str, data: bytes, title: str, url: str = "") -> Finding:
    return Finding(
        source=f"watch:{subject}", fingerprint=_digest(data), title=title, url=url, is_state=True
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
