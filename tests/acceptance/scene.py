"""A whole gateway between a Telegram and a model of the test's own, and the people who use it."""

import asyncio
import itertools
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

import aiohttp

from tests.doubles.gateway_process import (
    LOOK_AGAIN_SECONDS,
    PATIENCE_SECONDS,
    UP,
    GatewayProcess,
)
from tests.doubles.model_markers import scripted_by_markers
from tests.doubles.model_reply import ParsedRequest, Reply, Script
from tests.doubles.model_server import ModelServer, ReceivedRequest
from tests.doubles.telegram_files import StoredFile
from tests.doubles.telegram_server import ADA, TelegramServer
from tests.doubles.telegram_world import BOT_USERNAME, StoredMessage
from workers.models.protocol import ToolOutput, UserText

GROWING: Final = " …"  # how a preview ends that is still to be replaced
FIRST_MEMBER: Final = 2001
MEMBERS: Final = 60  # people who are let in by the settings; each test takes one of its own
FIRST_STRANGER: Final = 9001
FIRST_GROUP: Final = -1002000000000

_OPEN = re.compile(
    r"^crewdesk_(?:tasks\{status=\"(?:pending|running)\"\}"
    r"|outbox_parts\{[^}]*state=\"(?:queued|sending|unknown)\"\}) (?!0\.0$)",
    re.MULTILINE,
)


class ScriptBook:
    """What the model answers: by the markers in a text, unless its beginning has its own script."""

    def __init__(self) -> None:
        self._scripts: dict[str, Script] = {}

    def on(self, beginning: str, script: Script) -> None:
        """Let a script answer all requests whose newest user text begins so."""
        self._scripts[beginning] = script

    def __call__(self, request: ParsedRequest) -> Reply:
        """Choose the reply; see `Script`."""
        text = request.newest_user_text
        found = (one for beginning, one in self._scripts.items() if text.startswith(beginning))
        return next(found, scripted_by_markers)(request)


def in_turn(*replies: Reply) -> Script:
    """Return a script that gives its replies one after the other, and the last one for ever."""
    waiting = itertools.chain(replies, itertools.repeat(replies[-1]))
    return lambda _: next(waiting)


class Scene:
    """A running gateway and the world around it."""

    def __init__(
        self,
        telegram: TelegramServer,
        model: ModelServer,
        book: ScriptBook,
        gateway: GatewayProcess,
    ) -> None:
        self.telegram = telegram
        self.model = model
        self.book = book
        self.gateway = gateway
        self._members = itertools.count(FIRST_MEMBER)
        self._strangers = itertools.count(FIRST_STRANGER)
        self._groups = itertools.count(1)

    def admin(self) -> "Chat":
        """Return the chat of the one admin."""
        return Chat(self, ADA, 1001)

    def member(self, *, language: str = "en") -> "Chat":
        """Return the private chat of somebody who is let in and has not written yet."""
        number = next(self._members)
        if number >= FIRST_MEMBER + MEMBERS:
            raise AssertionError("the settings let in too few people for these tests")
        return Chat(self, person(number, language), number)

    def stranger(self) -> "Chat":
        """Return the private chat of somebody who is not let in."""
        number = next(self._strangers)
        return Chat(self, person(number), number)

    def group(self, member: "Chat") -> "Chat":
        """Return a new supergroup in which a member writes."""
        return Chat(self, member.user, FIRST_GROUP - next(self._groups))

    async def settled(self) -> None:
        """Wait until every update is taken, no task is at work and everything said is sent."""
        await self.telegram.wait_for(lambda: not self.telegram.world.updates, PATIENCE_SECONDS)
        await at_rest(self.gateway)

    async def asked(self, beginning: str) -> ReceivedRequest:
        """Wait until the model is asked with a newest user text that begins so."""
        return await asked(self.model, beginning)

    async def query(self, sql: str, *values: str) -> list[tuple[object, ...]]:
        """Run one statement on the gateway's SQLite database, past the gateway."""
        return await query(self.gateway, sql, *values)

    async def stored(self, sql: str, *values: str) -> list[tuple[object, ...]]:
        """Wait until a query on the gateway's database finds something, and return it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            # The row is another process's, so there is no event to wait for.
            while not (rows := await self.query(sql, *values)):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return rows


class Chat:
    """One person in one chat."""

    def __init__(self, scene: Scene, user: Mapping[str, object], chat_id: int) -> None:
        self.scene = scene
        self.user = user
        self.id = chat_id

    @property
    def texts(self) -> list[str]:
        """What the bot's messages read now, in order."""
        return [message.text for message in self.scene.telegram.world.from_bot(self.id)]

    @property
    def ever_shown(self) -> list[str]:
        """All that the bot's messages ever read: previews and each edit included."""
        messages = self.scene.telegram.world.from_bot(self.id)
        return [text for message in messages for text in message.history]

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The requests that the model got in this scene so far."""
        return self.scene.model.requests

    async def says(
        self,
        text: str,
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
        mentions_bot: bool = False,
    ) -> StoredMessage:
        """Write something; a mention is put in front of it."""
        mention = f"@{BOT_USERNAME}"
        if mentions_bot:
            text = f"{mention} {text}"
        entity = {"type": "mention", "offset": 0, "length": len(mention)}
        return await self.scene.telegram.user_says(
            text,
            chat_id=self.id,
            user=self.user,
            entities=(entity,) if mentions_bot else (),
            thread_id=thread_id,
            reply_to=reply_to,
        )

    async def sends(self, file: StoredFile, caption: str = "") -> StoredMessage:
        """Send a file."""
        return await self.scene.telegram.user_sends(
            file, caption=caption, chat_id=self.id, user=self.user
        )

    async def shows(
        self, holds: Callable[[list[str]], bool], timeout_seconds: float = PATIENCE_SECONDS
    ) -> list[str]:
        """Wait until the bot's messages, none of them a preview, are as wanted; return them."""

        def is_final() -> bool:
            return not any(text.endswith(GROWING) for text in self.texts) and holds(self.texts)

        try:
            await self.scene.telegram.wait_for(is_final, timeout_seconds)
        except AssertionError as error:
            error.add_note(f"the chat: {self.texts}\nthe log:\n{self.scene.gateway.log_text}")
            raise
        return self.texts

    async def answers(self, count: int = 1, timeout_seconds: float = PATIENCE_SECONDS) -> list[str]:
        """Wait until the bot has said so many things here in all, and return them."""
        return await self.shows(lambda texts: len(texts) >= count, timeout_seconds)

    async def asks(self, text: str) -> str:
        """Write something and return the next thing that the bot says."""
        before = len(self.texts)
        await self.says(text)
        return (await self.answers(before + 1))[before]


