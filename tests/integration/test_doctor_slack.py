"""The doctor's questions to Slack, answered by a server of ours."""

import pytest
from pydantic import SecretStr

from channels.slack.messenger import MESSENGER
from channels.slack.settings import SlackSettings
from gateway.cli.checks.finding import Level
from gateway.cli.checks.services import check_channel
from tests.doubles.slack_faults import bad_gateway, refused
from tests.doubles.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer


def settings(
    server: SlackServer, *, bot_token: str = BOT_TOKEN, app_token: str = APP_TOKEN
) -> SlackSettings:
    """Return settings that lead to a server of ours."""
    return SlackSettings(
        bot_token=SecretStr(bot_token), app_token=SecretStr(app_token), api_base=server.api_base
    )


async def test_both_tokens_are_tried_and_tell_who_the_bot_is() -> None:
    """A connection is asked for, and none is made."""
    async with SlackServer() as server:
        finding = await check_channel(MESSENGER, settings(server))

    assert (finding.level, finding.found) == (
        Level.OK,
        "the bot is @crewdesk in Crew, and Socket Mode lets it in",
    )
    assert [call.method for call in server.calls] == ["auth.test", "apps.connections.open"]
    assert server.socket.connected == 0


@pytest.mark.parametrize(
    ("bot_token", "app_token", "told"),
    [
        ("xoxb-wrong", APP_TOKEN, "CREWDESK_SLACK__BOT_TOKEN"),
        (BOT_TOKEN, "xapp-wrong", "CREWDESK_SLACK__APP_TOKEN"),
        (BOT_TOKEN, BOT_TOKEN, "CREWDESK_SLACK__APP_TOKEN"),
    ],
)
async def test_a_wrong_token_is_named_and_not_shown(
    bot_token: str, app_token: str, told: str
) -> None:
    """A report is made to be passed on."""
    async with SlackServer() as server:
        wrong = settings(server, bot_token=bot_token, app_token=app_token)
        finding = await check_channel(MESSENGER, wrong)

    assert finding.level is Level.FAIL
    assert told in finding.found
    assert bot_token not in finding.line.text
    assert app_token not in finding.line.text


async def test_other_answers_are_told_as_they_are() -> None:
    """Slack's own words where it has some, and the address where it has none."""
    async with SlackServer() as server:
        server.fail_next("auth.test", refused("a_new_reason"))
        refusal = await check_channel(MESSENGER, settings(server))
        server.fail_next("auth.test", bad_gateway())
        page = await check_channel(MESSENGER, settings(server))
    gone = await check_channel(MESSENGER, settings(server))

    assert "a_new_reason" in refusal.found
    assert all("does not answer as it should" in one.found for one in (page, gone))
    assert BOT_TOKEN not in page.line.text + gone.line.text
