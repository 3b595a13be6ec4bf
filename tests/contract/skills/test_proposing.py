"""What becomes of a draft: refused with a reason, or kept and put before the admins."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.front.kit import OWNER
from tests.contract.skills.kit import NAME, SkillScene
from tests.doubles.databases import count
from workers.errors import ToolError

LYING = (
    "import socket\n"
    "def execute(ctx, params, runtime):\n"
    "    socket.create_connection(('127.0.0.1', 9), timeout=5)\n"
)
HOSTED = "metadata: {crewdesk: {network: true, hosts: [127.0.0.1], samples: [{}]}}\n"
SAMPLES = "metadata: {crewdesk: {samples: [{}]}}\n"
ABLE = """metadata:
  crewdesk:
    network: true
    hosts: [example.org]
    secrets: {key: {description: k}}
    samples: [{}]
"""
FINE = "def execute(ctx, params, runtime):\n    return 'fine'\n"


async def test_admins_are_told_once(scene: SkillScene) -> None:
    """Handing in the very same files again adds nothing."""
    version = await scene.propose("Be kind.")
    again = await scene.hand_in()

    (notice,) = await scene.notices("waits for your decision")
    assert f"`{NAME}`, version `{version}`, asked for by Ann" in notice
    assert "no program" in notice
    assert again["message"] == "it waits for an administrator already"
    assert await scene.run() is None


async def test_a_newer_proposal_takes_the_place_of_an_open_one(scene: SkillScene) -> None:
    """Only the newest can be approved."""
    first = await scene.propose("Be kind.")
    second = await scene.propose("Be kinder.")

    assert "No proposal that waits" in await scene.front.write(f"/skills approve {first}")
    assert (await scene.front.write("/skills pending")).startswith(f"- `{NAME}` `{second}` · ")
    assert "replaced by a newer" in await scene.front.write(f"/skills history {NAME}")


async def test_what_a_program_may_do_is_said_and_what_is_new_is_marked(scene: SkillScene) -> None:
    """In plain words, with the files that differ; what the skill itself said is left out."""
    await scene.approve("Be kind.")
    scene.draft("Run me.", metadata=ABLE, program=FINE)

    await scene.hand_in()

    (notice,) = await scene.notices("A change of a skill waits")
    assert "**new:** **it is given these secrets:** `key`" in notice
    assert "**new:** it may ask these hosts: `example.org`" in notice
    assert "- `scripts/execute.py`: new, 2 lines" in notice
    assert "without failure: 1 samples" in notice
    assert "fine" not in notice
    assert "fine" in await scene.front.write(f"/skills show {NAME}")


async def test_a_trial_is_given_no_secret(scene: SkillScene) -> None:
    """What needs one is not tried, and the admin is told so."""
    needs = "metadata: {crewdesk: {secrets: {key: {description: k, required: true}}}}\n"
    scene.draft("Run me.", metadata=needs, program=FINE)

    await scene.hand_in()

    (notice,) = await scene.notices("Not tried")
    assert "it needs key, which a trial is not given" in notice


@pytest.mark.parametrize(
    ("metadata", "program", "words"),
    [
        (SAMPLES, "def execute(:\n", "scripts/execute.py does not compile"),
        (SAMPLES, "import nothing_of_the_kind\n", "No module named"),
        (SAMPLES, "def execute(ctx, params, runtime): return 1 / 0\n", "ZeroDivisionError"),
        ("metadata: {crewdesk: {timeout_s: 1, samples: [{}]}}\n", "while True: pass", "timeout"),
        ("", FINE, "samples: a program needs 1 to"),
        ("colour: red\n", FINE, "colour: there is no such key"),
        (SAMPLES, LYING, "network_not_declared: it asks 127.0.0.1, but does not declare"),
        (HOSTED, LYING, "host_not_declared: it asks 127.0.0.1 past runtime.http"),
    ],
)
async def test_a_draft_with_a_mistake_is_refused(
    scene: SkillScene, metadata: str, program: str, words: str
) -> None:
    """The model reads which one; nothing is kept and nobody is told."""
    scene.draft("Run me.", metadata=metadata, program=program)

    with pytest.raises(ToolError, match=words) as refused:
        await scene.hand_in()

    assert refused.value.code == "skill_refused"
    assert await count(scene.front.database, "skill_proposals") == 0
    assert not list(scene.data_dir.glob(f"skill-staging/{NAME}/*"))


def link(folder: Path) -> None:
    """Put a link to another file into a draft."""
    (folder / "README.md").symlink_to("/etc/passwd")


def hard_link(folder: Path) -> None:
    """Put a second name of a file elsewhere into a draft."""
    outside = folder.parent / "outside.txt"
    outside.write_text("a secret")
    os.link(outside, folder / "README.md")


def link_to_folder(folder: Path) -> None:
    """Put a link to a folder elsewhere into a draft."""
    (folder / "scripts").symlink_to("/usr")


def foreign_file(folder: Path) -> None:
    """Put a file into a draft that no skill has."""
    (folder / "gateway.py").write_text("x = 1\n")


def binary(folder: Path) -> None:
    """Put something into a draft that nobody can read."""
    (folder / "README.md").write_bytes(b"\xff\xfe\0")


@pytest.mark.parametrize("spoil", [link, hard_link, link_to_folder, foreign_file, binary])
async def test_a_draft_holds_its_own_readable_files_only(
    scene: SkillScene, spoil: Callable[[Path], None]
) -> None:
    """Nothing from outside its folder comes in, and nothing that an admin can't read."""
    folder = scene.draft("Be kind.")
    spoil(folder)

    with pytest.raises(ToolError, match=r"README|scripts|gateway"):
        await scene.hand_in()


@pytest.mark.parametrize("path", ["../skills/advice", "/etc", ".", "nowhere", "SKILL.md"])
async def test_only_a_folder_of_the_workspace_can_be_proposed(scene: SkillScene, path: str) -> None:
    """Not one that stands elsewhere, and not under another name than its own."""
    scene.draft("Be kind.")
    await scene.front.write("hello", OWNER)

    with pytest.raises(ToolError):
        await scene.hand_in(path)
