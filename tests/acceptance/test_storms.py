"""Duplicates by the thousand, and connections that end at any moment, on all messengers at once."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from statistics import quantiles

import pytest

from tests.acceptance.messengers.crowd import Chat, Crowd, opened
from tests.acceptance.messengers.messenger import Messenger, Place, Post, Storm
from tests.doubles.model_reply import Reply

SEED_VARIABLE = "CREWDESK_TEST_SEED"
PEOPLE = 100
TIMES = 10
AT_ONCE = 16
CHATS = 6  # on each messenger
SLOW_MODEL_SECONDS = 30.0
SETTLED_WITHIN_SECONDS = 90.0


def seed() -> int:
    """Return the seed that is asked for, or a fresh one; a failing test shows it."""
    return int(os.environ.get(SEED_VARIABLE) or random.SystemRandom().randrange(1_000_000))


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[Crowd]:
    """Start a gateway on all messengers that lets everybody in."""
    members = ",".join(f"{name}:*" for name in ("telegram", "slack", "dingtalk"))
    async with opened(tmp_path / "data", {"CREWDESK_ACCESS__MEMBERS": members}) as crowd:
        yield crowd


@pytest.mark.parametrize(
    ("events", "within_seconds"),
    [
        # The bound of the short form shows that nothing waits for the model; a loaded machine
        # must not fail it.
        pytest.param(200, 1.0, id="short"),
        pytest.param(1_000, 0.2, id="long", marks=pytest.mark.soak),
    ],
)
async def test_each_event_makes_one_task_however_often_it_comes(
    crowd: Crowd, events: int, within_seconds: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each event of each messenger comes ten times, 16 at once, while the model is slow.

    Acknowledgements wait for the store alone, never for the model.
    """
    chosen = seed()
    crowd.book.on("", lambda _: Reply(text="late", delay_s=SLOW_MODEL_SECONDS))
    for messenger in crowd.messengers.values():
        storm = Storm(times=TIMES, at_once=AT_ONCE, random=random.Random(chosen))  # noqa: S311
        await messenger.deliver_often(posts(events), storm)
    late = {name: slowest(one) for name, one in crowd.messengers.items()}
    with capsys.disabled():
        # The figures are the result.
        print(f"\nseed {chosen}: {events} events {TIMES} times; p99 to acknowledge in s: {late}")  # noqa: T201
    assert await crowd.tasks_by_channel() == dict.fromkeys(crowd.messengers, events)
    assert all(seconds < within_seconds for seconds in late.values()), late


@pytest.mark.parametrize(
    "seconds",
    [pytest.param(10.0, id="short"), pytest.param(60.0, id="long", marks=pytest.mark.soak)],
)
async def test_connections_that_end_at_any_moment_lose_nothing(
    crowd: Crowd, seconds: float
) -> None:
    """Whoever writes meanwhile is answered, once."""
    chance = random.Random(seed())  # noqa: S311 - a seed is the point
    chats = [crowd.member(name) for name in crowd.messengers for _ in range(CHATS)]
    async with asyncio.TaskGroup() as group:
        for messenger in crowd.messengers.values():
            group.create_task(cut_off_again_and_again(messenger, seconds, chance))
        writers = [group.create_task(keep_writing(chat, seconds, chance)) for chat in chats]
    expected = [[f"answer to {text}" for text in writer.result()] for writer in writers]
    async with asyncio.TaskGroup() as group:
        for chat, answers in zip(chats, expected, strict=True):
            group.create_task(chat.answers(len(answers), SETTLED_WITHIN_SECONDS))
    await crowd.settled()
    assert [chat.texts for chat in chats] == expected


async def cut_off_again_and_again(
    messenger: Messenger, seconds: float, chance: random.Random
) -> None:
    """End a messenger's connection at random moments."""
    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until:
        await asyncio.sleep(chance.uniform(0.05, 1.0))
        await messenger.disconnect()


async def keep_writing(chat: Chat, seconds: float, chance: random.Random) -> list[str]:
    """Write at random moments; return what was written."""
    until = asyncio.get_running_loop().time() + seconds
    written: list[str] = []
    while asyncio.get_running_loop().time() < until:
        written.append(f"message {len(written)}")
        await chat.says(written[-1])
        await asyncio.sleep(chance.uniform(0.5, 2.5))
    return written


def posts(count: int) -> Sequence[Post]:
    """Return what is written: half of it privately, half of it in groups."""
    return [
        Post(
            place=Place(person=1 + number % PEOPLE, group=number % 2 * (1 + number % PEOPLE)),
            text=f"event {number}",
        )
        for number in range(count)
    ]


def slowest(messenger: Messenger) -> float:
    """Return the 99th percentile of a messenger's acknowledgement times, in seconds."""
    return round(quantiles(messenger.acknowledge_seconds, n=100)[-1], 3)
