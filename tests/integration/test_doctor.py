"""The doctor's questions to the model, Telegram and Docker, answered by servers of ours."""

import os
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from channels.dingtalk.messenger import MESSENGER as DINGTALK
from channels.dingtalk.settings import DingtalkSettings
from channels.telegram.messenger import MESSENGER as TELEGRAM
from channels.telegram.settings import TelegramSettings
from gateway.cli.checks import services
from gateway.cli.checks.finding import Level
from gateway.cli.checks.services import check_channel, check_docker, check_gateway, check_model
from gateway.config import HttpSettings, ModelSettings
from tests.doubles.dingtalk_server import CLIENT_ID, CLIENT_SECRET, DingtalkServer
from tests.doubles.model_reply import Reply
from tests.doubles.model_server import ModelServer
from tests.doubles.web_server import WebServer

TOKEN = "123456:opens-nothing"
KEY = SecretStr("opens-nothing")
GET_ME = f"/bot{TOKEN}/getMe"


def telegram(server: WebServer) -> TelegramSettings:
    """Return settings that lead to a server of ours."""
    return TelegramSettings(token=SecretStr(TOKEN), api_base=server.url(""))


async def test_model_that_answers_is_fine() -> None:
    """It is asked once, through the adapter."""
    async with ModelServer(Reply(text="pong")) as server:
        finding = await check_model(ModelSettings(name="m1", api_key=KEY, base_url=server.base_url))

    assert (finding.level, finding.found) == (Level.OK, "m1 answers")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=401, error_code="invalid_api_key", error_message="Bad key"), "Bad key"),
        (Reply(status=503, error_message="Overloaded"), "Overloaded"),
    ],
)
async def test_model_that_refuses_is_a_failure(reply: Reply, reason: str) -> None:
    """The reason is the provider's; nothing is tried again."""
    async with ModelServer(reply) as server:
        finding = await check_model(ModelSettings(name="m1", api_key=KEY, base_url=server.base_url))

    assert finding.level is Level.FAIL
    assert reason in finding.found
    assert len(server.requests) == 1


async def test_model_that_is_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a doctor for minutes."""
    monkeypatch.setattr(services, "PATIENCE_SECONDS", 3.0)  # the library alone takes one to load
    async with ModelServer(Reply(text="late", delay_s=30)) as server:
        finding = await check_model(ModelSettings(name="m1", api_key=KEY, base_url=server.base_url))

    assert finding.found == "m1 did not answer within 3 s"


async def test_token_is_whose_telegram_says() -> None:
    """The bot's name tells a person which one it is."""
    async with WebServer() as server:
        server.serve(GET_ME, '{"ok": true, "result": {"id": 1, "username": "my_bot"}}')
        finding = await check_channel(TELEGRAM, telegram(server))

    assert (finding.level, finding.found) == (Level.OK, "the token is @my_bot's")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            '{"ok": false, "error_code": 401, "description": "Unauthorized"}',
            "refused: Unauthorized",
        ),
        ("<html>", "does not answer as it should"),
    ],
)
async def test_refused_token_is_never_shown(body: str, found: str) -> None:
    """A report is made to be passed on."""
    async with WebServer() as server:
        server.serve(GET_ME, body, status=401)
        finding = await check_channel(TELEGRAM, telegram(server))

    assert finding.level is Level.FAIL
    assert found in finding.found
    assert TOKEN not in finding.line.text


async def test_server_that_is_gone_is_a_failure_without_the_token() -> None:
    """Its address is named, but not the URL with the token in it."""
    async with WebServer() as server:
        settings = telegram(server)
    finding = await check_channel(TELEGRAM, settings)

    assert finding.level is Level.FAIL
    assert settings.api_base in finding.found
    assert TOKEN not in finding.line.text


def dingtalk(server: DingtalkServer, secret: str = CLIENT_SECRET) -> DingtalkSettings:
    """Return settings that lead to a server of ours."""
    return DingtalkSettings(
        client_id=CLIENT_ID, client_secret=SecretStr(secret), api_base=server.base_url
    )


async def test_dingtalk_gives_the_app_its_token() -> None:
    """The app's id and the robot's tell a person which ones they are."""
    async with DingtalkServer() as server:
        finding = await check_channel(DINGTALK, dingtalk(server))

    assert finding.level is Level.OK
    assert CLIENT_ID in finding.found


async def test_a_wrong_dingtalk_secret_is_a_failure_that_names_the_setting() -> None:
    """What to do is said, and the secret is not."""
    async with DingtalkServer() as server:
        finding = await check_channel(DINGTALK, dingtalk(server, "of-another-app"))

    assert finding.level is Level.FAIL
    assert "CREWDESK_DINGTALK__CLIENT_SECRET" in finding.found
    assert "of-another-app" not in finding.line.text


async def test_a_dingtalk_that_is_gone_is_a_failure_with_its_address() -> None:
    """It may be the address that is wrong."""
    async with DingtalkServer() as server:
        settings = dingtalk(server)
    finding = await check_channel(DINGTALK, settings)

    assert finding.level is Level.FAIL
    assert settings.api_base in finding.found
    assert "CREWDESK_DINGTALK__API_BASE" in finding.found


async def test_docker_is_asked_over_its_socket(tmp_path: Path) -> None:
    """Where nothing answers it is a warning, for only containers need it."""
    missing = await check_docker(tmp_path / "no.sock")
    application = web.Application()
    application.router.add_get("/_ping", _pong)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "docker.sock")).start()
    answering = await check_docker(tmp_path / "docker.sock")
    await runner.cleanup()

    assert (missing.level, answering.level) == (Level.WARN, Level.OK)


async def _pong(_request: web.Request) -> web.Response:
    return web.Response(text="OK")


async def test_gateway_that_does_not_answer_is_a_failure(tmp_path: Path) -> None:
    """Its process is there, and something else listens at its address."""
    async with WebServer() as server:
        announced = f'{{"url": "{server.url("")}", "pid": {os.getpid()}}}'
        (tmp_path / "gateway.json").write_text(announced)
        (finding,) = await check_gateway(tmp_path, HttpSettings())

    assert finding.level is Level.FAIL
    assert "does not answer" in finding.found
