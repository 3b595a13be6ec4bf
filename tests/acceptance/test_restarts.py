"""What outlives an orderly stop, and what the next start finds."""

import asyncio
import re
import time
from pathlib import Path

from tests.acceptance.scene import Scene, in_turn, opened, tool_outputs
from tests.doubles.gateway_process import GatewayProcess
from tests.doubles.model_reply import Reply

STOP_SECONDS = 20


async def stop(scene: Scene) -> None:
    """Ask the gateway to stop, and see that it does so in time and in order."""
    began = time.monotonic()
    assert await scene.gateway.terminate() == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert scene.gateway.log("gateway_stopped")


async def test_a_question_is_still_open_after_a_restart(tmp_path: Path) -> None:
    """The answer comes to another process, and the same task goes on there."""
    async with opened(tmp_path / "data") as scene:
        chat = scene.member()
        question = '[[tool:ask_user {"question":"Which?","options":["red","blue"]}]]'
        await chat.asks(f"Paint it {question}[[say:Painted.]]")
        await scene.settled()
        await stop(scene)
        await chat.says("1")
        await scene.gateway.start()
        assert (await chat.answers(2))[1:] == ["Painted."]
        assert tool_outputs(scene.model.requests[-1]) == ["red"]
        assert await scene.query("SELECT status, attempt FROM tasks") == [("completed", 2)]


async def test_a_task_that_a_stop_interrupts_goes_on_at_the_next_start(tmp_path: Path) -> None:
    """Given back in the middle of a model call: asked again, answered once, no attempt lost."""
    pace = asyncio.Semaphore(0)
    async with opened(tmp_path / "data", {"CREWDESK_INBOX__STOP_SECONDS": "2"}) as scene:
        chat = scene.member()
        scene.book.on("Take", in_turn(Reply(text="lost", pace=pace), Reply(text="Done.")))
        await chat.says("Take your time")
        await scene.asked("Take your time")
        await stop(scene)
        assert chat.texts == []
        await scene.gateway.start()
        await chat.answers()
        await scene.settled()
        assert chat.texts == ["Done."]
        assert await scene.query("SELECT status, barren_attempts FROM tasks") == [("completed", 0)]


async def test_a_command_that_a_stop_interrupts_is_not_run_again(tmp_path: Path) -> None:
    """Nobody knows how far it came: the model is told so, and the command ran once."""
    async with opened(tmp_path / "data", {"CREWDESK_INBOX__STOP_SECONDS": "2"}) as scene:
        chat = scene.member()
        command = "echo ran >> traces; sleep 600"
        await chat.says(f'Once [[tool:bash {{"command":"{command}"}}]][[say:I do not know.]]')
        await scene.gateway.eventually(lambda: bool(traces(scene)), "the command runs")
        await stop(scene)
        await scene.gateway.start()
        assert await chat.answers() == ["I do not know."]
        assert traces(scene) == "ran\n"
        assert "unknown" in tool_outputs(scene.model.requests[-1])[0]


async def test_the_first_admin_claims_the_bot_with_the_code_of_the_start(tmp_path: Path) -> None:
    """A wrong code makes nobody an admin; once there is one, the next start prints none."""
    async with opened(tmp_path / "data", {"CREWDESK_ACCESS__ADMINS": ""}) as scene:
        code = printed_claim_code(scene.gateway)
        first = scene.stranger()
        assert "not the code" in await first.asks("/claim AAAABBBBCCCC")
        assert "You are an administrator" in await first.asks(f"/claim {code}")
        assert await first.asks("Hello") == "answer to Hello"
        second = scene.stranger()
        assert "You are an administrator" not in await second.asks(f"/claim {code}")
        await stop(scene)
        before = scene.gateway.output_text
        await scene.gateway.start()
        assert "/claim" not in scene.gateway.output_text.removeprefix(before)


async def test_a_mistake_in_a_file_is_told_at_the_start(tmp_path: Path) -> None:
    """The gateway runs without that skill, and its log names the file."""
    folder = tmp_path / "data" / "skills" / "broken"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: [broken\n---\n")
    async with GatewayProcess(tmp_path / "data") as gateway:
        mistake = await gateway.wait_for_log("file_has_a_mistake")
        assert "broken/SKILL.md" in str(mistake["problem"])


def traces(scene: Scene) -> str:
    """Return what commands left in the workspaces."""
    found = sorted(scene.gateway.data_dir.glob("workspaces/*/traces"))
    return "".join(file.read_text() for file in found)


def printed_claim_code(gateway: GatewayProcess) -> str:
    """Return the code that the gateway printed when it started."""
    found = re.search(r"/claim (\w+)", gateway.output_text)
    assert found, gateway.output_text
    return found[1]
