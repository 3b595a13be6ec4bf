"""The process dies between a feed's new items and the answer that tells of them."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.acceptance.kill.warm_process import Crash, WarmProcess
from tests.acceptance.scene import person, tool_outputs
from tests.doubles.model_markers import scripted_by_markers
from tests.doubles.model_server import ModelServer
from tests.doubles.telegram_server import TelegramServer
from tests.doubles.web_server import WebServer

READER = 2001
SECONDS = 60.0  # for anything that the gateway does
ITEM = "<item><title>{0}</title><guid>{0}</guid></item>"


def feed(*titles: str) -> str:
    """Return an RSS feed with these items."""
    items = "".join(ITEM.format(title) for title in titles)
    return f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>"


def call(**arguments: str) -> str:
    """Return the marker by which the model runs the skill."""
    given = json.dumps({"skill_name": "rss_subscribe", "args": arguments})
    return f"[[tool:run_extension {given}]]"


async def tell(telegram: TelegramServer, text: str, answer: str) -> None:
    """Let the reader write, and wait for the answer."""
    await telegram.user_says(text, chat_id=READER, user=person(READER))
    await hear(telegram, answer)


async def hear(telegram: TelegramServer, answer: str) -> None:
    """Wait until the bot has said something."""
    await telegram.wait_for(
        lambda: any(one.text == answer for one in telegram.world.from_bot(READER)), SECONDS
    )


@pytest.mark.parametrize("point", ["before:complete_step", "after:complete_step"])
async def test_new_items_come_once_though_the_process_died(tmp_path: Path, point: str) -> None:
    """The skill had returned them and nobody had heard of it: the call made again returns them."""
    async with (
        TelegramServer() as telegram,
        ModelServer(script=scripted_by_markers) as model,
        WebServer() as web,
    ):
        settings = {
            "CREWDESK_DATA_DIR": str(tmp_path / "data"),
            "CREWDESK_HTTP__PORT": "0",
            "CREWDESK_TELEGRAM__TOKEN": telegram.token,
            "CREWDESK_TELEGRAM__API_BASE": telegram.base_url,
            "CREWDESK_ACCESS__MEMBERS": "telegram:*",
            "CREWDESK_MODEL__NAME": "double",
            "OPENAI_API_KEY": "sk-double",
            "OPENAI_BASE_URL": model.base_url,
            "CREWDESK_SKILLS__ALLOWED_HOSTS": web.host,
        }
        web.serve("/feed", feed("old"), content_type="text/xml")
        with WarmProcess(settings, tmp_path / "log", crash=None):
            subscribe = call(action="subscribe", url=web.url("/feed"))
            await tell(telegram, f"Follow {subscribe}[[say:Followed.]]", "Followed.")
        web.serve("/feed", feed("fresh", "old"), content_type="text/xml")
        with WarmProcess(settings, tmp_path / "log", crash=Crash(point=point)) as dying:
            news = f"News? {call(action='new')}[[say:Told.]]"
            await telegram.user_says(news, chat_id=READER, user=person(READER))
            async with asyncio.timeout(SECONDS):
                await dying.died()
            assert dying.was_killed
        with WarmProcess(settings, tmp_path / "log", crash=None):
            await hear(telegram, "Told.")
            told = tool_outputs(model.requests[-1])
            await tell(telegram, f"More? {call(action='new')}[[say:No more.]]", "No more.")

    (result,) = [json.loads(one)["result"] for one in told]
    assert result.startswith("## News\n- fresh")
    assert "old" not in result
    assert json.loads(tool_outputs(model.requests[-1])[0])["result"] == "Nothing new."
