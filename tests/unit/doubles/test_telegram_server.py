"""The Bot API double answers as the Bot API is documented to."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientConnectionError, ClientSession

from tests.doubles.telegram_faults import Fault, cut_after_applying, cut_before_applying
from tests.doubles.telegram_server import TelegramServer
from tests.doubles.telegram_world import BOT_ID

ADA, GRACE, CREW = 1001, 1002, -1001234567890


class Caller:
    """A bare client: one method call, its JSON answer."""

    def __init__(self, server: TelegramServer, session: ClientSession) -> None:
        self.server = server
        self._session = session

    async def call(
        self, method: str, token: str | None = None, **params: object
    ) -> dict[str, object]:
        """Return the whole answer, also a refusal."""
        url = f"{self.server.base_url}/bot{token or self.server.token}/{method}"
        data = {name: str(value) for name, value in params.items()}
        async with self._session.post(url, data=data) as response:
            answer: dict[str, object] = await response.json()
            return answer

    async def refusal(self, method: str, token: str | None = None, **params: object) -> str:
        """Return the words of a refusal."""
        answer = await self.call(method, token, **params)
        assert answer["ok"] is False
        return str(answer["description"])

    async def update_ids(self, **params: object) -> list[int]:
        """Return the ids of the updates of one poll."""
        answer = await self.call("getUpdates", None, **params)
        updates = answer["result"]
        assert isinstance(updates, list)
        return [update["update_id"] for update in updates]


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    """Yield a client of a fresh server."""
    async with TelegramServer() as server, ClientSession() as session:
        yield Caller(server, session)


async def test_private_chats_share_a_counter_and_supergroups_do_not(caller: Caller) -> None:
    """Ids go up across private chats and begin at one in a supergroup."""
    said = [await caller.server.user_says("x", chat_id=chat) for chat in (ADA, GRACE, CREW)]
    assert [message.id for message in said] == [1, 2, 1]


async def test_updates_come_again_until_they_are_confirmed(caller: Caller) -> None:
    """Only a higher offset ends the delivery of an update."""
    await caller.server.user_says("one")
    await caller.server.user_says("two")
    first, second = await caller.update_ids()
    assert await caller.update_ids() == [first, second]
    assert await caller.update_ids(offset=second) == [second]
    assert await caller.update_ids(offset=second + 1) == []


async def test_a_long_poll_returns_with_the_first_update(caller: Caller) -> None:
    """A waiting poll is answered as soon as somebody writes."""
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        poll = group.create_task(caller.update_ids(timeout=30))
        await caller.server.user_says("hello")
    assert len(poll.result()) == 1


async def test_a_second_poll_ends_the_first_with_a_conflict(caller: Caller) -> None:
    """The poll that waits is refused when another one comes."""
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        first = group.create_task(caller.refusal("getUpdates", timeout=30))
        await caller.server.wait_for(lambda: caller.server.is_polled)
        group.create_task(caller.update_ids(timeout=0))
    assert first.result().startswith("Conflict: terminated by other getUpdates request")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"text": " "}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        (
            {"text": "short", "entities": [{"type": "bold", "offset": 3, "length": 9}]},
            "ends after the end of the text",
        ),
        (
            {"text": "😀", "entities": [{"type": "bold", "offset": 1, "length": 1}]},
            "in a middle of a UTF-16 symbol",
        ),
        (
            {
                "text": "abcdef",
                "entities": [
                    {"type": "bold", "offset": 0, "length": 3},
                    {"type": "italic", "offset": 2, "length": 3},
                ],
            },
            "overlaps",
        ),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
    ],
)
async def test_bad_messages_are_refused(
    caller: Caller, params: dict[str, object], words: str
) -> None:
    """What Telegram does not show is refused, and nothing is shown."""
    caller.server.world.chat(ADA)
    plain = {key: p if isinstance(p, str) else json.dumps(p) for key, p in params.items()}
    assert words in await caller.refusal("sendMessage", chat_id=ADA, **plain)
    assert caller.server.world.from_bot(ADA) == []


async def test_edits_are_judged_as_by_telegram(caller: Caller) -> None:
    """An edit is refused for the same text, a missing message and another's message."""
    question = await caller.server.user_says("question")
    await caller.call("sendMessage", chat_id=ADA, text="answer")
    edits = [(2, "answer"), (9, "answer"), (question.id, "answer")]
    words = [
        await caller.refusal("editMessageText", chat_id=ADA, message_id=number, text=text)
        for number, text in edits
    ]
    assert "message is not modified" in words[0]
    assert words[1:] == [
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
    ]


async def test_the_transcript_keeps_the_history_of_edits(caller: Caller) -> None:
    """A message shows its newest text and remembers the others."""
    caller.server.world.chat(ADA)
    await caller.call("sendMessage", chat_id=ADA, text="draft")
    await caller.call("editMessageText", chat_id=ADA, message_id=1, text="final")
    (message,) = caller.server.world.from_bot(ADA)
    assert (message.text, message.history) == ("final", ["draft", "final"])


async def test_a_deleted_message_is_gone(caller: Caller) -> None:
    """What the bot deletes can't be deleted again."""
    message = await caller.server.user_says("delete me")
    assert (await caller.call("deleteMessage", chat_id=ADA, message_id=message.id))["ok"]
    words = await caller.refusal("deleteMessage", chat_id=ADA, message_id=message.id)
    assert words == "Bad Request: message to delete not found"


@pytest.mark.parametrize(
    ("fault", "shown"), [(cut_before_applying(), 0), (cut_after_applying(), 1)]
)
async def test_a_cut_leaves_the_client_in_doubt(caller: Caller, fault: Fault, shown: int) -> None:
    """The client can't tell a request that was done from one that was not."""
    caller.server.world.chat(ADA)
    caller.server.fail_next("sendMessage", fault)
    with pytest.raises(ClientConnectionError):
        await caller.call("sendMessage", chat_id=ADA, text="perhaps")
    assert len(caller.server.world.from_bot(ADA)) == shown


async def test_strangers_and_unknown_methods_are_refused(caller: Caller) -> None:
    """A wrong token, an unknown chat and an unknown method have their own answers."""
    assert await caller.refusal("sendMessage", chat_id=5, text="x") == "Bad Request: chat not found"
    assert await caller.refusal("sendPigeon") == "Not Found: method not found"
    assert await caller.refusal("getMe", token=f"{BOT_ID}:wrong") == "Unauthorized"


async def test_waiting_in_vain_tells_what_came(caller: Caller) -> None:
    """A wait that ends without success lists the calls that arrived."""
    await caller.call("getMe")
    with pytest.raises(AssertionError, match="getMe: ok"):
        await caller.server.wait_for(lambda: False, timeout_seconds=0.01)
