"""A channel that cannot connect says why, everywhere, and hinders no other."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import aiohttp
import pytest
import pytest_asyncio

from gateway.cli.outcome import ExitCode
from tests.acceptance.command_line import Ended, crewdesk
from tests.acceptance.messengers.crowd import Crowd, opened
from tests.doubles.gateway_process import LOOK_AGAIN_SECONDS, PATIENCE_SECONDS

NOBODY_LISTENS: Final = "http://127.0.0.1:1"
WRONG_TOKENS: Final[Mapping[str, Mapping[str, str]]] = {
    "telegram": {"CREWDESK_TELEGRAM__TOKEN": "123456:opens-nothing"},
    "slack": {"CREWDESK_SLACK__BOT_TOKEN": "xoxb-opens-nothing"},
    "dingtalk": {"CREWDESK_DINGTALK__CLIENT_SECRET": "opens-nothing"},
}
BASES: Final[Mapping[str, str]] = {
    "telegram": "CREWDESK_TELEGRAM__API_BASE",
    "slack": "CREWDESK_SLACK__API_BASE",
    "dingtalk": "CREWDESK_DINGTALK__API_BASE",
}


class Trouble(StrEnum):
    """Why a channel cannot connect."""

    WRONG_TOKEN = "wrong token"
    DOWN = "down"
    HANGS = "hangs"


# Who is well, and what the others suffer from: each channel twice, each trouble twice.
TROUBLES: Final[Mapping[str, Mapping[str, Trouble]]] = {
    "telegram": {"slack": Trouble.WRONG_TOKEN, "dingtalk": Trouble.HANGS},
    "slack": {"dingtalk": Trouble.DOWN, "telegram": Trouble.WRONG_TOKEN},
    "dingtalk": {"telegram": Trouble.HANGS, "slack": Trouble.DOWN},
}

REASONS: Final = {
    Trouble.WRONG_TOKEN: r"set CREWDESK_\w+",
    Trouble.DOWN: r"Connect call failed",
    Trouble.HANGS: r"connecting|no answer",
}
ADVICE: Final = {
    Trouble.WRONG_TOKEN: r"set CREWDESK_\w+|get a token",
    Trouble.DOWN: r"check the network and CREWDESK_\w+__API_BASE",
    Trouble.HANGS: r"check the network and CREWDESK_\w+__API_BASE",
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """A gateway with one channel that is well, and what the doctor says of the others."""

    well: str
    crowd: Crowd
    doctor: Ended

    async def readiness(self) -> tuple[int, Mapping[str, Mapping[str, str]]]:
        """Return the status of `/readyz`, and state and reason of each channel once all loaded."""
        url = f"{self.crowd.gateway.url}/readyz"
        async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as http:
            while True:
                async with http.get(url) as response:
                    channels = (await response.json())["channels"]
                if all(one["state"] != "loading" for one in channels.values()):
                    return response.status, channels
                await asyncio.sleep(LOOK_AGAIN_SECONDS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wards(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mapping[str, Ward]]:
    """Start all gateways at once, and ask all doctors at once: some of them wait for long."""
    async with AsyncExitStack() as stack, hanging_server() as hanging:
        async with asyncio.TaskGroup() as group:
            opening = [
                group.create_task(
                    open_ward(stack, tmp_path_factory.mktemp(well) / "data", well, hanging)
                )
                for well in TROUBLES
            ]
        yield {ward.well: ward for ward in (task.result() for task in opening)}


@pytest.fixture(params=list(TROUBLES), ids=[f"{well} is well" for well in TROUBLES])
def ward(request: pytest.FixtureRequest, wards: Mapping[str, Ward]) -> Ward:
    """Return one gateway after the other."""
    return wards[request.param]


async def test_the_channel_that_is_well_answers_meanwhile(ward: Ward) -> None:
    """The troubles of the others don't hold it up."""
    chat = ward.crowd.member(ward.well)
    assert await chat.asks("Are you there?") == "answer to Are you there?"


async def test_readyz_says_which_channel_is_out_of_order_and_why(ward: Ward) -> None:
    """It is not ready, and each channel has its state and its reason."""
    status, channels = await ward.readiness()
    assert status == 503
    assert channels[ward.well] == {"state": "connected", "reason": ""}
    for name, trouble in TROUBLES[ward.well].items():
        assert channels[name]["state"] == "unavailable"
        assert re.search(REASONS[trouble], channels[name]["reason"]), channels


async def test_the_doctor_says_why_and_fails(ward: Ward) -> None:
    """It asks each platform itself, and gives up those that are silent."""
    assert ward.doctor.returncode == ExitCode.FAILED
    lines = ward.doctor.stdout.splitlines()
    assert any(re.match(rf"ok +{ward.well}:", line) for line in lines), lines
    for name, trouble in TROUBLES[ward.well].items():
        (line,) = [line for line in lines if re.match(rf"fail +{name}:", line)]
        assert re.search(ADVICE[trouble], line), line


async def test_the_log_says_why(ward: Ward) -> None:
    """Of a platform that refuses or is not there; a silent one takes longer than a test."""
    for name, trouble in TROUBLES[ward.well].items():
        if trouble is not Trouble.HANGS:
            warnings = [
                str(line.get("reason") or line.get("trouble"))
                for line in ward.crowd.gateway.log(f"{name}_connection")
                if line["level"] == "warning"
            ]
            refusals = [
                str(line["reason"])
                for line in ward.crowd.gateway.log("channel_unavailable")
                if line["channel"] == name
            ]
            assert re.search(REASONS[trouble], " ".join(warnings + refusals))


async def open_ward(stack: AsyncExitStack, data_dir: Path, well: str, hanging: str) -> Ward:
    """Start a gateway and ask the doctor beside it."""
    settings: dict[str, str] = {}
    for name, trouble in TROUBLES[well].items():
        settings |= ailing(name, trouble, hanging)
    crowd = await stack.enter_async_context(opened(data_dir, settings, until="/healthz"))
    return Ward(well=well, crowd=crowd, doctor=await crewdesk(crowd.gateway, "doctor"))


def ailing(name: str, trouble: Trouble, hanging: str) -> Mapping[str, str]:
    """Return the settings that give a channel its trouble."""
    match trouble:
        case Trouble.WRONG_TOKEN:
            return WRONG_TOKENS[name]
        case Trouble.DOWN:
            return {BASES[name]: NOBODY_LISTENS}
        case Trouble.HANGS:
            return {BASES[name]: hanging}


@asynccontextmanager
async def hanging_server() -> AsyncIterator[str]:
    """Yield the address of a server that takes every connection and never says a word."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
