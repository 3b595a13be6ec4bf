"""The tool `bash`, with real shells."""

import asyncio

import pytest

from workers.errors import ToolError
from workers.tools.bash import MAX_OUTPUT_BYTES, RunCommand
from workers.tools.protocol import Effect, ToolContext
from workers.tools.workspace import Workspace

PATIENCE_SECONDS = 20


@pytest.mark.parametrize(
    ("command", "report"),
    [
        ("echo out; echo err >&2", "out\nerr\n[exit code 0]"),
        ("exit 3", "[exit code 3]"),
        ("kill -9 $$", "[ended by signal 9]"),
        ("cat", "[exit code 0]"),
        (r"printf 'a\377b\0c'", "a\ufffdb\ufffdc\n[exit code 0]"),
        ("[[ a == a ]] && echo 你好", "你好\n[exit code 0]"),
    ],
)
async def test_the_report_holds_output_and_ending(
    workspace: Workspace, context: ToolContext, command: str, report: str
) -> None:
    """What was printed comes back as text, with how the command ended."""
    assert await RunCommand(workspace).run({"command": command}, context) == report


async def test_the_workspace_is_the_working_directory(
    workspace: Workspace, context: ToolContext
) -> None:
    """Commands work on the files that the other tools see."""
    report = await RunCommand(workspace).run({"command": "pwd; echo x > a; echo ~"}, context)

    assert report.split("\n")[:2] == [str(workspace.root), str(workspace.root)]
    assert workspace.read("a", 10) == b"x\n"


async def test_nothing_of_our_environment_is_seen(
    workspace: Workspace, context: ToolContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command gets a small environment of its own, without secrets."""
    monkeypatch.setenv("CREWDESK_TELEGRAM__TOKEN", "canary")

    report = await RunCommand(workspace).run({"command": "env"}, context)

    names = {line.partition("=")[0] for line in report.split("\n")[:-1]}
    expected = {"PATH", "HOME", "LANG", "TERM", "PWD", "SHLVL", "_", "OLDPWD", "CREWDESK_PROCESS"}
    assert names <= expected


async def test_a_command_that_takes_too_long_is_ended(
    workspace: Workspace, context: ToolContext
) -> None:
    """The error tells what had been printed until then."""
    with pytest.raises(ToolError) as raised:
        await RunCommand(workspace).run(
            {"command": "echo begun; sleep 60", "timeout_s": 1}, context
        )

    assert raised.value.code == "timeout"
    assert raised.value.message == "the command was ended after 1 s; it had printed:\nbegun"


async def test_long_output_loses_its_middle(workspace: Workspace, context: ToolContext) -> None:
    """Head and tail of the output are kept."""
    report = await RunCommand(workspace).run({"command": "echo first; seq 1000000"}, context)

    assert report.startswith("first\n1\n2\n")
    assert report.endswith("\n1000000\n[exit code 0]")
    assert "bytes left out" in report
    assert len(report) < MAX_OUTPUT_BYTES + 100


async def test_a_background_job_does_not_hold_up_the_answer(
    workspace: Workspace, context: ToolContext
) -> None:
    """The answer comes when the command is over, whatever it left running."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        report = await RunCommand(workspace).run({"command": "sleep 60 & echo done"}, context)

    assert report == "done\n[exit code 0]"


async def test_a_command_with_nul_is_refused(workspace: Workspace, context: ToolContext) -> None:
    """What no shell can be given is the model's mistake."""
    with pytest.raises(ToolError, match="NUL"):
        await RunCommand(workspace).run({"command": "a\0b"}, context)


async def test_a_missing_workspace_is_named(workspace: Workspace, context: ToolContext) -> None:
    """When the folder is gone the model reads why nothing ran."""
    workspace.root.rmdir()

    with pytest.raises(ToolError) as raised:
        await RunCommand(workspace).run({"command": "true"}, context)

    assert raised.value.code == "not_started"


def test_a_command_is_never_run_again(workspace: Workspace) -> None:
    """Commands are declared unsafe."""
    assert RunCommand(workspace).effect is Effect.UNSAFE
