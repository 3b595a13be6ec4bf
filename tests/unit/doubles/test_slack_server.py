"""The Slack double refuses what Slack refuses, and keeps what Slack keeps."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.doubles.slack_faults import too_many_requests
from tests.doubles.slack_people import MENTION
from tests.doubles.slack_rules import ApiRefusal, JsonObject, check_blocks, visible_text
from tests.doubles.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.doubles.slack_world import ADA

GENERAL = "C0GENERAL"
QUIET = {"unfurl_links": False, "unfurl_media": False}


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    """Start a server with one channel."""
    async with SlackServer() as started:
        started.world.channel(GENERAL)
        yield started


async def call(
    server: SlackServer, method: str, arguments: JsonObject, token: str = BOT_TOKEN
) -> JsonObject:
    """Call a method, and return the answer."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{server.api_base}{method}", json=arguments) as response,
    ):
        answer: JsonObject = await response.json()
        return answer


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("auth.test", APP_TOKEN, "not_allowed_token_type"),
        ("apps.connections.open", BOT_TOKEN, "not_allowed_token_type"),
        ("chat.unheardOf", BOT_TOKEN, "unknown_method"),
    ],
)
async def test_each_token_opens_its_own_methods(
    server: SlackServer, method: str, token: str, error: str
) -> None:
    """The app's token connects, the bot's does everything else."""
    assert (await call(server, method, {}, token))["error"] == error


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C9", "text": "x"}, "channel_not_found"),
        ({"channel": GENERAL, "text": ""}, "no_text"),
        ({"channel": GENERAL, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": GENERAL, "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
        ({"channel": GENERAL, "text": "x", "blocks": [{"type": "poem"}]}, "invalid_blocks"),
        ({"channel": GENERAL, "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
    ],
)
async def test_a_message_that_slack_would_not_show_is_refused(
    server: SlackServer, arguments: JsonObject, error: str
) -> None:
    """Nothing is kept of it."""
    assert (await call(server, "chat.postMessage", QUIET | arguments))["error"] == error
    assert server.world.transcript(GENERAL) == []


@pytest.mark.parametrize(
    "block",
    [
        {"type": "markdown", "text": "x" * 12_001},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "1 < 2"}},
        {"type": "actions", "elements": []},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "a",
                    "text": {"type": "plain_text", "text": "x" * 76},
                }
            ],
        },
    ],
)
def test_blocks_beyond_the_limits_are_refused(block: JsonObject) -> None:
    """Sizes and shapes are those of Block Kit."""
    with pytest.raises(ApiRefusal, match="invalid_blocks"):
        check_blocks([block])


def test_what_is_visible_is_what_the_blocks_show() -> None:
    """The text beside them is for notifications."""
    shown = visible_text("*summary*", [{"type": "markdown", "text": "# A\n\n**b** `c`\nd"}])
    assert shown == "A\nb c\nd"
    assert visible_text("1 &lt; 2", []) == "1 < 2"


async def test_a_stream_can_only_be_appended_to_while_it_lasts(server: SlackServer) -> None:
    """And it is not edited before it is over."""
    root = server.world.say(GENERAL, ADA, "root")
    place: JsonObject = {"channel": GENERAL, "thread_ts": root.ts}
    chunk: JsonObject = {"chunks": [{"type": "markdown_text", "text": "a"}]}
    unaddressed = await call(server, "chat.startStream", place | chunk)
    assert unaddressed["error"] == "missing_recipient_user_id"
    recipient: JsonObject = {"recipient_user_id": ADA, "recipient_team_id": "T"}
    stream = await call(server, "chat.startStream", place | chunk | recipient)
    message: JsonObject = {"channel": GENERAL, "ts": stream["ts"]}
    update = await call(server, "chat.update", message | {"text": "b"})
    assert update["error"] == "streaming_state_conflict"
    assert (await call(server, "chat.stopStream", message))["ok"]
    over = await call(server, "chat.appendStream", message | chunk)
    assert over["error"] == "message_not_in_streaming_state"


async def test_a_rate_limit_names_its_time_once(server: SlackServer) -> None:
    """The call after it is answered again."""
    server.fail_next("auth.test", too_many_requests(9))
    assert (await call(server, "auth.test", {}))["error"] == "ratelimited"
    assert (await call(server, "auth.test", {}))["ok"]


async def test_what_is_not_acknowledged_comes_again_under_a_new_envelope(
    server: SlackServer,
) -> None:
    """On the next connection, and no more once it is."""
    await server.people.says(f"{MENTION} hi", channel=GENERAL)
    opened = await call(server, "apps.connections.open", {}, APP_TOKEN)
    async with aiohttp.ClientSession() as http:
        for expected in (["envelope-1", "envelope-2"], ["envelope-3", "envelope-4"]):
            async with http.ws_connect(str(opened["url"])) as connection:
                assert (await connection.receive_json())["type"] == "hello"
                frames = [await connection.receive_json() for _ in range(2)]
                assert [frame["envelope_id"] for frame in frames] == expected
        async with http.ws_connect(str(opened["url"])) as connection:
            frames = [await connection.receive_json() for _ in range(3)][1:]
            for frame in frames:
                await connection.send_json({"envelope_id": frame["envelope_id"]})
            await server.wait_for(lambda: not server.socket.unacknowledged)
    assert {frame["payload"]["event_id"] for frame in frames} == {"Ev00000001", "Ev00000002"}
    assert [frame["retry_attempt"] for frame in frames] == [2, 2]
