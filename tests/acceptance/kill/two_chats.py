"""Two chats and a gateway that dies: what the tests of single deaths share."""

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal

from tests.acceptance.kill.conversation import (
    Ledger,
    Question,
    Talk,
    Verdict,
    observe,
    question,
)
from tests.acceptance.kill.warm_process import Crash, WarmProcess
from tests.acceptance.messengers.everywhere import environment
from tests.acceptance.messengers.messenger import Messenger, Place, Post
from tests.doubles.model_markers import scripted_by_markers
from tests.doubles.model_reply import ParsedRequest, Reply
from tests.doubles.model_server import ModelServer

PEOPLE = (1, 2)
SETTLED_WITHIN = 30.0  # seconds after the last start
SLOW_WORD = "slowly"
HELD_WORD = "held"
WORKERS_WORD = "seen"  # what the worker comes to, and nobody else says
ATTEMPTS = 2  # without a step; then a task is set aside


class SlowPace(asyncio.Semaphore):
    """The pace of a model that takes its time: a chunk every 30 ms."""

    async def acquire(self) -> Literal[True]:
        """Let the next chunk go a moment later."""
        await asyncio.sleep(0.03)
        return True


def slow_where_asked(request: ParsedRequest) -> Reply:
    """Answer as the markers say; where the question says so, slowly enough for a preview.

    What is to be held is not answered at all.
    """
    reply = scripted_by_markers(request)
    if SLOW_WORD in request.newest_user_text and not reply.tool_calls:
        return replace(reply, pace=SlowPace())
    if HELD_WORD in request.newest_user_text:
        return replace(reply, pace=asyncio.Semaphore(0))
    return reply


class Scene:
    """Two chats, a model, and a gateway that dies."""

    def __init__(self, messenger: Messenger, model: ModelServer, folder: Path) -> None:
        self.messenger = messenger
        self._model = model
        self._folder = folder
        self.ledger = Ledger(folder / "ledger")
        self.talks = [Talk(messenger=messenger, place=Place(person=person)) for person in PEOPLE]

    @property
    def environ(self) -> dict[str, str]:
        """The settings of the gateway."""
        return {
            **environment((self.messenger,), self._model),
            "CREWDESK_DATA_DIR": str(self._folder / "data"),
            "CREWDESK_HTTP__PORT": "0",
            "CREWDESK_INBOX__MAX_BARREN_ATTEMPTS": str(ATTEMPTS),
            "CREWDESK_DELIVERY__PREVIEW_AFTER_SECONDS": "0.05",
            "CREWDESK_DELIVERY__PREVIEW_INTERVAL_SECONDS": "0.05",
        }

    @property
    def texts(self) -> list[str]:
        """What the bot has said in the first chat; what still grows is left out."""
        shown = self.messenger.shown(self.talks[0].place)
        return [one.text for one in shown if not one.is_growing]

    def process(self, crash: Crash | None = None, without: str = "") -> WarmProcess:
        """Return a gateway on this scene's data."""
        return WarmProcess(self.environ, self._folder / "log", crash=crash, without=without)

    async def ask(self) -> None:
        """Let the people write: plain words, unsafe calls, slow answers, a worker."""
        order = json.dumps({"worker_id": "worker", "instruction": f"look [[say:{WORKERS_WORD}]]"})
        worker = f"[[tool:dispatch_worker {order}]]"
        for talk in self.talks:
            talk.questions[:] = (
                question(self.ledger, talk, 0, calls=0),
                question(self.ledger, talk, 1, calls=2),
                Question(
                    name="w",
                    text=f"job of {talk.name} {worker}",
                    answer=f"answer to job of {talk.name}",
                ),
                Question(
                    name="s",
                    text=f"{SLOW_WORD} {talk.name}",
                    answer=f"answer to {SLOW_WORD} {talk.name}",
                ),
            )
            for one in talk.questions:
                await self.messenger.says(Post(place=talk.place, text=one.text))

    def verdict(self) -> Verdict:
        """Say what an observer sees now."""
        return observe(self.talks, self.ledger)

    async def settled(self, within: float = SETTLED_WITHIN) -> None:
        """Wait until every question has its answer; the verdict says what is missing."""
        with suppress(TimeoutError, AssertionError):
            await self.messenger.wait_for(lambda: not self.verdict().lost, within)


async def die_and_recover(
    scene: Scene, crash: Crash, without: str = "", within: float = SETTLED_WITHIN
) -> Verdict:
    """Let a gateway die at a point, start another one, and return what came of it.

    `within` are the seconds that the second one has to answer everything.
    """
    await scene.ask()
    with scene.process(crash, without) as first:
        async with asyncio.timeout(SETTLED_WITHIN):
            await first.died()
        assert first.was_killed
    with scene.process(without=without):
        await scene.settled(within)
    return scene.verdict()
