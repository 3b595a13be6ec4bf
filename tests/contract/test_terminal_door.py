"""Who is let in at the terminal's WebSocket, and what is said to the others."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import aiohttp
import pytest

from channels.errors import ChannelUnavailable
from channels.terminal.channel import TerminalChannel
from channels.terminal.client import TerminalClient
from channels.terminal.frames import MAX_FRAME_BYTES, PATH, Accepted
from tests.doubles.clock import ManualClock
from tests.doubles.terminal import TOKEN, Inbox, listening, person_at, serving

HELLO = '{"type":"hello","user":"ada","chat":"ada"}'
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def inbox() -> Inbox:
    """Make where the messages go."""
    return Inbox()


@pytest.fixture
async def url(inbox: Inbox) -> AsyncIterator[str]:
    """Serve a terminal channel that a first person has already talked to."""
    channel = TerminalChannel(token=TOKEN, now=ManualClock().now)
    async with serving(channel, inbox) as port:
        async with person_at(port) as person:
            await person.client.send("first")
            assert isinstance(await person.next(), Accepted)
        inbox.messages.clear()
        yield f"http://127.0.0.1:{port}"


async def close_code_after(url: str, *frames: str | bytes) -> int | None:
    """Send raw frames and return the code with which the gateway hangs up."""
    async with (
        asyncio.timeout(10),
        aiohttp.ClientSession(headers=AUTHORIZED) as http,
        http.ws_connect(url + PATH) as socket,
    ):
        for frame in frames:
            send = socket.send_bytes if isinstance(frame, bytes) else socket.send_str
            await send(frame)  # type: ignore[arg-type]
        async for _ in socket:
            pass
        return socket.close_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": TOKEN}, 401),
        ({"Authorization": "Bearer ä"}, 401),
        ({**AUTHORIZED, "Origin": "http://127.0.0.1:8080"}, 403),
        ({**AUTHORIZED, "Origin": "null"}, 403),
    ],
)
async def test_only_the_token_lets_in_and_no_browser(
    url: str, headers: dict[str, str], status: int
) -> None:
    """A wrong token gets 401, and a page in a browser gets 403 whatever it holds."""
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(url + PATH, headers=headers)

    assert refused.value.status == status


def test_empty_token_is_no_token() -> None:
    """A channel without a token can't be made, let alone served."""
    with pytest.raises(ValueError, match="empty token"):
        TerminalChannel(token="", now=ManualClock().now)


async def test_channel_that_does_not_run_answers_503() -> None:
    """Outside its run the channel takes nobody; a client comes back later."""
    channel = TerminalChannel(token=TOKEN, now=ManualClock().now)

    async with listening(channel) as port, aiohttp.ClientSession(headers=AUTHORIZED) as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(f"http://127.0.0.1:{port}{PATH}")

    assert refused.value.status == 503


@pytest.mark.parametrize(
    "frames",
    [
        ["no json"],
        ['{"type":"message","event_id":"x","text":"y"}'],
        ['{"type":"hello","user":"","chat":"ada"}'],
        ['{"type":"hello","user":"a\\u001b[2J","chat":"ada"}'],
        [HELLO, HELLO],
        [HELLO, '{"type":"message","event_id":"no-uuid","text":"y"}'],
        [HELLO, '{"type":"unheard","of":1}'],
        [HELLO, "[" * 100_000],
        [HELLO, b"\x00\x01"],
    ],
)
async def test_foreign_frames_end_the_connection(
    url: str, inbox: Inbox, frames: list[str | bytes]
) -> None:
    """What is none of the protocol's frames is refused for good, and nothing is stored."""
    assert await close_code_after(url, *frames) == aiohttp.WSCloseCode.POLICY_VIOLATION
    assert inbox.messages == []


async def test_frame_over_the_limit_ends_the_connection(url: str, inbox: Inbox) -> None:
    """A frame of more than 2 MB is not read to its end."""
    text = json.dumps({"type": "message", "event_id": str(uuid4()), "text": "x" * MAX_FRAME_BYTES})

    assert await close_code_after(url, HELLO, text) == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    assert inbox.messages == []


async def test_escaped_surrogates_are_mended(url: str, inbox: Inbox) -> None:
    """A client in another language may escape what is no character; the inbox gets none of it."""
    event_id = "b3b6a1f0-0000-4000-8000-000000000001"
    message = f'{{"type":"message","event_id":"{event_id}","text":"\\ud83d\\ude00\\ud800\\u0000"}}'

    await close_code_after(url, HELLO, message, "bye")

    assert inbox.messages[0].text == "😀\ufffd\ufffd"


async def test_client_says_that_no_gateway_runs() -> None:
    """Nobody waits for ever for a gateway that was never started."""
    client = TerminalClient("http://127.0.0.1:9", TOKEN, user="ada", patience=timedelta(0))

    async with client:
        with pytest.raises(ChannelUnavailable, match="start it with `crewdesk up`"):
            await anext(client.frames())


async def test_client_says_that_the_token_is_wrong(url: str) -> None:
    """A token of another data directory is not tried again and again."""
    async with TerminalClient(url, "another", user="ada") as client:
        with pytest.raises(ChannelUnavailable, match="does not take our token"):
            await anext(client.frames())


async def test_client_says_that_something_else_answers(url: str) -> None:
    """Another program on the port is told apart from a gateway."""
    async with TerminalClient(url + "/elsewhere", TOKEN, user="ada") as client:
        with pytest.raises(ChannelUnavailable, match="no gateway"):
            await anext(client.frames())
