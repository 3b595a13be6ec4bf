"""The command line against a real gateway: each command is a process of its own."""

import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from tests.doubles.command_line import Finished, crewdesk
from tests.doubles.gateway_process import GatewayProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayProcess]:
    """Start the gateway that these tests share; each uses a chat of its own."""
    async with GatewayProcess(tmp_path_factory.mktemp("cli") / "data") as process:
        yield process


def alone(data_dir: Path, **more: str) -> Mapping[str, str]:
    """Return the environment of a command that shall find no gateway."""
    return {"CREWDESK_DATA_DIR": str(data_dir), **more}


async def chat(gateway: GatewayProcess, text: str, name: str) -> Finished:
    """Say one thing in a chat of that name."""
    return await crewdesk("chat", text, "--as", name, environment=gateway.environment)


async def task_id(gateway: GatewayProcess, goal: str) -> str:
    """Return the id of the newest task with that goal, as `crewdesk tasks` tells it."""
    listed = await crewdesk("tasks", "--json", environment=gateway.environment)
    return next(str(row["task_id"]) for row in json.loads(listed.out) if row["goal"] == goal)


async def test_up_says_where_it_listens_and_what_to_do_next(gateway: GatewayProcess) -> None:
    """The second command of a newcomer stands there as it is to be typed."""
    said = gateway.output_text

    assert f"Crewdesk is running at {gateway.url}\n" in said
    assert str(gateway.data_dir) in said
    assert 'crewdesk chat "hello"\n' in said
    assert "/claim " in said


async def test_hello_is_answered_listed_and_told(gateway: GatewayProcess) -> None:
    """The path of a newcomer: chat, tasks, task ID."""
    answered = await chat(gateway, "hello", "newcomer")
    listed = await crewdesk("tasks", environment=gateway.environment)
    number = (await task_id(gateway, "hello"))[:8]
    told = await crewdesk("task", number, environment=gateway.environment)

    assert (answered.code, answered.err) == (0, "")
    assert answered.out.startswith("[offline model] Hello!")
    assert any(line.split()[0] == number for line in listed.out.splitlines())
    kinds = [line.split()[2] for line in told.out.partition("\n\n")[2].splitlines()]
    assert kinds == ["accepted", "attempt", "model", "end", "send"]
    assert "final part 1 to terminal: sent" in told.out


async def test_tool_call_stands_in_the_story_and_marks_the_task(gateway: GatewayProcess) -> None:
    """What `/tasks` shows in a chat has a star on the command line."""
    await chat(gateway, "run `echo told`", "tools")
    number = await task_id(gateway, "run `echo told`")

    told = await crewdesk("task", number, environment=gateway.environment)
    listed = await crewdesk("tasks", environment=gateway.environment)

    assert "tool      bash" in told.out
    assert '{"command": "echo told"}' in told.out
    assert f"{number[:8]}  *  completed" in listed.out


async def test_text_can_come_from_standard_input(gateway: GatewayProcess) -> None:
    """A minus sign stands for it."""
    done = await crewdesk(
        "chat", "-", "--as", "pipe", environment=gateway.environment, typed="hello\n"
    )

    assert done.code == 0
    assert done.out.startswith("[offline model] Hello!")


async def test_each_line_of_a_conversation_is_answered_in_turn(gateway: GatewayProcess) -> None:
    """Commands too, until the end of input."""
    done = await crewdesk(
        "chat",
        "--as",
        "talk",
        environment=gateway.environment,
        typed="hello\n\nrun `echo second`\n/tasks\n",
    )

    assert (done.code, done.err) == (0, "")
    assert done.out.index("Hello!") < done.out.index("second") < done.out.rindex("run")


async def test_command_is_answered_without_a_task(gateway: GatewayProcess) -> None:
    """Its reply ends the command, though no task does."""
    done = await chat(gateway, "/help", "commands")

    assert done.code == 0
    assert "/tasks" in done.out


