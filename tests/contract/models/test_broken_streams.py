"""What an adapter makes of a stream that goes wrong."""

import asyncio
from dataclasses import replace

import pytest

from tests.contract.models.reading import (
    CLOCK,
    SHORT,
    WEATHER,
    Connect,
    answer_of,
    calls_of,
    failure_of,
    read,
    shown,
)
from tests.doubles.model_reply import Api, Cut, End, Reply
from tests.doubles.model_server import ModelServer, stream_chunks
from workers.models.errors import ContextOverflow, ModelRejected, ModelUnavailable

RECORDING = Reply(reasoning="Which city?", text="I look it up.", tool_calls=(WEATHER, CLOCK))


def terminal_chunk(api: Api) -> int:
    """Return its number: Chat Completions has usage and `[DONE]` after the finish reason."""
    return len(stream_chunks(api, RECORDING)) - (3 if api is Api.CHAT else 1)


@pytest.mark.parametrize("cut", list(Cut))
async def test_a_cut_before_the_terminal_event_gives_no_answer(
    connect: Connect, api: Api, cut: Cut
) -> None:
    """Wherever it comes, clean or hard, no part is passed off as the whole, and no call leaks."""
    cuts = range(terminal_chunk(api) + 1)
    replies = [replace(RECORDING, cut=cut, cut_before=at) for at in cuts]
    async with ModelServer(*replies) as server:
        model = connect(server)
        for at in cuts:
            text, error = await failure_of(model)
            assert isinstance(error, ModelUnavailable), (at, error)
            assert RECORDING.text.startswith(text), at
        assert len(server.requests) == len(cuts)


async def test_a_cut_after_the_terminal_event_harms_nothing(connect: Connect, api: Api) -> None:
    """The answer is whole by then; only its usage may be unknown."""
    cuts = range(terminal_chunk(api) + 1, len(stream_chunks(api, RECORDING)) + 1)
    async with ModelServer(*(replace(RECORDING, cut_before=at) for at in cuts)) as server:
        model = connect(server)
        answers = [await answer_of(model) for _ in cuts]
    assert [answer.tool_calls for answer in answers] == [(WEATHER, CLOCK)] * len(cuts)


@pytest.mark.parametrize(
    "garbage",
    [
        b"data: {not json\n\n",
        b"data: \xff\xfe\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"data: 7\n\n",
        b'data: [1, "two"]\n\n',
    ],
    ids=["no json", "no utf-8", "too deep", "a number", "a list"],
)
async def test_a_garbage_event_breaks_the_call_off(
    connect: Connect, api: Api, garbage: bytes
) -> None:
    """An event that can't be read might have been part of the answer."""
    chunks = stream_chunks(api, RECORDING)
    reply = Reply(raw=(*chunks[:3], garbage, *chunks[3:]))
    async with ModelServer(reply) as server:
        _, error = await failure_of(connect(server))
    assert isinstance(error, ModelUnavailable)


@pytest.mark.parametrize(
    "noise",
    [b"no field at all\n", b": a comment\n\n", b"event: ping\ndata: {}\n\n"],
    ids=["garbage line", "comment", "unknown event"],
)
async def test_noise_between_the_events_is_passed_over(
    connect: Connect, api: Api, noise: bytes
) -> None:
    """What server-sent events allow, or ignore, is no trouble."""
    chunks = stream_chunks(api, Reply(text="It rains."))
    async with ModelServer(Reply(raw=(*chunks[:3], noise, *chunks[3:]))) as server:
        events = await read(connect(server))
    assert shown(events) == "It rains."


async def test_a_line_of_ten_megabytes_is_read(connect: Connect) -> None:
    """Size alone neither hangs nor crashes a call."""
    async with ModelServer(Reply(text="x" * 10_000_000)) as server:
        answer = await answer_of(connect(server))
    assert len(answer.text) == 10_000_000


async def test_garbage_of_ten_megabytes_breaks_the_call_off(connect: Connect) -> None:
    """And it is not repeated in the reason."""
    async with ModelServer(Reply(raw=(b"data: " + b"x" * 10_000_000,))) as server:
        _, error = await failure_of(connect(server))
    assert isinstance(error, ModelUnavailable)
    assert len(str(error)) < 1000


async def test_a_slow_first_byte_is_a_timeout(connect: Connect) -> None:
    """Silence longer than the limit ends the call."""
    async with ModelServer(Reply(text="late", pace=asyncio.Semaphore(0))) as server:
        _, error = await failure_of(connect(server, timeout=SHORT))
    assert isinstance(error, ModelUnavailable)


async def test_silence_in_the_middle_is_a_timeout(connect: Connect, api: Api) -> None:
    """The limit counts anew after each event, and what came is no answer."""
    before_the_end = terminal_chunk(api)
    reply = replace(RECORDING, pace=asyncio.Semaphore(before_the_end))
    async with ModelServer(reply) as server:
        text, error = await failure_of(connect(server, timeout=SHORT))
    assert isinstance(error, ModelUnavailable)
    assert text == RECORDING.text


async def test_silence_after_the_terminal_event_is_not_waited_for(
    connect: Connect, api: Api
) -> None:
    """A server that forgets to close the stream does not hold up the answer."""
    reply = replace(RECORDING, pace=asyncio.Semaphore(terminal_chunk(api) + 1))
    chunks = (*stream_chunks(api, reply), b": still here\n\n")
    async with ModelServer(replace(reply, raw=chunks)) as server, asyncio.timeout(10):
        events = await read(connect(server))  # whose own limit is twice as long
    assert calls_of(events) == (WEATHER, CLOCK)


@pytest.mark.parametrize("end", [End.FAILED, End.ERROR])
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("server_error", ModelUnavailable),
        ("rate_limit_exceeded", ModelUnavailable),
        ("insufficient_quota", ModelRejected),
        ("invalid_prompt", ModelRejected),
        ("context_length_exceeded", ContextOverflow),
    ],
)
async def test_a_failure_told_in_the_stream_has_its_class(
    connect: Connect, end: End, code: str, expected: type[Exception]
) -> None:
    """The code decides, as it does for a status."""
    reply = Reply(text="I st", end=end, error_code=code, error_message="it broke")
    async with ModelServer(reply) as server:
        text, error = await failure_of(connect(server))
    assert type(error) is expected
    assert "it broke" in str(error)
    assert text == "I st"


async def test_a_filtered_answer_is_a_rejection(connect: Connect) -> None:
    """Asking again would be filtered again."""
    async with ModelServer(Reply(text="Here is how", end=End.FILTERED)) as server:
        _, error = await failure_of(connect(server))
    assert isinstance(error, ModelRejected)


async def test_an_answer_that_is_no_stream_is_no_answer(connect: Connect) -> None:
    """A captive portal's page, for one, has no terminal event."""
    async with ModelServer(Reply(raw=(b"<html>Please log in</html>",))) as server:
        _, error = await failure_of(connect(server))
    assert isinstance(error, ModelUnavailable)
