"""The terminal against a running gateway that has neither a key nor a messenger."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.command_line import crewdesk
from tests.doubles.gateway_process import GatewayProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayProcess]:
    """Start a gateway as a newcomer does: nothing is set."""
    async with GatewayProcess(tmp_path_factory.mktemp("terminal") / "data") as gateway:
        yield gateway


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


async def test_a_message_of_a_megabyte_is_answered_with_a_reason(gateway: GatewayProcess) -> None:
    """It is too long for the model, the person learns so, and the conversation goes on."""
    huge = await crewdesk(gateway, "chat", "--as", "huge", "-", typed="word " * 200_000)
    assert huge.returncode == 1
    assert "too long for the model" in huge.stdout
    hello = await crewdesk(gateway, "chat", "--as", "huge", "hello")
    assert hello.returncode == 0, hello.stderr


async def test_odd_texts_are_answered_in_their_order(gateway: GatewayProcess) -> None:
    """Whatever a person can paste makes one task, and each of them ends well."""
    texts = ["nul \0 inside", "\u202eשלום עולם", "e\u0301" * 500, "-", "/", "`*_[~"]
    said = await crewdesk(gateway, "chat", "--as", "odd", typed="\n".join(texts))
    assert said.returncode == 0, said.stderr
    listed = await crewdesk(gateway, "tasks", "--json", "--limit", "50")
    kept = [text.replace("\0", "\ufffd") for text in texts]  # no database keeps a NUL
    tasks = [task for task in json.loads(listed.stdout) if task["goal"] in kept]
    assert [task["goal"] for task in reversed(tasks)] == kept
    assert {task["status"] for task in tasks} == {"completed"}
