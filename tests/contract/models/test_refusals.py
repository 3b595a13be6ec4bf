"""What an adapter makes of a server that refuses."""

import asyncio
from datetime import timedelta
from typing import Self

import pytest

from tests.contract.models.reading import SHORT, Connect, answer_of, failure_of
from tests.doubles.model_reply import Api, Reply, overflowing, rate_limited
from tests.doubles.model_server import ModelServer
from workers.models.errors import ContextOverflow, ModelError, ModelRejected, ModelUnavailable


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (rate_limited("7"), 7.0),
        (rate_limited("0.5"), 0.5),
        (rate_limited("30", **{"retry-after-ms": "1500"}), 1.5),
        (
            rate_limited("Wed, 21 Oct 2026 07:28:40 GMT", Date="Wed, 21 Oct 2026 07:28:00 GMT"),
            40.0,
        ),
        (rate_limited("soon"), 0.0),
        (rate_limited("-5"), 0.0),
        (rate_limited("1e300"), 86_400.0),
        (Reply(status=503, headers={"Retry-After": "12"}), 12.0),
    ],
    ids=["seconds", "fraction", "ms", "date", "nonsense", "negative", "absurd", "503"],
)
async def test_the_wait_that_a_server_asks_for_is_told(
    connect: Connect, reply: Reply, seconds: float
) -> None:
    """In all its forms, and within a day."""
    async with ModelServer(reply) as server:
        _, error = await failure_of(connect(server))
    assert isinstance(error, ModelUnavailable)
    assert error.retry_after == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (500, "server_error", ModelUnavailable),
        (502, "", ModelUnavailable),
        (529, "overloaded", ModelUnavailable),
        (408, "", ModelUnavailable),
        (400, "invalid_value", ModelRejected),
        (401, "invalid_api_key", ModelRejected),
        (402, "", ModelRejected),
        (403, "", ModelRejected),
        (404, "model_not_found", ModelRejected),
        (422, "", ModelRejected),
        (429, "insufficient_quota", ModelRejected),
        (501, "", ModelRejected),
        (400, "context_length_exceeded", ContextOverflow),
        (413, "", ContextOverflow),
    ],
)
async def test_a_status_has_its_class(
    connect: Connect, status: int, code: str, expected: type[ModelError]
) -> None:
    """What may pass is unavailable, what a person must change is rejected."""
    reply = Reply(status=status, error_code=code, error_message="no such luck")
    async with ModelServer(reply) as server:
        _, error = await failure_of(connect(server))
    assert type(error) is expected
    assert str(status) in str(error)
    assert "no such luck" in str(error)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "This model's maximum context length is 8192 tokens. However, you requested 9000"),
        (400, "You passed 1015 input tokens. However, the model's context length is only 1024"),
        (400, "request (9412 tokens) exceeds the available context size (8192 tokens)"),
        (500, "the request exceeds the available context size. try increasing the context size"),
        (400, "input length exceeds maximum context length"),
        (400, "prompt too long; exceeded max context length by 12 tokens"),
        (429, "Request too large for gpt-x on tokens per min (TPM): Limit 30000, Requested 45000"),
    ],
    ids=["openai", "vllm", "llama.cpp", "old llama.cpp", "ollama", "ollama 2", "over the limit"],
)
async def test_a_transcript_that_is_too_long_is_known_by_its_wording(
    connect: Connect, status: int, message: str
) -> None:
    """Compatible servers use codes of their own."""
    reply = Reply(status=status, error_code="BadRequestError", error_message=message)
    async with ModelServer(reply) as server:
        _, error = await failure_of(connect(server))
    assert isinstance(error, ContextOverflow)


async def test_an_overflow_by_its_code_is_known(connect: Connect) -> None:
    """OpenAI's own form."""
    async with ModelServer(overflowing()) as server:
        _, error = await failure_of(connect(server))
    assert isinstance(error, ContextOverflow)


@pytest.mark.parametrize(
    "reply", [Reply(status=500), rate_limited("0"), Reply(status=408), Reply(status=401)]
)
async def test_nothing_is_asked_twice(connect: Connect, reply: Reply) -> None:
    """The package's own retries are off, whatever client it is given."""
    async with ModelServer(reply, Reply(text="second")) as server:
        await failure_of(connect(server))
        assert len(server.requests) == 1


async def test_no_key_gets_into_a_reason(connect: Connect) -> None:
    """Some servers repeat the key that they don't know."""
    reply = Reply(status=401, error_message="Incorrect API key provided: sk-proj-abc123DEF456.")
    async with ModelServer(reply) as server:
        _, error = await failure_of(connect(server))
    assert "Incorrect API key" in str(error)
    assert "abc123" not in str(error)


async def test_a_server_that_is_gone_is_unavailable(connect: Connect) -> None:
    """Nobody listens at that port any more."""
    async with ModelServer() as server:
        model = connect(server, timeout=SHORT)
    _, error = await failure_of(model)
    assert isinstance(error, ModelUnavailable)


async def test_the_request_goes_to_the_base_url_with_the_key(connect: Connect, api: Api) -> None:
    """And asks for nothing to be kept there."""
    async with ModelServer(Reply(text="ok")) as server:
        await answer_of(connect(server))
        request = server.requests[0]
    assert request.parsed.api is api
    assert request.parsed.is_streamed
    assert request.headers["Authorization"] == "Bearer sk-test"
    assert request.body.get("store", False) is False
    assert request.body.get("stream_options", {"include_usage": True}) == {"include_usage": True}


class RawServer:
    """Answers every connection with the same bytes and hangs up."""

    def __init__(self, words: bytes) -> None:
        self.base_url = ""
        self._words = words

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.base_url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self._words)
        await writer.drain()
        writer.close()


@pytest.mark.parametrize(
    "words",
    [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"],
    ids=["hangs up", "another protocol", "a bad header"],
)
async def test_a_server_that_speaks_no_http_is_unavailable(connect: Connect, words: bytes) -> None:
    """Whatever the HTTP client makes of it."""
    async with RawServer(words) as server:
        _, error = await failure_of(connect(server))
    assert isinstance(error, ModelUnavailable)
