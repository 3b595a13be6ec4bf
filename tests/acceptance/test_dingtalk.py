"""A whole gateway on DingTalk: what people get there, through restarts and lost connections."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.command_line import crewdesk
from tests.acceptance.scene import GROWING, ScriptBook, at_rest, tool_outputs
from tests.doubles.dingtalk_cards import TEMPLATE
from tests.doubles.dingtalk_faults import cut_after_applying, hanging
from tests.doubles.dingtalk_server import (
    CLIENT_ID,
    CLIENT_SECRET,
    CREATE_CARD,
    OPEN,
    WEBHOOK,
    DingtalkServer,
)
from tests.doubles.dingtalk_world import ADA, CREW, Bubble
from tests.doubles.gateway_process import PATIENCE_SECONDS, GatewayProcess
from tests.doubles.model_reply import Reply
from tests.doubles.model_server import ModelServer

CARDS = {"CREWDESK_DINGTALK__CARD_TEMPLATE_ID": TEMPLATE}
MANY = 10_000  # more permits than any answer has pieces


class Scene:
    """A running gateway between a DingTalk and a model."""

    def __init__(self, dingtalk: DingtalkServer, model: ModelServer, book: ScriptBook) -> None:
        self.dingtalk = dingtalk
        self.model = model
        self.book = book
        self.gateway: GatewayProcess

    def shown(self, chat: str = ADA) -> list[str]:
        """Return what the robot shows in a chat now."""
        return [bubble.text for bubble in self.dingtalk.world.from_robot(chat)]

    async def answers(self, count: int, chat: str = ADA) -> list[Bubble]:
        """Wait until the robot shows so many things that are no previews."""

        def is_there() -> bool:
            shown = self.shown(chat)
            return len(shown) >= count and not any(not t or t.endswith(GROWING) for t in shown)

        try:
            await self.dingtalk.wait_for(is_there, PATIENCE_SECONDS)
        except AssertionError as error:
            error.add_note(f"shown: {self.shown(chat)}\nthe log:\n{self.gateway.log_text}")
            raise
        return self.dingtalk.world.from_robot(chat)

    async def settled(self) -> None:
        """Wait until every message is acknowledged and everything said is sent."""
        stream = self.dingtalk.stream
        await self.dingtalk.wait_for(lambda: not stream.unacknowledged, PATIENCE_SECONDS)
        await at_rest(self.gateway)


@asynccontextmanager
async def opened(
    data_dir: Path, settings: Mapping[str, str] | None = None, *, until: str = "/readyz"
) -> AsyncIterator[Scene]:
    """Start a gateway with a DingTalk and a model of its own, and end all three."""
    book = ScriptBook()
    async with DingtalkServer() as dingtalk, ModelServer(script=book) as model:
        scene = Scene(dingtalk, model, book)
        told = {
            "CREWDESK_DINGTALK__CLIENT_ID": CLIENT_ID,
            "CREWDESK_DINGTALK__CLIENT_SECRET": CLIENT_SECRET,
            "CREWDESK_DINGTALK__API_BASE": dingtalk.base_url,
            "CREWDESK_DINGTALK__FILE_BASE": dingtalk.base_url,
            "CREWDESK_INBOX__BUSY_MODE": "queue",  # an answer to each message
            "CREWDESK_MODEL__NAME": "double",
            "CREWDESK_ACCESS__ADMINS": f"dingtalk:{ADA}",
            "CREWDESK_ACCESS__MEMBERS": "dingtalk:*",
            "CREWDESK_INBOX__LEASE_SECONDS": "3",  # so that a stranded task is soon retried
            "OPENAI_API_KEY": "opens-nothing",
            "OPENAI_BASE_URL": model.base_url,
        }
        scene.gateway = GatewayProcess(data_dir, told | dict(settings or {}))
        try:
            await scene.gateway.start(until=until)
            yield scene
        finally:
            await scene.gateway.kill()


async def page(gateway: GatewayProcess, path: str) -> str:
    """Return what the gateway's own server answers."""
    url = f"{gateway.url}{path}"
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return await response.text()


def release(pace: asyncio.Semaphore, pieces: int = MANY) -> None:
    """Let so many pieces of an answer go."""
    for _ in range(pieces):
        pace.release()


