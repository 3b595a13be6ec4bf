"""What admins decide, and that the files follow, whatever happens in between."""

import pytest

from gateway.commands.command import SkillsDecided
from gateway.store.skills import NO_VERSION
from tests.contract.front.kit import MEMBER
from tests.contract.skills.kit import HEAD, NAME, SkillScene
from tests.doubles.databases import query


async def test_what_was_approved_is_in_use(scene: SkillScene) -> None:
    """Whoever asked for it is told once it is there."""
    version = await scene.propose("Be kind.")
    told = await scene.front.write(f"/skills approve {version}")
    before = await scene.text()
    await scene.installer.open()

    assert f"Approved: `{NAME}`, version `{version}`" in told
    assert scene.front.aftermath == [SkillsDecided()]
    assert before == ""
    assert "Be kind." in await scene.text()
    assert len(await scene.notices("was approved and can be used now")) == 1
    assert "**in force**" in await scene.front.write(f"/skills history {NAME}")
    assert not list(scene.data_dir.glob("skill-staging/*/*"))


@pytest.mark.parametrize("word", ["pending", "show x", "approve x", "deny x", "rollback x"])
async def test_only_admins_decide(scene: SkillScene, word: str) -> None:
    """For members `/skills` lists what there is, and nothing else."""
    assert "is for administrators" in await scene.front.write(f"/skills {word}", MEMBER)
    assert await scene.front.write("/skills", MEMBER) == "- `rss` — reads feeds"


async def test_a_member_cannot_approve_their_own(scene: SkillScene) -> None:
    """Nothing is decided."""
    version = await scene.propose("Be kind.")

    await scene.front.write(f"/skills approve {version}", MEMBER)

    assert version in await scene.front.write("/skills pending")


async def test_what_was_turned_down_cannot_be_approved(scene: SkillScene) -> None:
    """Whoever asked for it is told; a decision is made once."""
    version = await scene.propose("Be kind.")
    denied = await scene.front.write(f"/skills deny {version}")

    assert denied == f"Turned down: `{NAME}`, version `{version}`."
    assert len(await scene.notices("has turned down the skill")) == 1
    assert "No proposal that waits" in await scene.front.write(f"/skills approve {version}")
    assert await scene.front.write("/skills pending") == "No skill waits for a decision."


async def test_rollback_goes_back_step_by_step(scene: SkillScene) -> None:
    """Through each version that was approved, to none; a named one comes back from there."""
    first = await scene.approve("One.")
    await scene.approve("Two.")
    seen = [await scene.text()]
    for command in (f"/skills rollback {NAME}",) * 2 + (f"/skills rollback {NAME} {first}",):
        await scene.front.write(command)
        await scene.installer.open()
        seen.append(await scene.text())

    assert ["Two." in seen[0], "One." in seen[1], seen[2], "One." in seen[3]] == [
        True,
        True,
        "",
        True,
    ]


async def test_there_is_a_first_version(scene: SkillScene) -> None:
    """Before it nothing can be gone back to, nor to a version that never was approved."""
    await scene.approve("One.")
    await scene.front.write(f"/skills rollback {NAME}")

    assert "no earlier version" in await scene.front.write(f"/skills rollback {NAME}")
    assert "no earlier version" in await scene.front.write("/skills rollback other")
    unknown = await scene.front.write(f"/skills rollback {NAME} 00000000")
    assert "No approved version" in unknown


async def test_what_an_operator_put_there_can_be_gone_back_to(scene: SkillScene) -> None:
    """It is used without approval, kept when a version takes its place, and restored."""
    folder = scene.data_dir / "skills" / NAME
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text(HEAD.format(name=NAME, metadata="") + "By hand.")
    by_hand = await scene.text()
    await scene.approve("Approved.")
    approved = await scene.text()
    await scene.front.write(f"/skills rollback {NAME}")
    await scene.installer.open()

    assert "By hand." in by_hand
    assert "Approved." in approved
    assert "By hand." in await scene.text()


async def test_a_changed_file_is_refused(scene: SkillScene) -> None:
    """Through restarts too, until the version is restored; what was changed is kept."""
    version = await scene.approve("Be kind.")
    file = scene.data_dir / "skills" / NAME / "SKILL.md"
    file.write_text(HEAD.format(name=NAME, metadata="") + "Be cruel.")
    refused = await scene.text()
    scene.restart()
    await scene.installer.open()
    still = await scene.run()
    await scene.front.write(f"/skills rollback {NAME} {version}")
    await scene.installer.open()

    assert "its files are not those of the approved version" in refused
    assert still is not None
    assert still.error_code == "skill_load_failed"
    assert "Be kind." in await scene.text()
    kept = [one.read_text() for one in scene.data_dir.glob(f"skill-versions/{NAME}/*/SKILL.md")]
    assert any("Be cruel." in text for text in kept)