async def test_tasks_can_be_narrowed(gateway: GatewayProcess) -> None:
    """By status and by number."""
    await chat(gateway, "hello", "narrow")

    failed = await crewdesk("tasks", "--status", "failed", environment=gateway.environment)
    one = await crewdesk("tasks", "--limit", "1", environment=gateway.environment)

    assert failed.out == "no tasks\n"
    assert len(one.out.splitlines()) == 2


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("abc", "crewdesk: 'abc' is no task id: give at least its first 4 digits\n"),
        ("00000000", "crewdesk: there is no task 00000000; `crewdesk tasks` lists them\n"),
    ],
)
async def test_unknown_task_is_one_line(
    gateway: GatewayProcess, number: str, sentence: str
) -> None:
    """With what to do."""
    done = await crewdesk("task", number, environment=gateway.environment)

    assert (done.code, done.out, done.err) == (1, "", sentence)


async def test_ambiguous_beginning_of_an_id_is_one_line(tmp_path: Path) -> None:
    """More digits tell the tasks apart."""
    async with GatewayProcess(tmp_path / "data") as own:
        await chat(own, "hello", "a")
        await chat(own, "hello", "b")
        await own.terminate()
        with sqlite3.connect(own.data_dir / "crewdesk.db") as database:
            database.execute("UPDATE tasks SET task_id = 'abcd' || substr(task_id, 5)")
        database.close()
        done = await crewdesk("task", "abcd", environment=own.environment)

    assert (done.code, done.err) == (
        1,
        "crewdesk: several tasks begin with abcd: give more digits\n",
    )


async def test_doctor_leaves_a_running_gateway_alone(gateway: GatewayProcess) -> None:
    """It finds it, asks how it is, and everything goes on."""
    done = await crewdesk("doctor", environment=gateway.environment)

    assert done.code == 0, done.out
    assert f"ok    gateway: process {gateway.pid} answers at {gateway.url}\n" in done.out
    assert "ok    database: " in done.out
    assert "ok    channel terminal: connected\n" in done.out
    assert (await chat(gateway, "hello", "patient")).code == 0


async def test_second_gateway_on_a_data_directory_is_refused(gateway: GatewayProcess) -> None:
    """One line, exit code 2, and the first one goes on."""
    done = await crewdesk("up", environment=gateway.environment)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("crewdesk: another gateway is running on the data directory")
    assert len(done.err.splitlines()) == 1
    assert (await chat(gateway, "hello", "first")).code == 0


async def test_port_in_use_is_one_line(gateway: GatewayProcess, tmp_path: Path) -> None:
    """It names the setting."""
    port = gateway.url.rpartition(":")[2]

    done = await crewdesk("up", environment=alone(tmp_path, CREWDESK_HTTP__PORT=port))

    assert done.code == 2
    assert f"crewdesk: cannot listen on 127.0.0.1:{port}: " in done.err
    assert "Traceback" not in done.err


async def test_sigterm_lets_it_end_with_zero(tmp_path: Path) -> None:
    """And nobody finds it any more."""
    async with GatewayProcess(tmp_path / "data") as own:
        code = await own.terminate()
        after = await crewdesk("chat", "hello", environment=own.environment)

    assert code == 0
    assert after.code == 3


async def test_sigterm_while_it_starts_lets_it_end_with_zero(tmp_path: Path) -> None:
    """Nothing is waited for that has not begun."""
    async with GatewayProcess(tmp_path / "data") as own:
        await own.terminate()
        own.launch()
        await own.eventually(partial(catches_sigterm, own.pid), "it listens to signals")
        assert await own.terminate() == 0


