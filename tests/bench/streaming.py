"""How many pieces of a streamed answer go through the adapter and the agent's dialogue a second."""

import time
from datetime import timedelta
from statistics import median

from openai import AsyncOpenAI

from tests.bench.table import Measure
from tests.doubles.memory_journal import MemoryJournal
from tests.doubles.model_reply import Api, Reply
from tests.doubles.model_server import ModelServer, stream_chunks
from workers.agent.dialogue import Dialogue
from workers.agent.report import SilentReport
from workers.models.chat import ChatModel
from workers.models.client import openai_client
from workers.models.fallback import FallbackModel
from workers.models.protocol import ModelRequest, UserText

PIECES = 10_000
ROUNDS = 3
MODEL = "double"
TEXT = "word " * PIECES
TIMEOUT = timedelta(seconds=60)


class WrongTextError(AssertionError):
    """The pieces did not make up the answer."""


async def measure_streaming() -> list[Measure]:
    """Read the same long stream with the client library alone and through all of ours."""
    stream = Reply(raw=tuple(stream_chunks(Api.CHAT, Reply(text=TEXT))))
    floors: list[float] = []
    ours: list[float] = []
    async with ModelServer(script=lambda _: stream) as server:
        client = openai_client(api_key="opens-nothing", base_url=server.base_url)
        async with client:
            for _ in range(ROUNDS):
                floors.append(await _read_bare(client))
                ours.append(await _read_ours(client))
    return [
        Measure(name="streamed answer", unit="pieces/s", floor=median(floors), ours=median(ours))
    ]


async def _read_bare(client: AsyncOpenAI) -> float:
    began = time.perf_counter()
    stream = await client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "tell me a lot"}], stream=True
    )
    text = ""
    async for chunk in stream:
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
    return _rate(text, began)


async def _read_ours(client: AsyncOpenAI) -> float:
    began = time.perf_counter()
    chain = FallbackModel([ChatModel(client, MODEL, timeout=TIMEOUT)])
    opening = ModelRequest(instructions="Answer.", items=(UserText(text="tell me a lot"),))
    dialogue = Dialogue(chain, MemoryJournal(), SilentReport(), opening, context_tokens=100_000)
    answer = await dialogue.answer(1)
    return _rate(answer.text, began)


def _rate(text: str, began: float) -> float:
    if text != TEXT:
        raise WrongTextError(f"{len(text)} characters of {len(TEXT)} came")
    return PIECES / (time.perf_counter() - began)
