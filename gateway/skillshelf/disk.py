"""Where versions of skills lie, and how one takes another's place. Everything here blocks."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final
from uuid import uuid4

from gateway.store.skills import NO_VERSION
from skills.errors import SkillError
from skills.package import Package, read_package, sync_folder

UNFINISHED: Final = "."  # what begins so is not in use; the next start clears it away


class SkillDisk:
    """The folders of skills in a data directory, which must lie on one file system.

    `skill-staging/NAME/HASH` holds what was proposed, `skill-versions/NAME/HASH` what was approved
    or stood in its place before, and `skills/NAME` what is in use.
    """

    def __init__(self, data_dir: Path) -> None:
        self._skills = data_dir / "skills"
        self._staging = data_dir / "skill-staging"
        self._versions = data_dir / "skill-versions"

    def stage(self, name: str, package: Package) -> Path:
        """Keep a proposed version and return its folder; harmless if it is there already.

        Raises:
            OSError: it can't be written.
        """
        target = self._staging / name / package.digest
        if _holds(target, package.digest):
            return target
        shutil.rmtree(target, ignore_errors=True)
        _write(package, target)
        return target

    def discard(self, name: str, digest: str) -> None:
        """Drop a proposed version; harmless where there is none."""
        shutil.rmtree(self._staging / name / digest, ignore_errors=True)

    def present(self, name: str) -> str:
        """Return the hash of what is in use under a name in the data directory, or `NO_VERSION`.

        Files that are no skill's, such as links, count as no version.
        """
        package = _read(self._skills / name)
        return NO_VERSION if package is None else package.digest

    def place(self, name: str, digest: str) -> None:
        """Put a version into use, or none at all; what was in use is kept among the versions.

        What is in use is whole at any moment: the old one, for an instant none, then the new one.
        Doing it again after a crash at any point finishes it.

        Raises:
            SkillError: the version is not there any more, or its files were changed.
            OSError: the disk refuses; what was in use is in use still.
        """
        target = self._skills / name
        if digest != NO_VERSION and _holds(target, digest):
            return
        fresh = self._fresh(name, digest)
        aside = self._put_aside(name)
        if fresh is not None:
            try:
                self._skills.mkdir(parents=True, exist_ok=True)
                fresh.rename(target)
            except OSError:
                if aside is not None:
                    aside.rename(target)
                raise
        if aside is not None:
            self._keep(name, aside)
        if self._skills.is_dir():
            sync_folder(self._skills)

    def clear(self, wanted: Collection[tuple[str, str]]) -> None:
        """Drop what was left half done, and proposals that nobody waits for any more.

        Only while nothing is being proposed or put in place.
        """
        for folder in self._staging.glob("*/*"):
            if (folder.parent.name, folder.name) not in wanted:
                shutil.rmtree(folder, ignore_errors=True)
        for folder in self._versions.glob(f"*/{UNFINISHED}*"):
            self._keep(folder.parent.name, folder)

    def _fresh(self, name: str, digest: str) -> Path | None:
        """Write a copy of a version, to be moved into use."""
        if digest == NO_VERSION:
            return None
        package = self._version(name, digest)
        fresh = self._staging / name / f"{UNFINISHED}{uuid4().hex}"
        package.write(fresh)
        return fresh

    def _version(self, name: str, digest: str) -> Package:
        """Read a version that was kept; one that was only proposed so far is kept from now on."""
        kept = self._versions / name / digest
        package = _read(kept)
        if package is not None and package.digest == digest:
            return package
        package = _read(self._staging / name / digest)
        if package is None or package.digest != digest:
            raise SkillError("the files of this version are gone or were changed")
        shutil.rmtree(kept, ignore_errors=True)
        _write(package, kept)
        self.discard(name, digest)
        return package

    def _put_aside(self, name: str) -> Path | None:
        """Move what is in use out of the way; None where there is nothing."""
        target = self._skills / name
        if not (target.exists() or target.is_symlink()):
            return None
        aside = self._versions / name / f"{UNFINISHED}{uuid4().hex}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        target.rename(aside)
        return aside

    def _keep(self, name: str, aside: Path) -> None:
        """Keep what was put aside under its hash; a second copy of the same is dropped."""
        package = _read(aside)
        label = f"unreadable-{uuid4().hex[:8]}" if package is None else package.digest
        kept = self._versions / name / label
        if package is not None and _holds(kept, package.digest):
            shutil.rmtree(aside, ignore_errors=True)
            return
        shutil.rmtree(kept, ignore_errors=True)
        aside.rename(kept)


def _write(package: Package, target: Path) -> None:
    """Write a version so that its folder is there as a whole or not at all."""
    fresh = target.parent / f"{UNFINISHED}{uuid4().hex}"
    package.write(fresh)
    fresh.rename(target)
    sync_folder(target.parent)


def _holds(folder: Path, digest: str) -> bool:
    package = _read(folder)
    return package is not None and package.digest == digest


def _read(folder: Path) -> Package | None:
    """Read a version; None where there is none, or what is there can be none."""
    try:
        package = read_package(folder)
    except (SkillError, OSError):
        return None
    return package if package.files else None
