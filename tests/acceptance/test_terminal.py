"""The terminal against a running gateway that has neither a key nor a messenger."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.doubles.gateway_process import GatewayProcess

COMMAND_SECONDS = 60

Ended = subprocess.CompletedProcess[str]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayProcess]:
    """Start a gateway as a newcomer does: nothing is set."""
    async with GatewayProcess(tmp_path_factory.mktemp("terminal") / "data") as gateway:
        yield gateway


async def crewdesk(gateway: GatewayProcess, *arguments: str, typed: str = "") -> Ended:
    """Run one command beside the gateway, with its settings, and return how it ended."""
    return await asyncio.to_thread(
        subprocess.run,
        (sys.executable, "-m", "gateway", *arguments),
        input=typed,
        env=dict(gateway.environment),
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )


async def test_a_greeting_is_answered_and_its_path_can_be_seen(gateway: GatewayProcess) -> None:
    """The first steps of a newcomer: say hello, find the task, look at what happened."""
    hello = await crewdesk(gateway, "chat", "hello there")
    assert hello.returncode == 0
    assert "offline" in hello.stdout
    listed = await crewdesk(gateway, "tasks", "--json")
    found = [task for task in json.loads(listed.stdout) if task["goal"] == "hello there"]
    assert len(found) == 1
    story = await crewdesk(gateway, "task", found[0]["task_id"][:8])
    assert story.returncode == 0
    assert "hello there" in story.stdout
    assert "completed" in story.stdout


async def test_commands_work_in_the_terminal_as_elsewhere(gateway: GatewayProcess) -> None:
    """Whoever sits at the terminal is an admin."""
    shown = await crewdesk(gateway, "chat", "/pair")
    assert shown.returncode == 0
    assert "Nobody is waiting to be let in" in shown.stdout


async def test_a_message_of_a_megabyte_is_dealt_with(gateway: GatewayProcess) -> None:
    """It gets an answer or a reason, and the next message is answered."""
    huge = await crewdesk(gateway, "chat", "-", typed="word " * 200_000)
    assert huge.returncode in {0, 1}
    assert (huge.stdout + huge.stderr).strip()
    assert "Traceback" not in huge.stderr
    assert (await crewdesk(gateway, "chat", "hello")).returncode == 0


@pytest.mark.parametrize("text", ["nul \0 inside", "\u202eשלום", "e\u0301" * 500, "-", "/"])
async def test_odd_texts_are_answered(gateway: GatewayProcess, text: str) -> None:
    """Whatever a person can paste gets an answer."""
    said = await crewdesk(gateway, "chat", "-", typed=text)
    assert said.returncode == 0
    assert said.stdout.strip()


async def test_where_no_gateway_runs_one_line_says_how_to_start_one(
    gateway: GatewayProcess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Another data directory has no gateway."""
    nowhere = GatewayProcess(tmp_path_factory.mktemp("nowhere") / "data")
    said = await crewdesk(nowhere, "chat", "hello")
    assert said.returncode == 3
    assert "crewdesk up" in said.stderr
    assert (await crewdesk(gateway, "chat", "hello")).returncode == 0
