"""People who write to a bot, and what they get to see: the load of the chat benchmarks."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.acceptance.scene import GROWING
from tests.doubles.model_server import ModelServer
from tests.doubles.telegram_rules import CheckedText
from tests.doubles.telegram_server import ADA, Call, TelegramServer

CHATS: Final = 200
MESSAGES: Final = 5  # in each chat
LONELY: Final = 100
WARMING_UP: Final = 20
_FIRST_CHAT: Final = 2_000
_LONELY_CHATS: Final = 10
_PATIENCE_SECONDS: Final = 120.0


class WrongAnswersError(AssertionError):
    """Answers were lost or doubled, or came in another order than the questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What came of many messages at once."""

    answers_per_second: float
    disordered_chats: int


class Answers:
    """Counts the answers that a server has taken; each look costs only what is new."""

    def __init__(self, telegram: TelegramServer) -> None:
        self._telegram = telegram
        self._seen = len(telegram.calls)
        self._count = 0

    async def wait_for(self, count: int) -> float:
        """Wait for the `count`th answer since this was made; return its monotonic time."""
        await self._telegram.wait_for(lambda: self._look() >= count, _PATIENCE_SECONDS)
        return self._telegram.calls[self._seen - 1].at

    def _look(self) -> int:
        new = self._telegram.calls[self._seen :]
        self._seen += len(new)
        self._count += sum(_is_answer(call) for call in new)
        return self._count


def _is_answer(call: Call) -> bool:
    """Tell whether a call shows an answer in full: sent at once, or in place of a preview."""
    is_text = call.method in {"sendMessage", "editMessageText"} and call.outcome == "ok"
    return is_text and not call.params["text"].endswith(GROWING)


async def lonely_messages(telegram: TelegramServer, model: ModelServer, count: int) -> list[float]:
    """Send one message at a time; return for each the seconds until its answer arrived.

    What the model server worked meanwhile is taken off: it reads whatever a contestant sends along
    (instructions, tools, history), which is the model's time and not the contestant's.
    """
    waits = []
    for number in range(count):
        answers, asked = Answers(telegram), len(model.requests)
        chat_id = _FIRST_CHAT + CHATS + number % _LONELY_CHATS
        began = time.monotonic()
        await telegram.user_says(f"lonely {number}", chat_id=chat_id, user=_person(chat_id))
        waited = await answers.wait_for(1) - began
        waits.append(waited - sum(request.took for request in model.requests[asked:]))
    return waits


async def burst(telegram: TelegramServer) -> Burst:
    """Let everybody write all their messages at once, and wait until all are answered.

    Raises:
        WrongAnswersError: a chat did not get each of its answers once.
    """
    answers = Answers(telegram)
    people = range(_FIRST_CHAT, _FIRST_CHAT + CHATS)
    began = time.monotonic()
    for number in range(MESSAGES):
        for chat_id in people:
            telegram.world.say(chat_id, _person(chat_id), CheckedText(text=_question(number)))
    await telegram.user_says("and one alone", chat_id=_FIRST_CHAT - 1)  # wakes the poll
    seconds = await answers.wait_for(CHATS * MESSAGES + 1) - began
    return Burst(
        answers_per_second=(CHATS * MESSAGES + 1) / seconds,
        disordered_chats=sum(_is_disordered(telegram, chat_id) for chat_id in people),
    )


def _question(number: int) -> str:
    return f"question {number}"


def _person(chat_id: int) -> Mapping[str, object]:
    return {**ADA, "id": chat_id, "username": f"person{chat_id}"}


def _is_disordered(telegram: TelegramServer, chat_id: int) -> bool:
    """Tell whether a chat got its answers in another order; raises where it did not get them."""
    expected = [f"answer to {_question(number)}" for number in range(MESSAGES)]
    got = [message.text for message in telegram.world.from_bot(chat_id)]
    if sorted(got) != expected:
        raise WrongAnswersError(f"chat {chat_id} got {got}")
    return got != expected
