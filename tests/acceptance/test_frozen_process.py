"""A process that was frozen longer than its lease writes nothing when it wakes."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from channels.terminal.client import TerminalClient
from channels.terminal.frames import Accepted, Message
from gateway.datadir import terminal_token
from tests.acceptance.scene import in_turn
from tests.doubles.databases import open_database, query
from tests.doubles.gateway_process import PATIENCE_SECONDS, UP, GatewayProcess
from tests.doubles.model_reply import Reply
from tests.doubles.model_server import ModelServer

UNFENCED = (sys.executable, "-m", "tests.acceptance.unfenced_gateway", "up")
LEASE_SECONDS = 2
LATE = "the answer of the process that slept"
TIMELY = "the answer of the process that took over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What is to be found when the frozen process has done all it could."""

    final_output: str
    status: str
    attempt: int
    fence: int
    sent: Sequence[str]
    lost_leases: int


async def test_a_frozen_process_writes_nothing_when_it_wakes(
    tmp_path: Path, postgres_url: str
) -> None:
    """The other one's answer stands, there is one of it, and the log tells of the lost lease."""
    found = await take_over_while_frozen(tmp_path, postgres_url, UP)
    assert found == Aftermath(
        final_output=TIMELY, status="completed", attempt=2, fence=2, sent=[TIMELY], lost_leases=1
    )


async def test_without_the_fence_the_frozen_process_would_overwrite_the_answer(
    tmp_path: Path, postgres_url: str
) -> None:
    """The test above fails where its mechanism is off."""
    found = await take_over_while_frozen(tmp_path, postgres_url, UNFENCED)
    assert found.final_output == LATE
    assert found.lost_leases == 0


async def take_over_while_frozen(
    tmp_path: Path, database_url: str, command: Sequence[str]
) -> Aftermath:
    """Freeze a process in a model call until another one has answered, then let it go on."""
    pace = asyncio.Semaphore(0)
    script = in_turn(Reply(text=LATE, pace=pace), Reply(text=TIMELY))
    async with ModelServer(script=script) as model, AsyncExitStack() as stack:
        settings = environment(database_url, model)
        sleeper = GatewayProcess(tmp_path / "sleeper", settings, command=command)
        await stack.enter_async_context(sleeper)
        await say(sleeper, "Who answers?")
        await model.wait_for_request(1)
        sleeper.freeze()
        heir = GatewayProcess(tmp_path / "heir", settings)
        await stack.enter_async_context(heir)
        assert await heard(heir) == TIMELY
        await settle(database_url)
        sleeper.thaw()
        for _ in range(1000):
            pace.release()
        await sleeper.eventually(lambda: has_ended(sleeper), "the sleeper is done with the task")
        return await aftermath(database_url, len(sleeper.log("lease_lost")))


def environment(database_url: str, model: ModelServer) -> dict[str, str]:
    """Return what both processes are told."""
    return {
        "CREWDESK_DATABASE_URL": database_url,
        "CREWDESK_INBOX__LEASE_SECONDS": str(LEASE_SECONDS),
        "CREWDESK_MODEL__NAME": "double",
        "OPENAI_API_KEY": "opens-nothing",
        "OPENAI_BASE_URL": model.base_url,
    }


async def say(gateway: GatewayProcess, text: str) -> None:
    """Write at a gateway's terminal, and leave when the message is stored."""
    async with at_terminal(gateway) as client, aclosing(client.frames()) as frames:
        await client.send(text)
        async for frame in frames:
            if isinstance(frame, Accepted):
                return


async def heard(gateway: GatewayProcess) -> str:
    """Sit down at a gateway's terminal and return the first thing that it says."""
    async with at_terminal(gateway) as client, aclosing(client.frames()) as frames:
        async for frame in frames:
            if isinstance(frame, Message):
                await client.shown(frame)
                return frame.text
    raise AssertionError("unreachable: frames end by an error only")


@asynccontextmanager
async def at_terminal(gateway: GatewayProcess) -> AsyncIterator[TerminalClient]:
    """Connect one and the same person to a gateway."""
    token = await asyncio.to_thread(terminal_token, gateway.data_dir)
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with TerminalClient(gateway.url, token, user="ada") as client:
            yield client


def has_ended(gateway: GatewayProcess) -> bool:
    """Tell whether a gateway has said how its work on the task ended."""
    return bool(gateway.log("lease_lost") or gateway.log("task_left"))


async def settle(database_url: str) -> None:
    """Wait until the answer is recorded as sent."""
    async with open_database(database_url) as database, asyncio.timeout(PATIENCE_SECONDS):
        unsent = "SELECT part_key FROM outbox WHERE state <> 'sent'"
        while await query(database, unsent):  # noqa: ASYNC110 - another process's row
            await asyncio.sleep(0.05)


async def aftermath(database_url: str, lost_leases: int) -> Aftermath:
    """Read what the two processes have written."""
    async with open_database(database_url) as database:
        (task,) = await query(database, "SELECT * FROM tasks")
        sent = await query(database, "SELECT text FROM outbox WHERE kind = 'final'")
    return Aftermath(
        final_output=task.text("final_output"),
        status=task.text("status"),
        attempt=task.integer("attempt"),
        fence=task.integer("fence"),
        sent=[row.text("text") for row in sent],
        lost_leases=lost_leases,
    )