async def test_a_changed_file_can_be_approved_anew(scene: SkillScene) -> None:
    """The same words handed in again are news where other files are in use."""
    version = await scene.approve("Be kind.")
    (scene.data_dir / "skills" / NAME / "SKILL.md").unlink()

    assert await scene.approve("Be kind.") == version
    assert "Be kind." in await scene.text()


@pytest.mark.parametrize("is_placed", [False, True])
async def test_a_decision_survives_the_end_of_the_process(
    scene: SkillScene, *, is_placed: bool
) -> None:
    """Before its files are moved, and before it is recorded that they were."""
    await scene.approve("One.")
    version = await scene.propose("Two.")
    await scene.front.write(f"/skills approve {version}")
    if is_placed:
        scene.disk.place(NAME, (await scene.pin()).digest)
    before = await scene.pin()
    scene.restart()
    await scene.installer.open()
    after = await scene.pin()

    assert not before.is_settled
    assert (after.is_settled, after.installed) == (True, after.digest)
    assert after.installed.startswith(version)
    assert "Two." in await scene.text()


async def test_a_proposal_that_was_changed_is_not_put_in_place(scene: SkillScene) -> None:
    """The old version stays in force, and the admins are told why."""
    await scene.approve("One.")
    version = await scene.propose("Two.")
    (staged,) = scene.data_dir.glob(f"skill-staging/{NAME}/*/SKILL.md")
    staged.write_text(HEAD.format(name=NAME, metadata="") + "Three.")
    await scene.front.write(f"/skills approve {version}")
    await scene.installer.open()
    pin = await scene.pin()

    assert (pin.is_settled, pin.digest) == (True, pin.installed)
    assert pin.problem == "the files of this version are gone or were changed"
    assert "One." in await scene.text()
    assert len(await scene.notices("could not be put in place")) == 1


async def test_a_full_disk_leaves_the_old_version_and_the_decision(scene: SkillScene) -> None:
    """What could not be moved is tried again, and done once it can be."""
    version = await scene.propose("One.")
    await scene.front.write(f"/skills approve {version}")
    (scene.data_dir / "skills").write_text("in the way")
    await scene.installer.open()
    refused = await scene.pin()
    (scene.data_dir / "skills").unlink()
    await scene.installer.open()

    assert (refused.is_settled, refused.installed) == (False, NO_VERSION)
    assert (await scene.pin()).is_settled
    assert "One." in await scene.text()


async def test_the_list_tells_admins_what_waits(scene: SkillScene) -> None:
    """Members don't see it; in Chinese it is said in Chinese."""
    await scene.propose("Be kind.")

    assert "Waiting for your decision: 1" in await scene.front.write("/skills")
    assert "等待你决定：1 个" in await scene.front.write("/skills", language="zh")
    assert "Waiting" not in await scene.front.write("/skills", MEMBER)
    assert (await scene.front.write("/skills what")).startswith("Write `/skills` for the list")


async def test_one_proposal_of_a_skill_is_open(scene: SkillScene) -> None:
    """The database itself refuses a second one."""
    await scene.propose("One.")
    await scene.propose("Two.")

    rows = await query(
        scene.front.database, "SELECT state FROM skill_proposals ORDER BY created_at, state"
    )
    assert sorted(row.text("state") for row in rows) == ["open", "superseded"]


async def test_a_packaged_skill_is_overridden_by_approval_only(scene: SkillScene) -> None:
    """A rollback returns to it; an override that was taken away is missed, not passed over."""
    folder = scene.data_dir / "packaged" / NAME
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text(HEAD.format(name=NAME, metadata="") + "Packaged.")
    version = await scene.propose("Ours.")
    before = await scene.text()
    await scene.front.write(f"/skills approve {version}")
    await scene.installer.open()
    after = await scene.text()
    (scene.data_dir / "skills" / NAME / "SKILL.md").unlink()
    missed = await scene.text()
    await scene.front.write(f"/skills rollback {NAME}")
    await scene.installer.open()

    assert len(await scene.notices("A change of a skill waits")) == 1
    assert "Packaged." in before
    assert "Ours." in after
    assert "its files are not those of the approved version" in missed
    assert "Packaged." in await scene.text()
