"""Where versions lie, and what is in use when the disk refuses or the process ended."""

import shutil
from pathlib import Path

import pytest

from gateway.skillshelf.disk import SkillDisk
from gateway.store.skills import NO_VERSION
from skills.package import Package, PackageFile, read_package

OLD = Package(files=(PackageFile(path="SKILL.md", data=b"old"),))
NEW = Package(files=(PackageFile(path="SKILL.md", data=b"new"),))


class LosingDisk(SkillDisk):
    """A disk on which a version that was written is gone when it shall be moved."""

    def _fresh(self, name: str, digest: str) -> Path | None:
        fresh = super()._fresh(name, digest)
        if fresh is not None:
            shutil.rmtree(fresh)
        return fresh


def used(data_dir: Path) -> bytes:
    """Return what is in use."""
    return (data_dir / "skills" / "advice" / "SKILL.md").read_bytes()


def with_old_in_use(data_dir: Path) -> SkillDisk:
    """Return a disk on which the old version is in use and the new one is proposed."""
    disk = SkillDisk(data_dir)
    disk.stage("advice", OLD)
    disk.place("advice", OLD.digest)
    disk.stage("advice", NEW)
    return disk


def test_a_version_takes_the_place_of_another(tmp_path: Path) -> None:
    """Both are kept; doing it again changes nothing; staging is empty."""
    disk = with_old_in_use(tmp_path)
    disk.place("advice", NEW.digest)
    disk.place("advice", NEW.digest)

    versions = tmp_path / "skill-versions" / "advice"
    assert used(tmp_path) == b"new"
    assert sorted(one.name for one in versions.iterdir()) == sorted((OLD.digest, NEW.digest))
    assert not list(tmp_path.glob("skill-staging/advice/*"))


def test_what_was_in_use_stays_where_the_disk_refuses(tmp_path: Path) -> None:
    """The old version is put back at once."""
    with_old_in_use(tmp_path)

    with pytest.raises(OSError, match="No such file"):
        LosingDisk(tmp_path).place("advice", NEW.digest)

    assert used(tmp_path) == b"old"


def test_what_a_dead_process_had_put_aside_is_kept(tmp_path: Path) -> None:
    """The next start finds it under its hash, and finishes what was decided."""
    disk = with_old_in_use(tmp_path)
    shutil.rmtree(tmp_path / "skill-versions" / "advice" / OLD.digest)
    (tmp_path / "skills" / "advice").rename(tmp_path / "skill-versions" / "advice" / ".dead")
    (tmp_path / "skill-staging" / "advice" / ".half").mkdir()
    disk.clear({("advice", NEW.digest)})
    disk.place("advice", NEW.digest)

    assert used(tmp_path) == b"new"
    assert read_package(tmp_path / "skill-versions" / "advice" / OLD.digest) == OLD
    assert not list(tmp_path.glob("skill-staging/advice/.*"))


def test_proposals_that_nobody_waits_for_are_cleared_away(tmp_path: Path) -> None:
    """Those that somebody waits for stay."""
    disk = SkillDisk(tmp_path)
    for package in (OLD, NEW):
        disk.stage("advice", package)
    disk.clear({("advice", NEW.digest)})

    (left,) = tmp_path.glob("skill-staging/advice/*")
    assert left.name == NEW.digest


def test_something_that_is_no_skill_gives_way(tmp_path: Path) -> None:
    """A link is moved as a link; what it leads to stays as it is."""
    elsewhere = tmp_path / "elsewhere"
    OLD.write(elsewhere)
    (tmp_path / "skills").mkdir()
    (tmp_path / "skills" / "advice").symlink_to(elsewhere)
    disk = SkillDisk(tmp_path)
    disk.stage("advice", NEW)
    disk.place("advice", NEW.digest)

    assert disk.present("nothing") == NO_VERSION
    assert used(tmp_path) == b"new"
    assert read_package(elsewhere) == OLD