async def at_rest(gateway: GatewayProcess) -> None:
    """Wait until no task is at work and everything said is sent."""
    async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as http:
        # The figures are another process's, so there is no event to wait for.
        while _OPEN.search(await _metrics(gateway, http)):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def asked(model: ModelServer, beginning: str) -> ReceivedRequest:
    """Wait until a model is asked with a newest user text that begins so."""
    number = 0
    while True:
        number += 1
        request = await model.wait_for_request(number, PATIENCE_SECONDS)
        if request.parsed.newest_user_text.startswith(beginning):
            return request


async def query(gateway: GatewayProcess, sql: str, *values: str) -> list[tuple[object, ...]]:
    """Run one statement on a gateway's SQLite database, past the gateway."""
    return await asyncio.to_thread(_query, gateway.data_dir / "crewdesk.db", sql, values)


async def _metrics(gateway: GatewayProcess, http: aiohttp.ClientSession) -> str:
    async with http.get(f"{gateway.url}/metrics") as response:
        return await response.text()


def _query(database: Path, sql: str, values: Sequence[str]) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database, timeout=PATIENCE_SECONDS)) as connection, connection:
        return connection.execute(sql, values).fetchall()


def person(number: int, language: str = "en") -> Mapping[str, object]:
    """Return a Telegram user."""
    return {
        "id": number,
        "is_bot": False,
        "first_name": f"Person {number}",
        "language_code": language,
    }


def environment(telegram: TelegramServer, model: ModelServer) -> dict[str, str]:
    """Return what a gateway between the two must be told."""
    members = range(FIRST_MEMBER, FIRST_MEMBER + MEMBERS)
    return {
        "CREWDESK_TELEGRAM__TOKEN": telegram.token,
        "CREWDESK_TELEGRAM__API_BASE": telegram.base_url,
        "CREWDESK_MODEL__NAME": "double",
        "CREWDESK_ACCESS__ADMINS": "telegram:1001",
        "CREWDESK_ACCESS__MEMBERS": ",".join(f"telegram:{number}" for number in members),
        "OPENAI_API_KEY": "opens-nothing",
        "OPENAI_BASE_URL": model.base_url,
    }


@asynccontextmanager
async def opened(
    data_dir: Path,
    settings: Mapping[str, str] | None = None,
    *,
    until: str = "/readyz",
    command: Sequence[str] = UP,
) -> AsyncIterator[Scene]:
    """Start a gateway with a Telegram and a model of its own, and end all three."""
    book = ScriptBook()
    async with TelegramServer() as telegram, ModelServer(script=book) as model:
        told = environment(telegram, model) | dict(settings or {})
        gateway = GatewayProcess(data_dir, told, command=command)
        try:
            await gateway.start(until=until)
            yield Scene(telegram, model, book, gateway)
        finally:
            await gateway.kill()


def tool_outputs(request: ReceivedRequest) -> list[str]:
    """Return what tools gave back in the newest turn, as a request shows it to the model."""
    outputs: list[str] = []
    for item in request.parsed.items:
        if isinstance(item, UserText):
            outputs = []
        elif isinstance(item, ToolOutput):
            outputs.append(item.output)
    return outputs