def catches_sigterm(pid: int) -> bool:
    """Tell whether a process has a handler of its own, see proc_pid_status(5)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (mask,) = (line.split()[1] for line in lines if line.startswith("SigCgt:"))
    return bool(int(mask, 16) & 1 << signal.SIGTERM - 1)


async def test_chat_without_a_gateway_says_how_to_start_one(tmp_path: Path) -> None:
    """Also where one was killed and left its announcement behind."""
    async with GatewayProcess(tmp_path / "data") as own:
        await own.kill()
        killed = await crewdesk("chat", "hello", environment=own.environment)
    never = await crewdesk("chat", "hello", environment=alone(tmp_path / "other"))

    for done, directory in ((killed, tmp_path / "data"), (never, tmp_path / "other")):
        assert done.code == 3
        assert done.err == (
            f"crewdesk: no gateway is running on the data directory {directory}; start it with "
            "`crewdesk up`, or name another directory with CREWDESK_DATA_DIR\n"
        )


async def test_tasks_of_a_killed_gateway_can_still_be_read(tmp_path: Path) -> None:
    """What it did is in the database."""
    async with GatewayProcess(tmp_path / "data") as own:
        await chat(own, "hello", "a")
        await own.kill()
        listed = await crewdesk("tasks", environment=own.environment)

    assert listed.out.splitlines()[1].endswith("hello")


async def test_init_makes_what_doctor_and_tasks_find(tmp_path: Path) -> None:
    """Nothing fails before the first start."""
    environment = alone(tmp_path / "new")
    made = await crewdesk("init", environment=environment)
    again = await crewdesk("init", environment=environment)
    examined = await crewdesk("doctor", environment=environment)
    listed = await crewdesk("tasks", environment=environment)

    assert made.out.startswith(f"{tmp_path}/new/crewdesk.yaml: written\n")
    assert again.out.startswith(f"{tmp_path}/new/crewdesk.yaml: left as it is\n")
    assert examined.code == 0, examined.out
    assert (listed.code, listed.out) == (1, "")
    assert "there is no database" in listed.err


async def test_unknown_setting_is_one_line(tmp_path: Path) -> None:
    """The doctor says it too, and has more to say."""
    environment = alone(tmp_path, CREWDESK_HTTP__PROT="1")
    sentence = "the variable CREWDESK_HTTP__PROT is unknown: did you mean CREWDESK_HTTP__PORT?"

    started = await crewdesk("up", environment=environment)
    examined = await crewdesk("doctor", environment=environment)

    assert (started.code, started.err) == (2, f"crewdesk: {sentence}\n")
    assert examined.code == 1
    assert f"fail  settings: {sentence}\n" in examined.out


async def test_data_directory_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    """Here it would have to lie below a file."""
    (tmp_path / "file").touch()

    done = await crewdesk("up", environment=alone(tmp_path / "file" / "data"))

    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert str(tmp_path / "file" / "data") in done.err


async def test_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """Neither the gateway nor the commands that read touch it."""
    async with GatewayProcess(tmp_path / "data") as own:
        await own.terminate()
    with sqlite3.connect(tmp_path / "data" / "crewdesk.db") as database:
        database.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at) "
            "VALUES ('crewdesk', '9999_future', '2026-01-05 12:00:00+00:00')"
        )
    database.close()

    ended = [
        await crewdesk(command, environment=alone(tmp_path / "data"))
        for command in ("up", "tasks", "doctor")
    ]

    assert [one.code for one in ended] == [2, 2, 1]
    assert "newer version of Crewdesk (it has 9999_future)" in ended[0].err
    assert len(ended[0].err.splitlines()) == 1
    assert "newer version of Crewdesk" in ended[2].out


async def test_help_tells_the_commands_and_exit_codes(tmp_path: Path) -> None:
    """`crewdesk --help` is where people look first."""
    done = await crewdesk("--help", environment=alone(tmp_path))

    assert done.code == 0
    for command in ("up", "chat", "tasks", "task", "doctor", "init"):
        assert f"\n  {command} " in done.out
    assert "  3    no gateway is running here\n" in done.out


async def test_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """Whoever presses Ctrl-C twice does not want to wait for a running task."""
    async with GatewayProcess(tmp_path / "data") as own:
        slow = await crewdesk(
            "chat", "run `sleep 30`", "--timeout", "1.5", environment=own.environment
        )
        os.kill(own.pid, signal.SIGINT)
        await own.wait_for_log("gateway_stopping")
        os.kill(own.pid, signal.SIGINT)
        code = await own.wait()

    assert (slow.code, code) == (1, 130)
    assert "no answer within 1.5 s" in slow.err
