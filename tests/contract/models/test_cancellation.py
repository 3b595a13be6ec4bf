"""How a call ends that nobody waits for any more."""

import asyncio
from contextlib import aclosing

from tests.contract.models.reading import ASK, Connect, answer_of, read
from tests.doubles.model_reply import Reply
from tests.doubles.model_server import ModelServer
from workers.models.protocol import TextDelta


async def test_cancelling_before_the_first_byte_ends_the_request(connect: Connect) -> None:
    """The server sees the client go, and the next call works."""
    held = Reply(text="never", pace=asyncio.Semaphore(0))
    async with ModelServer(held, Reply(text="next")) as server:
        model = connect(server)
        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(read(model))
            request = await server.wait_for_request()
            call.cancel()
        await asyncio.wait_for(request.dropped.wait(), 5)
        assert (await answer_of(model)).text == "next"


async def test_cancelling_in_the_middle_ends_the_request(connect: Connect) -> None:
    """Also while text is coming."""
    pace = asyncio.Semaphore(6)
    async with ModelServer(Reply(text="one two three four five", pace=pace)) as server:
        first_delta = asyncio.Event()

        async def reader() -> None:
            async for _ in connect(server).stream(ASK):
                first_delta.set()

        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(reader())
            await asyncio.wait_for(first_delta.wait(), 5)
            call.cancel()
        await asyncio.wait_for(server.requests[0].dropped.wait(), 5)


async def test_closing_the_stream_ends_the_request(connect: Connect) -> None:
    """A reader that has enough leaves nothing running."""
    reply = Reply(text="one two three four five", pace=asyncio.Semaphore(6))
    async with ModelServer(reply) as server:
        async with aclosing(connect(server).stream(ASK)) as events:
            assert isinstance(await anext(events), TextDelta)
        await asyncio.wait_for(server.requests[0].dropped.wait(), 5)


async def test_calls_run_side_by_side(connect: Connect) -> None:
    """One that is held up does not hold up another, and connections are used again."""
    gate = asyncio.Semaphore(0)
    async with ModelServer(Reply(text="slow", pace=gate), Reply(text="quick")) as server:
        model = connect(server)
        async with asyncio.TaskGroup() as tasks:
            slow = tasks.create_task(answer_of(model))
            await server.wait_for_request()
            assert (await answer_of(model)).text == "quick"
            for _ in range(100):
                gate.release()
        assert slow.result().text == "slow"
