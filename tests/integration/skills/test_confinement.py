"""What programs of others reach: not what the gateway keeps, whatever they try."""

import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from skills.confinement import OUR_ROOMS, ROOMS, Confinement
from skills.process import DEFAULT_SEARCH_PATH, ProcessLimits, Program, run_process
from tests.parts import needs_landlock

LIMITS = ProcessLimits(timeout=timedelta(seconds=30), memory_bytes=1024**3)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data directory with a workspace, a skill and a secret."""
    needs_landlock()
    data = tmp_path / "data"
    for folder in ("workspaces/mine", "workspaces/theirs", "skills/probe"):
        (data / folder).mkdir(parents=True)
    (data / "skills" / "probe" / "SKILL.md").write_text("as it was")
    (data / "terminal-token").write_text("secret")
    (tmp_path / "beside").mkdir()
    return data


async def shell(data: Path, command: str, *, is_confined: bool = True) -> str:
    """Run a command in the workspace and return what it printed."""
    workspace = data / "workspaces" / "mine"
    confinement = Confinement(hidden=(data,), open=(workspace,))
    words = ("/bin/bash", "-c", command)
    program = Program(
        arguments=confinement.around(words) if is_confined else words,
        folder=workspace,
        environment={"PATH": DEFAULT_SEARCH_PATH},
    )
    return (await run_process(program, LIMITS)).output


@pytest.mark.parametrize(
    "command",
    [
        "echo changed > ../../skills/probe/SKILL.md",
        "sed -i s/was/is/ ../../skills/probe/SKILL.md",
        "mkdir ../../skills/new && echo x > ../../skills/new/SKILL.md",
        "ln -s ../../skills s; echo changed > s/probe/SKILL.md",
        "ln ../../skills/probe/SKILL.md hard; echo changed > hard",
        "cp -r ../../skills/probe p && echo changed > p/SKILL.md && mv p ../../skills/other",
        "mv ../../skills/probe ../../skills/other; mv ../../skills here",
        "rm -rf ../../skills/probe ../../skills",
        "setsid sh -c 'echo changed > ../../skills/probe/SKILL.md'",
        "env -i bash -c 'truncate -s 0 ../../skills/probe/SKILL.md'",
        "mount -t tmpfs none ../../skills; unshare -Urm mount --bind . ../../skills",
        "cd /proc/self/cwd/../../skills/probe && echo changed > SKILL.md",
    ],
)
async def test_nothing_gets_among_the_skills(data: Path, command: str) -> None:
    """Neither by a path nor by a link, a copy, a mount or a process that leaves its group."""
    await shell(data, command)

    assert sorted(str(it.relative_to(data)) for it in (data / "skills").rglob("*")) == [
        "skills/probe",
        "skills/probe/SKILL.md",
    ]
    assert (data / "skills" / "probe" / "SKILL.md").read_text() == "as it was"


async def test_without_confinement_all_of_it_is_possible(data: Path) -> None:
    """So the tests above can fail."""
    await shell(data, "echo changed > ../../skills/probe/SKILL.md", is_confined=False)

    assert (data / "skills" / "probe" / "SKILL.md").read_text() == "changed\n"


async def test_what_the_gateway_keeps_cannot_be_read(data: Path) -> None:
    """Neither its token nor what others wrote."""
    (data / "workspaces" / "theirs" / "letter").write_text("private")

    shown = await shell(data, "cat ../../terminal-token ../theirs/letter")

    assert shown.count("Permission denied") == 2
    assert "secret" not in shown
    assert "private" not in shown


async def test_the_work_itself_goes_on(data: Path) -> None:
    """The workspace, folders elsewhere, programs, devices and pipes are as they were."""
    command = (
        "echo a | tee a >/dev/null; mkdir b; mv a b/c; cat b/c; echo d > ../../../beside/d; "
        "cat <(echo e); ls / >/dev/null && python3 -c 'print(6 * 7)' && git --version >/dev/null"
    )
    assert await shell(data, command) == "a\ne\n42\n"
    assert (data.parent / "beside" / "d").read_text() == "d\n"


@pytest.mark.parametrize("room", OUR_ROOMS)
async def test_our_code_cannot_be_changed(data: Path, room: str) -> None:
    """It can be read."""
    target = ROOMS / room / "made_by_a_test.py"
    try:
        shown = await shell(data, f"echo x > {target}; head -c 3 {ROOMS}/{room}/__init__.py")
        is_there = target.exists()
    finally:
        target.unlink(missing_ok=True)

    assert "Permission denied" in shown
    assert shown.endswith('"""')
    assert not is_there


async def test_the_files_that_others_hold_open_cannot_be_had(data: Path) -> None:
    """Not even by root: the links in `/proc` of a process outside lead nowhere."""
    with (data / "terminal-token").open() as held:
        shown = await shell(
            data, f"cat /proc/{os.getpid()}/fd/{held.fileno()}; ls /proc/{os.getpid()}/root/"
        )

    assert shown.count("Permission denied") == 2


async def test_a_program_that_is_not_there_is_named(data: Path) -> None:
    """In one line."""
    confinement = Confinement(hidden=(data,))
    program = Program(
        arguments=confinement.around(("/no/such/program",)), folder=data, environment={}
    )

    outcome = await run_process(program, LIMITS)

    assert outcome.exit_code == 126
    assert outcome.output == (
        "/no/such/program was not started: [Errno 2] No such file or directory\n"
    )


async def test_being_offline_means_no_connection(data: Path) -> None:
    """For all that is started, too."""
    confinement = Confinement(hidden=(data,), is_offline=True)
    lines = "import socket\nsocket.create_connection(('127.0.0.1', 9), timeout=5)"
    outcome = await run_process(
        Program(
            arguments=confinement.around((sys.executable, "-c", lines)),
            folder=data,
            environment={},
        ),
        LIMITS,
    )

    assert "PermissionError: [Errno 13]" in outcome.output