async def test_people_are_answered_once_in_private_and_in_groups(tmp_path: Path) -> None:
    """A question, a mention, a tool, a message that comes twice: one answer each, in its chat."""
    async with opened(tmp_path / "data") as scene:
        first = await scene.dingtalk.person_says("How are you?")
        await scene.answers(1)
        await scene.dingtalk.person_says("what is new?", group=CREW)
        await scene.answers(1, CREW)
        await scene.dingtalk.person_says(
            'count [[tool:bash {"command":"echo $((6 * 7))"}]][[say:It is done.]]', person="staff2"
        )
        await scene.answers(1, "staff2")
        assert tool_outputs(scene.model.requests[-1]) == ["42\n[exit code 0]"]
        await scene.dingtalk.stream.send_again(first)
        await scene.settled()
        assert scene.shown() == ["answer to How are you?"]
        assert scene.shown(CREW) == ["answer to what is new?"]
        assert scene.shown("staff2") == ["It is done."]


async def test_a_restart_keeps_the_chat_and_takes_the_robots_own_way(tmp_path: Path) -> None:
    """The webhook is gone with the process; what waited meanwhile is answered, and once."""
    async with opened(tmp_path / "data") as scene:
        await scene.dingtalk.person_says("Before")
        await scene.answers(1)
        pace = asyncio.Semaphore(0)
        scene.book.on("During", lambda _: Reply(text="answer to During", pace=pace))
        await scene.dingtalk.person_says("During")
        await scene.dingtalk.wait_for(lambda: not scene.dingtalk.stream.unacknowledged, 30)
        await scene.gateway.kill()
        await scene.dingtalk.person_says("Meanwhile", person="staff2")
        release(pace)
        await scene.gateway.start()
        before, during = await scene.answers(2)
        (meanwhile,) = await scene.answers(1, "staff2")
        await scene.settled()
        assert [before.via, during.via, meanwhile.via] == ["webhook", "robot", "webhook"]
        assert scene.shown() == ["answer to Before", "answer to During"]


async def test_a_streamed_answer_is_one_finished_card(tmp_path: Path) -> None:
    """It grows before one's eyes; after a kill in the middle the same card gets the answer."""
    words = " ".join(f"word{number}" for number in range(40))
    async with opened(tmp_path / "data", CARDS) as scene:
        pace = asyncio.Semaphore(0)
        scene.book.on("Speak slowly", lambda _: Reply(text=words, pace=pace))
        await scene.dingtalk.person_says("Speak slowly")
        release(pace, 20)
        await scene.dingtalk.wait_for(lambda: any(scene.shown()), PATIENCE_SECONDS)
        (card,) = scene.dingtalk.world.cards.values()
        assert card.state == "growing"
        await scene.gateway.kill()
        release(pace)
        await scene.gateway.start()
        await scene.dingtalk.wait_for(lambda: card.state == "finished", PATIENCE_SECONDS)
        await scene.gateway.wait_for_log("task_left")
        assert len(scene.dingtalk.world.cards) == 1
        assert scene.shown() == [words]


@pytest.mark.parametrize("settings", [{}, CARDS], ids=["messages", "cards"])
async def test_an_answer_whose_fate_is_unknown(tmp_path: Path, settings: dict[str, str]) -> None:
    """A card is looked up and shown once; a message is sent once more, marked, and counted."""
    async with opened(tmp_path / "data", settings) as scene:
        for path in (WEBHOOK, CREATE_CARD):
            scene.dingtalk.fail_next(path, cut_after_applying())
        await scene.dingtalk.person_says("How are you?")
        await scene.answers(1 if settings else 2)
        await scene.settled()
        shown = scene.shown()
        figures = await page(scene.gateway, "/metrics")
    is_counted = 'crewdesk_ambiguous_sends{channel="dingtalk"} 1.0' in figures
    assert is_counted is not bool(settings)
    assert shown[0] == "answer to How are you?"
    assert len(shown) == (1 if settings else 2)


async def test_a_hanging_endpoint_holds_up_nothing_else(tmp_path: Path) -> None:
    """While DingTalk does not answer the gateway does, and says what it waits for."""
    until = asyncio.Event()
    async with opened(tmp_path / "data", until="/healthz") as scene:
        await scene.dingtalk.wait_for(lambda: scene.dingtalk.stream.count == 1, PATIENCE_SECONDS)
        scene.dingtalk.fail_next(OPEN, hanging(until))
        await scene.dingtalk.stream.drop()
        await scene.gateway.eventually(
            lambda: len(scene.gateway.log("dingtalk_connection")) >= 2, "it has lost DingTalk"
        )
        assert (await crewdesk(scene.gateway, "chat", "hello")).stdout == "answer to hello\n"
        assert "the connection was lost" in await page(scene.gateway, "/readyz")
        until.set()
        await scene.dingtalk.person_says("Back?")
        await scene.answers(1)
        assert CLIENT_SECRET not in scene.gateway.log_text
        assert "ticket-" not in scene.gateway.log_text
