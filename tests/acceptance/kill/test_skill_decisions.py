"""The process dies between an admin's decision about a skill and its files, and recovers."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.kill.warm_process import Crash, WarmProcess
from tests.acceptance.scene import person
from tests.doubles.model_markers import scripted_by_markers
from tests.doubles.model_server import ModelServer
from tests.doubles.telegram_server import TelegramServer

ADMIN, MEMBER = 1001, 2001
SECONDS = 30.0  # for anything that the gateway does
TEXT = "---\nname: advice\ndescription: For a test. 测试用。\n---\nBe kind.\n"
DRAFT = (
    f"[[tool:write {json.dumps({'path': 'drafts/advice/SKILL.md', 'content': TEXT})}]]"
    '[[tool:propose_skill {"path": "drafts/advice"}]][[say:It waits.]]'
)
RUN = '[[tool:run_extension {"skill_name": "advice"}]][[say:Done.]]'


class Scene:
    """An admin, a member, a model, and a gateway that dies."""

    def __init__(self, telegram: TelegramServer, model: ModelServer, folder: Path) -> None:
        self.telegram = telegram
        self.model = model
        self._folder = folder

    @property
    def environ(self) -> Mapping[str, str]:
        """The settings of the gateway."""
        return {
            "CREWDESK_DATA_DIR": str(self._folder / "data"),
            "CREWDESK_HTTP__PORT": "0",
            "CREWDESK_TELEGRAM__TOKEN": self.telegram.token,
            "CREWDESK_TELEGRAM__API_BASE": self.telegram.base_url,
            "CREWDESK_ACCESS__ADMINS": f"telegram:{ADMIN}",
            "CREWDESK_ACCESS__MEMBERS": "telegram:*",
            "CREWDESK_MODEL__NAME": "double",
            "OPENAI_API_KEY": "sk-double",
            "OPENAI_BASE_URL": self.model.base_url,
        }

    def process(self, crash: Crash | None = None) -> WarmProcess:
        """Return a gateway on this scene's data."""
        return WarmProcess(self.environ, self._folder / "log", crash=crash)

    async def says(self, text: str, who: int) -> None:
        """Let somebody write in private."""
        await self.telegram.user_says(text, chat_id=who, user=person(who))

    async def hears(self, chat_id: int, words: str) -> str:
        """Wait until the bot has said these words in a chat, and return what it said with them."""

        def found() -> list[str]:
            said = self.telegram.world.from_bot(chat_id)
            return [one.text for one in said if words in one.text]

        await self.telegram.wait_for(lambda: bool(found()), SECONDS)
        return found()[-1]

    async def pins(self) -> list[tuple[object, ...]]:
        """Return what the database says of the skill."""
        return await asyncio.to_thread(_pins, self._folder / "data" / "crewdesk.db")


def _pins(path: Path) -> list[tuple[object, ...]]:
    sql = "SELECT digest = installed, is_settled FROM skill_pins"
    with closing(sqlite3.connect(path, timeout=SECONDS)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A scene with its servers."""
    async with TelegramServer() as telegram, ModelServer(script=scripted_by_markers) as model:
        yield Scene(telegram, model, tmp_path)


@pytest.mark.parametrize(
    "crash",
    [
        Crash(point="after:unsettled_skills", hit=2),  # the first look is at the start
        Crash(point="before:settle_skill"),
        Crash(point="after:settle_skill"),
    ],
    ids=lambda crash: crash.point,
)
async def test_an_approval_survives_the_death_of_the_process(scene: Scene, crash: Crash) -> None:
    """Before the files are moved, before that is recorded, and after; it is told once."""
    with scene.process(crash) as first:
        await scene.says("/start", ADMIN)
        await scene.hears(ADMIN, "Hello")
        await scene.says(f"Make it {DRAFT}", MEMBER)
        notice = await scene.hears(ADMIN, "waits for your decision")
        version = notice.partition("/skills approve ")[2][:8]
        await scene.says(f"/skills approve {version}", ADMIN)
        async with asyncio.timeout(SECONDS):
            await first.died()
        assert first.was_killed
    with scene.process():
        await scene.hears(MEMBER, "can be used now")
        await scene.says(f"Run {RUN}", MEMBER)
        await scene.hears(MEMBER, "Done.")

    assert await scene.pins() == [(1, 1)]
    assert "Be kind." in str(scene.model.requests[-1].parsed.items[-1])
    said = [one.text for one in scene.telegram.world.from_bot(MEMBER)]
    assert sum("can be used now" in text for text in said) == 1
